import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { PlanMatrix } from "../network/plan-matrix.ts";
import type { BlockJacobian } from "./block-jacobian.ts";

/** Lower out <- Σ_layers w J_w J_wᵀ + v J_v J_vᵀ, n × n: the parts of each layer's weights and biases. */
export function assembleGram(
  kernels: Kernels,
  n: number,
  count: number,
  jacobians: readonly BlockJacobian[],
  derivatives: readonly (PlanMatrix | null)[],
  weights: Float64Array | null,
  out: Float64Array,
): Float64Array {
  kernels.scale(n * n, 0, out);
  for (let l = 0; l < jacobians.length; l++) {
    const jacobian = jacobians[l]!;
    const d = derivatives[l];
    if (!jacobian.block.trainable || !d) continue;
    jacobian.prepareGram(count, d);
    jacobian.addGram(count, d, weights?.[2 * l] ?? 1, weights?.[2 * l + 1] ?? 1, out);
  }
  return out;
}

/** out[2 l], out[2 l + 1] <- tr(Z J_w J_wᵀ), tr(Z J_v J_vᵀ): what `assembleGram` weighs by w and v. */
export function traceGramParts(
  kernels: Kernels,
  n: number,
  count: number,
  jacobians: readonly BlockJacobian[],
  derivatives: readonly (PlanMatrix | null)[],
  z: Float64Array,
  scratch: Float64Array,
  out: Float64Array,
): Float64Array {
  out.fill(0);
  for (const [l, jacobian] of jacobians.entries()) {
    const d = derivatives[l];
    const { trainable, inputs, bias } = jacobian.block;
    if (!trainable || !d) continue;
    const trace = (w: number, v: number): number => {
      scratch.fill(0, 0, n * n);
      jacobian.addGram(count, d, w, v, scratch);
      return traceOfProduct(kernels, n, z, scratch);
    };
    jacobian.prepareGram(count, d);
    out[2 * l] = inputs > 0 ? trace(1, 0) : 0;
    out[2 * l + 1] = bias ? trace(0, 1) : 0;
  }
  return out;
}

/** tr(Z T) of two symmetric matrices; T is 0 above its diagonal. */
function traceOfProduct(kernels: Kernels, n: number, z: FloatArray, t: FloatArray): number {
  let diagonal = 0;
  for (let i = 0; i < n; i++) diagonal += z[i * n + i]! * t[i * n + i]!;
  return 2 * kernels.dot(n * n, z, t) - diagonal;
}
