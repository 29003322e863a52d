import type { DType, Kernels } from "../kernels/kernels.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { SystemSpace } from "./curvature.ts";
import { denseFactors } from "./dense-factors.ts";
import type { JacobianFactors, Linearization } from "./linearization.ts";

/** The Gram matrix J W Jᵀ of a linearization, one column at a time. */
export interface GramColumns {
  /** out <- its diagonal, n. */
  diagonal(linearization: Linearization, weights: Float64Array | null, out: Float64Array): void;
  /** out <- its column `row`, n: two products of a matrix and a vector for each layer. */
  column(linearization: Linearization, weights: Float64Array | null, row: number, out: Float64Array): void;
}

/**
 * Element (ik, jm) of J W Jᵀ is Σ_layers s² (w ã_i · ã_j + v - w) (d_ik · d_jm), as at the head of
 * `linearization.ts`.
 */
export function gramColumns({ kernels, dtype, blocks, outputs, capacity }: SystemSpace): GramColumns {
  const scratch = allocateScratch(kernels, dtype, blocks, outputs, capacity);
  return {
    diagonal(linearization, weights, out) {
      out.fill(0, 0, linearization.rows);
      forEachLayer(blocks, linearization, weights, (factors, { rows, columns }, w, shift) => {
        const { inputs: a, derivatives: d } = factors;
        const square = (data: typeof a.data, start: number, length: number) => {
          const x = data.subarray(start, start + length);
          return kernels.dot(length, x, x);
        };
        for (let ik = 0; ik < linearization.rows; ik++) {
          const i = Math.floor(ik / outputs);
          const input = w * square(a.data, i * a.stride, rows) + shift;
          out[ik]! += input * square(d!.data, ik * d!.stride, columns);
        }
      });
    },
    column(linearization, weights, row, out) {
      const examples = linearization.rows / outputs;
      const j = Math.floor(row / outputs);
      out.fill(0, 0, linearization.rows);
      forEachLayer(
        blocks,
        linearization,
        weights,
        ({ inputs: a, derivatives: d }, { rows, columns }, w, shift) => {
          const { vector, products, derivatives } = scratch;
          kernels.copy(rows, a.data.subarray(j * a.stride), vector);
          kernels.gemm(false, false, examples, 1, rows, w, a.data, a.stride, vector, 1, 0, products, 1);
          for (let i = 0; i < examples; i++) products[i]! += shift;
          kernels.copy(columns, d!.data.subarray(row * d!.stride), vector);
          const n = linearization.rows;
          kernels.gemm(false, false, n, 1, columns, 1, d!.data, d!.stride, vector, 1, 0, derivatives, 1);
          kernels.scaleRows(examples, outputs, 1, products, 1, derivatives, 1);
          kernels.axpy(n, 1, derivatives, out);
        },
      );
    },
  };
}

function allocateScratch(
  kernels: Kernels,
  dtype: DType,
  blocks: readonly ParameterBlock[],
  outputs: number,
  capacity: number,
) {
  const longest = Math.max(...blocks.map((block) => Math.max(block.rows, block.columns)));
  return {
    vector: kernels.allocate(dtype, longest),
    products: kernels.allocate(dtype, capacity),
    derivatives: kernels.allocate(dtype, capacity * outputs),
  };
}

/** Visits the trainable layers with s² w and s² (v - w). */
function forEachLayer(
  blocks: readonly ParameterBlock[],
  linearization: Linearization,
  weights: Float64Array | null,
  visit: (factors: JacobianFactors, block: ParameterBlock, w: number, shift: number) => void,
): void {
  const factors = denseFactors(linearization);
  for (const [l, block] of blocks.entries()) {
    if (!block.trainable) continue;
    const w = block.scale ** 2 * (weights?.[2 * l] ?? 1);
    const v = block.scale ** 2 * (weights?.[2 * l + 1] ?? 1);
    visit(factors[l]!, block, w, block.bias ? v - w : 0);
  }
}
