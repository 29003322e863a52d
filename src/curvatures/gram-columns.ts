import type { FloatArray } from "../kernels/kernels.ts";
import type { LayerJacobian } from "../linearization/block-jacobian.ts";
import { forEachLayer as forEachOf } from "../linearization/layer-rows.ts";
import { lazy } from "../linearization/lazy.ts";
import type { Linearization } from "../linearization/linearization.ts";
import type { LayerSpace } from "../linearization/space.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { PlanMatrix } from "../network/plan-matrix.ts";

/** The Gram matrix J W Jᵀ of a linearization, one column at a time. */
export interface GramColumns {
  /** out <- its diagonal, n. */
  diagonal(linearization: Linearization, weights: Float64Array | null, out: Float64Array): void;
  /** out <- its column `row`, n: two products of a matrix and a vector for each dense layer. */
  column(linearization: Linearization, weights: Float64Array | null, row: number, out: Float64Array): void;
}

/** Adds what one layer has in J W Jᵀ, w and v the weights of its weights and biases. */
interface LayerColumns {
  addDiagonal(jacobian: LayerJacobian, d: PlanMatrix, w: number, v: number, out: Float64Array): void;
  addColumn(
    jacobian: LayerJacobian,
    d: PlanMatrix,
    w: number,
    v: number,
    row: number,
    out: Float64Array,
  ): void;
}

/**
 * Element (ik, jm) of J W Jᵀ is Σ_layers s² (w ã_i · ã_j + v - w) (d_ik · d_jm) over dense layers, as at the head of
 * `linearization.ts`. Another layer multiplies row jm of J, which is written for a moment.
 */
export function gramColumns(space: LayerSpace): GramColumns {
  const byInputs = inputColumns(space);
  let written: LayerColumns | null = null;
  const forEachLayer = (
    linearization: Linearization,
    weights: Float64Array | null,
    visit: (columns: LayerColumns, ...layer: [LayerJacobian, PlanMatrix, number, number]) => void,
  ): void => {
    const layers = linearization.layers()!;
    written ??= writtenColumns(space, layers.jacobians);
    forEachOf(layers, (jacobian, d, l) => {
      const columns = jacobian.inputs?.matrix ? byInputs : written!;
      visit(columns, jacobian, d, weights?.[2 * l] ?? 1, weights?.[2 * l + 1] ?? 1);
    });
  };
  return {
    diagonal(linearization, weights, out) {
      out.fill(0, 0, linearization.rows);
      const own = out.subarray(0, linearization.rows);
      forEachLayer(linearization, weights, ({ addDiagonal }, ...layer) => addDiagonal(...layer, own));
    },
    column(linearization, weights, row, out) {
      out.fill(0, 0, linearization.rows);
      const own = out.subarray(0, linearization.rows);
      forEachLayer(linearization, weights, ({ addColumn }, ...layer) => addColumn(...layer, row, own));
    },
  };
}

/** By the factors of a layer whose inputs are at hand. */
function inputColumns({ kernels, dtype, blocks, outputs, capacity }: LayerSpace): LayerColumns {
  const longest = Math.max(...blocks.map((block) => Math.max(block.rows, block.columns)));
  const vector = kernels.allocate(dtype, longest);
  const products = kernels.allocate(dtype, capacity);
  const derivatives = kernels.allocate(dtype, capacity * outputs);
  const square = (data: FloatArray, start: number, length: number): number => {
    const x = data.subarray(start, start + length);
    return kernels.dot(length, x, x);
  };
  return {
    addDiagonal({ block, inputs }, d, w, v, out) {
      const a = inputs!.matrix!;
      const { rows, columns, scale, bias } = block;
      for (let ik = 0; ik < out.length; ik++) {
        const ofInputs = w * square(a.data, Math.floor(ik / outputs) * a.stride, rows) + (bias ? v - w : 0);
        out[ik]! += scale ** 2 * ofInputs * square(d.data, ik * d.stride, columns);
      }
    },
    addColumn({ block, inputs }, d, w, v, row, out) {
      const a = inputs!.matrix!;
      const { rows, columns, scale, bias } = block;
      const n = out.length;
      const examples = n / outputs;
      const j = Math.floor(row / outputs);
      kernels.copy(rows, a.data.subarray(j * a.stride), vector);
      kernels.gemm(false, false, examples, 1, rows, w, a.data, a.stride, vector, 1, 0, products, 1);
      if (bias) for (let i = 0; i < examples; i++) products[i]! += v - w;
      kernels.copy(columns, d.data.subarray(row * d.stride), vector);
      kernels.gemm(false, false, n, 1, columns, scale ** 2, d.data, d.stride, vector, 1, 0, derivatives, 1);
      kernels.scaleRows(examples, outputs, 1, products, 1, derivatives, 1);
      kernels.axpy(n, 1, derivatives, out);
    },
  };
}

/** By the rows of J, those of one example at a time. */
function writtenColumns(
  { kernels, dtype, outputs, capacity }: LayerSpace,
  jacobians: readonly LayerJacobian[],
): LayerColumns {
  const sizeOf = ({ rows, columns }: ParameterBlock) => rows * columns;
  const longest = Math.max(
    0,
    ...jacobians.filter(({ inputs }) => !inputs?.matrix).map(({ block }) => sizeOf(block)),
  );
  const rowsOfExample = lazy(() => kernels.allocate(dtype, outputs * longest));
  const pushed = lazy(() => kernels.allocate(dtype, capacity * outputs));

  /** The rows of J of an example, K × size. */
  const writeRows = ({ block, writeUnits }: LayerJacobian, d: PlanMatrix, example: number): FloatArray => {
    writeUnits(d, example, 1, 0, block.columns, rowsOfExample(), sizeOf(block));
    return rowsOfExample();
  };
  /** The parts of one of these rows: of the weights and of the biases. */
  const partsOf = ({ inputs, columns, rows }: ParameterBlock, written: FloatArray, k: number) => {
    const start = k * rows * columns;
    return [
      written.subarray(start, start + inputs * columns),
      written.subarray(start + inputs * columns, start + rows * columns),
    ] as const;
  };

  return {
    addDiagonal(jacobian, d, w, v, out) {
      for (let i = 0; i < out.length / outputs; i++) {
        const written = writeRows(jacobian, d, i);
        for (let k = 0; k < outputs; k++) {
          const [x, y] = partsOf(jacobian.block, written, k);
          out[i * outputs + k]! += w * kernels.dot(x.length, x, x) + v * kernels.dot(y.length, y, y);
        }
      }
    },
    addColumn(jacobian, d, w, v, row, out) {
      const { block, pushforward } = jacobian;
      const k = row % outputs;
      const written = writeRows(jacobian, d, Math.floor(row / outputs));
      const [x, y] = partsOf(block, written, k);
      kernels.scale(x.length, w, x);
      kernels.scale(y.length, v, y);
      const own = pushed();
      kernels.scale(out.length, 0, own);
      const start = k * sizeOf(block);
      pushforward(out.length / outputs, d, written.subarray(start, start + sizeOf(block)), own);
      kernels.axpy(out.length, 1, own, out);
    },
  };
}
