import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { Linearization } from "../linearization/linearization.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";

/** What the linear model r + J δ says about a step on its batch. */
export interface StepPrediction {
  /** rᵀ J δ, the derivative of ½ ‖r‖² along δ: below 0 for a descent. */
  slope: number;
  /** ½ ‖r‖² - ½ ‖r + J δ‖². */
  predictedReduction: number;
}

/** Predicts any step by one product with J: slope = rᵀ J δ, reduction = -slope - ½ ‖J δ‖². `scratch`: n. */
export function predictByPushforward(
  kernels: Kernels,
  linearization: Linearization,
  residuals: FloatArray,
  delta: ParameterVector,
  scratch: FloatArray,
  prediction: StepPrediction,
): void {
  const n = linearization.rows;
  linearization.pushforward(delta, scratch);
  let slope = 0;
  for (let i = 0; i < n; i++) slope += residuals[i]! * scratch[i]!;
  prediction.slope = slope;
  prediction.predictedReduction = -slope - kernels.dot(n, scratch, scratch) / 2;
}

/**
 * Predicts the step of the Gram form, where r + J δ = λ u:
 *
 *     slope = -r · (r - λ u),   reduction = ½ (r - λ u) · (r + λ u)
 *
 * as products, because the squares cancel near the solution.
 */
export function predictByDual(
  n: number,
  r: FloatArray,
  u: Float64Array,
  damping: number,
  prediction: StepPrediction,
): void {
  let slope = 0;
  let reduction = 0;
  for (let i = 0; i < n; i++) {
    const gained = r[i]! - damping * u[i]!;
    slope -= r[i]! * gained;
    reduction += gained * (r[i]! + damping * u[i]!);
  }
  prediction.slope = slope;
  prediction.predictedReduction = reduction / 2;
}

/**
 * Predicts the step of the primal form by its own system (Madsen et al. 2004, equation 3.14):
 *
 *     slope = δᵀJᵀr,   reduction = -δᵀJᵀr - ½ δᵀJᵀJ δ = ½ δᵀ(λ W⁻¹ δ + g - Jᵀr)
 *
 * @param gradient Jᵀ r.
 * @param prior g, or null for 0.
 * @param inverseWeights The diagonal of W⁻¹.
 */
export function predictByPrimal(
  p: number,
  gradient: ParameterVector,
  prior: ParameterVector | null,
  damping: number,
  inverseWeights: Float64Array,
  delta: Float64Array,
  prediction: StepPrediction,
): void {
  let slope = 0;
  let rest = 0;
  for (let i = 0; i < p; i++) {
    slope += delta[i]! * gradient.flat[i]!;
    rest += delta[i]! * (damping * inverseWeights[i]! * delta[i]! + (prior?.flat[i] ?? 0));
  }
  prediction.slope = slope;
  prediction.predictedReduction = (rest - slope) / 2;
}
