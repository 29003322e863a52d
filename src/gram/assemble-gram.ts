import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { Plan, PlanMatrix } from "../network/plan.ts";
import type { FactorPlan } from "./products.ts";

/** Some rows of the two Gram matrices of a layer: of its inputs (b × b), of its derivatives (n × n). */
export interface Squares {
  readonly inputs: FloatArray;
  readonly derivatives: FloatArray;
}

/** Residual rows of G that are formed at once: their memory grows with n, not with n², and they stay in the cache. */
const panelRows = 128;

export function allocateSquares({
  kernels,
  dtype,
  capacity,
  outputs,
}: Pick<Plan, "kernels" | "dtype" | "capacity" | "outputs">): Squares {
  const examples = Math.min(capacity, panelExamples(outputs));
  return {
    inputs: kernels.allocate(dtype, examples * capacity),
    derivatives: kernels.allocate(dtype, examples * capacity * outputs ** 2),
  };
}

function panelExamples(outputs: number): number {
  return Math.max(1, Math.floor(panelRows / outputs));
}

/** Lower out <- Σ_layers s² (w Ã Ãᵀ + v - w) ∘ (D Dᵀ). */
export function assembleGram(
  plan: FactorPlan,
  count: number,
  derivatives: readonly (PlanMatrix | null)[],
  weights: Float64Array | null,
  squares: Squares,
  out: Float64Array,
): Float64Array {
  const { kernels, blocks, inputs, outputs } = plan;
  const n = count * outputs;
  kernels.scale(n * n, 0, out);
  for (let first = 0; first < count; first += panelExamples(outputs)) {
    const end = Math.min(count, first + panelExamples(outputs));
    const rows = first === 0 ? out : out.subarray(first * outputs * n);
    for (let l = 0; l < blocks.length; l++) {
      const { scale, trainable, bias } = blocks[l]!;
      const d = derivatives[l];
      if (!trainable || !d) continue;
      const w = scale ** 2 * (weights?.[2 * l] ?? 1);
      const v = scale ** 2 * (weights?.[2 * l + 1] ?? 1);
      writePanels(plan, l, first, end, inputs[l]!, d, squares);
      accumulatePanels(plan, first, end, w, bias ? v - w : 0, squares, rows, n);
    }
  }
  return out;
}

/** Rows first <= i < end of lower Ã Ãᵀ and of lower D Dᵀ. */
function writePanels(
  { kernels, blocks, outputs }: FactorPlan,
  l: number,
  first: number,
  end: number,
  a: PlanMatrix,
  d: PlanMatrix,
  squares: Squares,
): void {
  const { rows, columns } = blocks[l]!;
  writePanel(kernels, first, end, rows, a, squares.inputs);
  writePanel(kernels, first * outputs, end * outputs, columns, d, squares.derivatives);
}

/** out <- rows first <= i < end of lower X Xᵀ, each `end` long; X has k columns. */
function writePanel(
  kernels: Kernels,
  first: number,
  end: number,
  k: number,
  { data, stride }: PlanMatrix,
  out: FloatArray,
): void {
  const m = end - first;
  if (first === 0) {
    kernels.syrk(false, m, k, 1, data, stride, 0, out, end);
    return;
  }
  const x = data.subarray(first * stride);
  kernels.gemm(false, true, m, first, k, 1, x, stride, data, stride, 0, out, end);
  kernels.syrk(false, m, k, 1, x, stride, 0, out.subarray(first), end);
}

/** The same rows of lower G, from `rows` on, <- G + (s Ã Ãᵀ + t) ∘ (D Dᵀ). */
function accumulatePanels(
  { kernels, outputs }: FactorPlan,
  first: number,
  end: number,
  s: number,
  t: number,
  { inputs, derivatives }: Squares,
  rows: Float64Array,
  n: number,
): void {
  const m = end - first;
  kernels.accumulateGram(first, m, outputs, s, t, inputs, end, derivatives, end * outputs, rows, n);
}

/** out[2 l], out[2 l + 1] <- tr(Z s² (Ã Ãᵀ - 1) ∘ (D Dᵀ)), tr(Z s² D Dᵀ): what `assembleGram` weighs by w and v. */
export function traceGramParts(
  plan: Plan,
  count: number,
  derivatives: readonly (PlanMatrix | null)[],
  squares: Squares,
  z: Float64Array,
  scratch: Float64Array,
  out: Float64Array,
): Float64Array {
  const { kernels, blocks, inputs, outputs } = plan;
  const n = count * outputs;
  out.fill(0);
  for (let first = 0; first < count; first += panelExamples(outputs)) {
    const end = Math.min(count, first + panelExamples(outputs));
    const m = (end - first) * outputs;
    const start = first * outputs;
    const rows = z.subarray(start * n);
    const trace = (s: number, t: number): number => {
      scratch.fill(0, 0, m * n);
      accumulatePanels(plan, first, end, s, t, squares, scratch, n);
      return traceOfProduct(kernels, n, start, m, rows, scratch);
    };
    for (const [l, { scale, trainable, bias }] of blocks.entries()) {
      const d = derivatives[l];
      if (!trainable || !d) continue;
      writePanels(plan, l, first, end, inputs[l]!, d, squares);
      out[2 * l]! += scale ** 2 * trace(1, bias ? -1 : 0);
      if (bias) out[2 * l + 1]! += scale ** 2 * trace(0, 1);
    }
  }
  return out;
}

/** What m rows from row `first` add to tr(Z T) of two symmetric matrices; T is 0 above its diagonal. */
function traceOfProduct(
  kernels: Kernels,
  n: number,
  first: number,
  m: number,
  z: Float64Array,
  t: Float64Array,
): number {
  let diagonal = 0;
  for (let i = 0; i < m; i++) diagonal += z[i * n + first + i]! * t[i * n + first + i]!;
  return 2 * kernels.dot(m * n, z, t) - diagonal;
}
