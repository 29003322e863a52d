import type { FloatArray } from "../kernels/kernels.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import { type Plan, type PlanMatrix, throughActivation, throughBlock } from "../network/plan.ts";

/** What the products with J need besides the derivatives: of a plan, or of a copy of its factors. */
export type FactorPlan = Pick<Plan, "kernels" | "blocks" | "inputs" | "outputs">;

/** Jᵀu by one backward pass of the weighted sum of outputs: what SGD does. */
export function backpropagate(
  plan: Plan,
  parameters: ParameterVector,
  count: number,
  firstTrainable: number,
  seed: FloatArray,
  buffers: readonly [PlanMatrix, PlanMatrix],
  out: ParameterVector,
): ParameterVector {
  const last = plan.blocks.length - 1;
  let [e, next] = buffers;
  for (let i = 0; i < count; i++)
    for (let k = 0; k < plan.outputs; k++) e.data[i * e.stride + k] = seed[i * plan.outputs + k]!;
  throughActivation(plan, last, count, 1, e);
  for (let l = last; l >= firstTrainable; l--) {
    multiplyInputs(plan, l, count, e, out);
    if (l > firstTrainable) throughBlock(plan, parameters, l, count, 1, e, next);
    [e, next] = [next, e];
  }
  return out;
}

/** Jᵀu from the factors: e_i = Σ_k u_ik d_ik, then s Ãᵀ E. */
export function pullbackFactors(
  plan: FactorPlan,
  count: number,
  derivatives: readonly (PlanMatrix | null)[],
  u: FloatArray,
  [e]: readonly [PlanMatrix, PlanMatrix],
  out: ParameterVector,
): ParameterVector {
  for (let l = 0; l < plan.blocks.length; l++) {
    const block = plan.blocks[l]!;
    const d = derivatives[l];
    if (!block.trainable || !d) continue;
    plan.kernels.contractRows(count, plan.outputs, block.columns, u, d.data, d.stride, e.data, e.stride);
    multiplyInputs(plan, l, count, e, out);
  }
  return out;
}

/** out of layer l <- s Ãᵀ E. */
function multiplyInputs(
  plan: FactorPlan,
  l: number,
  count: number,
  e: PlanMatrix,
  out: ParameterVector,
): void {
  const { rows, columns, scale, trainable } = plan.blocks[l]!;
  if (!trainable) return;
  const a = plan.inputs[l]!;
  const gradient = out.blocks[l]!;
  plan.kernels.gemm(
    true,
    false,
    rows,
    columns,
    count,
    scale,
    a.data,
    a.stride,
    e.data,
    e.stride,
    0,
    gradient,
    columns,
  );
}

/** J d: for each layer T = Ã Δ, then s d_ik · t_i. */
export function pushforwardFactors(
  plan: FactorPlan,
  count: number,
  derivatives: readonly (PlanMatrix | null)[],
  direction: ParameterVector,
  t: PlanMatrix,
  out: FloatArray,
): FloatArray {
  const { kernels, outputs } = plan;
  kernels.scale(count * outputs, 0, out);
  for (let l = 0; l < plan.blocks.length; l++) {
    const { rows, columns, scale, trainable } = plan.blocks[l]!;
    const d = derivatives[l];
    if (!trainable || !d) continue;
    const a = plan.inputs[l]!;
    const delta = direction.blocks[l]!;
    kernels.gemm(
      false,
      false,
      count,
      columns,
      rows,
      1,
      a.data,
      a.stride,
      delta,
      columns,
      0,
      t.data,
      t.stride,
    );
    kernels.rowDots(count, outputs, columns, scale, d.data, d.stride, t.data, t.stride, out);
  }
  return out;
}
