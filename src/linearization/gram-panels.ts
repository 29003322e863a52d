import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import { type PlanMatrix, rowView, viewFrom } from "../network/plan-matrix.ts";

/** Residual rows of G that are formed at once: their memory grows with n, not with n², and they stay in the cache. */
const panelRows = 128;

/** Examples whose residual rows are formed at once. */
export function panelExamples(outputs: number): number {
  return Math.max(1, Math.floor(panelRows / outputs));
}

/** Visits the panels of so many examples: first <= i < end. */
export function forEachPanel(
  examples: number,
  outputs: number,
  visit: (first: number, end: number) => void,
): void {
  const most = panelExamples(outputs);
  for (let first = 0; first < examples; first += most) visit(first, Math.min(examples, first + most));
}

/** out <- rows first <= i < end of lower X Xᵀ, each `end` long; X has k columns. */
export function writePanel(
  kernels: Kernels,
  first: number,
  end: number,
  k: number,
  x: PlanMatrix,
  out: FloatArray,
): void {
  const m = end - first;
  const { data, stride } = x;
  const own = rowView(x, first);
  if (first > 0) kernels.gemm(false, true, m, first, k, 1, own, stride, data, stride, 0, out, end);
  kernels.syrk(false, m, k, 1, own, stride, 0, viewFrom(out, first), end);
}
