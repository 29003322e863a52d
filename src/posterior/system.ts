import type { FloatArray } from "../kernels/kernels.ts";
import type { Linearization } from "../linearization/linearization.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import type { Form } from "./form.ts";
import type { StepPrediction } from "./step-prediction.ts";
import type { Factorization } from "./symmetric-solver.ts";

/** What `solve` found. */
export interface DampedStep extends StepPrediction {
  /** λ that was used: above the one that was asked for where `method` is "raised". */
  damping: number;
  /** After "failed" there is no step to take. */
  method: SolveMethod;
}

/** A result to be filled in. */
export function emptyStep(): DampedStep {
  return { damping: 0, slope: 0, predictedReduction: 0, method: "failed" };
}

/**
 * How a step was found: by a factorization, or by
 *
 *     iterations   conjugate gradients, to their tolerance
 *     unfinished   conjugate gradients that reached their limit before
 */
export type SolveMethod = Factorization | "iterations" | "unfinished";

/**
 * What gives the damped step at the head of `damped-system.ts`, or an approximation of it. Assemble it once for a
 * linearization, then solve it for any damping.
 */
export interface System<State = unknown> {
  /** null where it is neither of the two. */
  readonly form: Form | null;
  /**
   * Takes a linearization.
   *
   * @param weights W by groups, as in `Linearization.gram`; null is I. Kept, not copied.
   * @param state What the system keeps from step to step, of its curvature's `init`.
   */
  assemble(linearization: Linearization, weights: Float64Array | null, state: State): void;
  /** The mean of the diagonal of J Jᵀ (of J W Jᵀ in Gram form): the unit in which damping means the same on any data. */
  meanDiagonal(): number;
  /**
   * Solves for the step, after `assemble`.
   *
   * @param residuals r, n.
   * @param damping λ >= 0; above 0 where there is a prior.
   * @param prior g, p, or null for 0.
   * @param out δ: add it to the parameters.
   * @returns The same object at each call.
   */
  solve(
    residuals: FloatArray,
    damping: number,
    prior: ParameterVector | null,
    out: ParameterVector,
  ): DampedStep;
}

/**
 * The exact system: its factor is that of the Gaussian posterior of the linearized model, with covariance
 *
 *     Σ = (Jᵀ J + λ W⁻¹)⁻¹       in units of the noise's variance
 *
 * All answers are for the linearization that was assembled last.
 */
export interface Posterior extends System<unknown> {
  /** Assembles anew, with other weights, for the same linearization. */
  reweigh(weights: Float64Array | null): void;
  /**
   * How many parameters of each group the batch determines against a prior of precision λ W⁻¹ (in units of the
   * noise): the effective numbers of parameters γ of MacKay 1992,
   *
   *     γ_g = w_g tr(G_g (J W Jᵀ + λ I)⁻¹) = p_g - λ tr_g(W⁻¹ (Jᵀ J + λ W⁻¹)⁻¹)
   *
   * @param out γ by groups, as `weights` in `assemble`.
   * @returns false, and nothing written, if the matrix can't be factorized at this λ.
   */
  effectiveParameters(damping: number, out: Float64Array): boolean;
  /**
   * The effective number of all parameters for W = I, at a fraction of the cost:
   *
   *     γ = m - λ tr((A + λ I)⁻¹),   A = J Jᵀ, m = n   or   A = Jᵀ J, m = p
   *
   * Both forms have the same γ: the eigenvalues in which they differ are 0.
   *
   * @returns null if the matrix can't be factorized at this λ.
   */
  effectiveTotal(damping: number): number | null;
  /**
   * ‖e‖² / n, where e are the linear residuals of each example after the step that is found without this example.
   * Arguments as in `solve`.
   *
   * @returns null if the matrix can't be factorized at this λ.
   */
  leaveOneOut(residuals: FloatArray, damping: number, prior: ParameterVector | null): number | null;
  /**
   * The variance of the linear model at the rows of another batch at the same parameters, with J' its Jacobian,
   *
   *     diag(J' Σ J'ᵀ) = diag(J' W J'ᵀ - C (J W Jᵀ + λ I)⁻¹ Cᵀ) / λ,      C = J' W Jᵀ
   *
   * in units of the noise's variance: the noise of a new target comes on top, as 1.
   *
   * @param out As many numbers as the other batch has rows.
   * @returns false, and nothing written, if the matrix can't be factorized at this λ, or in Gram form λ is 0.
   */
  variance(damping: number, other: Linearization, out: Float64Array): boolean;
}
