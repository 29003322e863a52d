import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import type { Linearization } from "./linearization.ts";

/**
 * out <- r + factor J d: the residuals of the linear model where the parameters move by factor d.
 *
 * @param pushed n numbers in the network's precision, overwritten.
 * @param out n, not the residuals themselves.
 */
export function shiftResiduals(
  kernels: Kernels,
  linearization: Linearization,
  residuals: FloatArray,
  factor: number,
  d: ParameterVector,
  pushed: FloatArray,
  out: Float64Array,
): void {
  const { rows } = linearization;
  kernels.copy(rows, residuals, out);
  kernels.axpy(rows, factor, linearization.pushforward(d, pushed), out);
}
