import type { Activation } from "../activation.ts";
import type { FloatArray } from "../kernels.ts";
import { scalarActivations } from "./scalar-activations.ts";

/** a <- σ(z), slope <- σ'(z), curvature <- σ''(z); see `Kernels`. */
export function activate(
  activation: Activation,
  m: number,
  n: number,
  z: FloatArray,
  ldz: number,
  a: FloatArray,
  lda: number,
  slope: FloatArray | null,
  ldSlope: number,
  curvature: FloatArray | null,
  ldCurvature: number,
): void {
  const sigma = scalarActivations[activation];
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      const zij = z[i * ldz + j]!;
      if (slope) slope[i * ldSlope + j] = sigma.slope(zij);
      if (curvature) curvature[i * ldCurvature + j] = sigma.curvature(zij);
      a[i * lda + j] = sigma.value(zij);
    }
}
