import type { FloatArray } from "../kernels/kernels.ts";
import type { Plan, PlanMatrix } from "../network/plan.ts";

/** The two Gram matrices of a layer: of its inputs (b × b), of its derivatives (n × n). */
export interface Squares {
  readonly inputs: FloatArray;
  readonly derivatives: FloatArray;
}

export function allocateSquares({ kernels, dtype, capacity, outputs }: Plan): Squares {
  return {
    inputs: kernels.allocate(dtype, capacity ** 2),
    derivatives: kernels.allocate(dtype, (capacity * outputs) ** 2),
  };
}

/** Lower out <- Σ_layers s² (w Ã Ãᵀ + v - w) ∘ (D Dᵀ). */
export function assembleGram(
  { kernels, blocks, inputs, outputs }: Plan,
  count: number,
  derivatives: readonly (PlanMatrix | null)[],
  weights: Float64Array | null,
  squares: Squares,
  out: Float64Array,
): Float64Array {
  const n = count * outputs;
  kernels.scale(n * n, 0, out);
  for (let l = 0; l < blocks.length; l++) {
    const { rows, columns, scale, trainable } = blocks[l]!;
    const d = derivatives[l];
    if (!trainable || !d) continue;
    const a = inputs[l]!;
    const w = scale ** 2 * (weights?.[2 * l] ?? 1);
    const v = scale ** 2 * (weights?.[2 * l + 1] ?? 1);
    kernels.syrk(false, count, rows, 1, a.data, a.stride, 0, squares.inputs, count);
    kernels.syrk(false, n, columns, 1, d.data, d.stride, 0, squares.derivatives, n);
    const shift = blocks[l]!.bias ? v - w : 0;
    kernels.accumulateGram(count, outputs, w, shift, squares.inputs, count, squares.derivatives, n, out, n);
  }
  return out;
}
