import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { PlanMatrix } from "../network/plan.ts";

/**
 * The columns of one layer in the rows of J of some examples: s ã_i ⊗ d_ik.
 *
 * @param inputs ã of the batch. @param d The derivatives of the batch, null for a layer that has none.
 * @param first The first of `examples` examples.
 * @param out From the layer's first column on, with rows of p numbers. Left alone for a frozen layer.
 */
export function writeJacobianRows(
  kernels: Kernels,
  { rows, columns, scale, trainable }: ParameterBlock,
  outputs: number,
  inputs: PlanMatrix,
  d: PlanMatrix | null,
  first: number,
  examples: number,
  out: FloatArray,
  p: number,
): void {
  if (!trainable || !d) return;
  const a = inputs.data.subarray(first * inputs.stride);
  const derivatives = d.data.subarray(first * outputs * d.stride);
  kernels.faceSplit(examples, outputs, rows, columns, scale, a, inputs.stride, derivatives, d.stride, out, p);
}
