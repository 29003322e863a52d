import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { Plan, PlanMatrix } from "../network/plan.ts";
import type { FactorPlan } from "./products.ts";

/** The two Gram matrices of a layer: of its inputs (b × b), of its derivatives (n × n). */
export interface Squares {
  readonly inputs: FloatArray;
  readonly derivatives: FloatArray;
}

export function allocateSquares({
  kernels,
  dtype,
  capacity,
  outputs,
}: Pick<Plan, "kernels" | "dtype" | "capacity" | "outputs">): Squares {
  return {
    inputs: kernels.allocate(dtype, capacity ** 2),
    derivatives: kernels.allocate(dtype, (capacity * outputs) ** 2),
  };
}

/** Lower out <- Σ_layers s² (w Ã Ãᵀ + v - w) ∘ (D Dᵀ). */
export function assembleGram(
  { kernels, blocks, inputs, outputs }: FactorPlan,
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

/** out[2 l], out[2 l + 1] <- tr(Z s² (Ã Ãᵀ - 1) ∘ (D Dᵀ)), tr(Z s² D Dᵀ): what `assembleGram` weighs by w and v. */
export function traceGramParts(
  { kernels, blocks, inputs, outputs }: Plan,
  count: number,
  derivatives: readonly (PlanMatrix | null)[],
  squares: Squares,
  z: Float64Array,
  scratch: Float64Array,
  out: Float64Array,
): Float64Array {
  const n = count * outputs;
  const trace = (s: number, t: number): number => {
    scratch.fill(0, 0, n * n);
    kernels.accumulateGram(count, outputs, s, t, squares.inputs, count, squares.derivatives, n, scratch, n);
    return traceOfProduct(kernels, n, z, scratch);
  };
  out.fill(0);
  for (const [l, { rows, columns, scale, trainable, bias }] of blocks.entries()) {
    const d = derivatives[l];
    if (!trainable || !d) continue;
    const a = inputs[l]!;
    kernels.syrk(false, count, rows, 1, a.data, a.stride, 0, squares.inputs, count);
    kernels.syrk(false, n, columns, 1, d.data, d.stride, 0, squares.derivatives, n);
    out[2 * l] = scale ** 2 * trace(1, bias ? -1 : 0);
    out[2 * l + 1] = bias ? scale ** 2 * trace(0, 1) : 0;
  }
  return out;
}

/** tr(Z T) of two symmetric matrices; T is 0 above its diagonal. */
function traceOfProduct(kernels: Kernels, n: number, z: Float64Array, t: Float64Array): number {
  let diagonal = 0;
  for (let i = 0; i < n; i++) diagonal += z[i * n + i]! * t[i * n + i]!;
  return 2 * kernels.dot(n * n, z, t) - diagonal;
}
