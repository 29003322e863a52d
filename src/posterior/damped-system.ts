import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import { scaleGroups } from "../linearization/group-weights.ts";
import { lazy } from "../linearization/lazy.ts";
import type { Linearization } from "../linearization/linearization.ts";
import { shiftResiduals } from "../linearization/shift-residuals.ts";
import { forEachGroup, type ParameterBlock, trainableCount } from "../network/network.ts";
import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import type { Form } from "./form.ts";
import { blockDivision, leaveOneOutByDual, primalLeaveOneOut } from "./leave-one-out.ts";
import {
  predictByDual,
  predictByPrimal,
  predictByPushforward,
  type StepPrediction,
} from "./step-prediction.ts";
import { type Factorization, type SymmetricSolver, symmetricSolver } from "./symmetric-solver.ts";

/*
 * The damped step
 * ---------------
 *
 *     δ  minimizes  ½ ‖r + J δ‖² + gᵀδ + ½ λ δᵀ W⁻¹ δ
 *
 *   r  n  residuals f - y          λ  damping, in the unit of the diagonal of J W Jᵀ
 *   g  p  gradient of a prior      W  diagonal, constant over the weights and over the biases of a layer;
 *         (weight decay), or 0        I unless a prior says otherwise
 *
 * Two systems have this solution (Woodbury's identity). In Gram form, as in Cai et al. 2019 for g = 0, W = I:
 *
 *     (J W Jᵀ + λ I) u = r - J W g / λ                δ = -W (g / λ + Jᵀ u)
 *
 * and in primal form, the normal equations of Levenberg-Marquardt:
 *
 *     (Jᵀ J + λ W⁻¹) δ = -(Jᵀ r + g)
 *
 * In Gram form the linearized residual costs nothing: r + J δ = λ u.
 */

/** What `solve` found. */
export interface DampedStep extends StepPrediction {
  /** λ that was used: above the one that was asked for where `method` is "raised". */
  damping: number;
  /** After "failed" the step is 0. */
  method: SolveMethod;
}

/**
 * How a step was found: by a factorization, or by
 *
 *     iterations   conjugate gradients, to their tolerance
 *     unfinished   conjugate gradients that reached their limit before
 */
export type SolveMethod = Factorization | "iterations" | "unfinished";

/** The damped system in one form. Assemble it once for a linearization, then solve it for any damping. */
export interface DampedSystem {
  /** null where it is neither of the two. */
  readonly form: Form | null;
  /**
   * Forms J W Jᵀ or Jᵀ J of a linearization.
   *
   * @param weights W by groups, as in `Linearization.gram`; null is I. Kept, not copied.
   */
  assemble(linearization: Linearization, weights: Float64Array | null): void;
  /** Assembles anew, with other weights, for the same linearization. */
  reweigh(weights: Float64Array | null): void;
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
}

/**
 * Allocates the damped system in the form that was chosen.
 *
 * @param capacity The most residual rows.
 * @param outputs K: that many neighbouring rows are of one example.
 */
export function dampedSystem(
  form: Form,
  kernels: Kernels,
  dtype: DType,
  blocks: readonly ParameterBlock[],
  capacity: number,
  outputs: number,
  makeSolver: typeof symmetricSolver = symmetricSolver,
): DampedSystem {
  return form === "gram"
    ? gramSystem(kernels, dtype, blocks, capacity, outputs, makeSolver)
    : primalSystem(kernels, dtype, blocks, capacity, outputs, makeSolver);
}

/** (J W Jᵀ + λ I) u = r - J W g / λ, δ = -W (g / λ + Jᵀ u). */
function gramSystem(
  kernels: Kernels,
  dtype: DType,
  blocks: readonly ParameterBlock[],
  capacity: number,
  outputs: number,
  makeSolver: typeof symmetricSolver,
): DampedSystem {
  const p = trainableCount(blocks);
  const gram = kernels.allocate("float64", capacity ** 2);
  const solver = makeSolver(kernels, capacity);
  const u = kernels.allocate("float64", capacity);
  const pulled = kernels.allocate(dtype, capacity);
  const center = allocateParameters(kernels, dtype, blocks);
  const result: DampedStep = { damping: 0, slope: 0, predictedReduction: 0, method: "failed" };
  const traces = lazy(() => kernels.allocate("float64", capacity ** 2));
  let linearization: Linearization;
  let weights: Float64Array | null = null;

  const division = lazy(() => blockDivision(kernels, outputs));

  /** Factorizes; c <- W g / λ, u <- (J W Jᵀ + λ I)⁻¹ (r - J c). */
  const solveDual = (residuals: FloatArray, damping: number, prior: ParameterVector | null): void => {
    const n = linearization.rows;
    solver.factorize(null, damping);
    if (prior && solver.method !== "failed") {
      kernels.copy(p, prior.flat, center.flat);
      scaleGroups(kernels, blocks, weights, 1 / solver.damping, center);
      shiftResiduals(kernels, linearization, residuals, -1, center, pulled, u);
    } else kernels.copy(n, residuals, u);
    solver.apply(u);
  };

  return {
    form: "gram",
    assemble(next, groupWeights) {
      linearization = next;
      this.reweigh(groupWeights);
    },
    reweigh(groupWeights) {
      weights = groupWeights;
      linearization.gram(weights, gram);
      solver.load(linearization.rows, gram);
    },
    meanDiagonal: () => meanOverRows(solver.trace, linearization.rows),
    solve(residuals, damping, prior, out) {
      solveDual(residuals, damping, prior);
      linearization.pullback(u, out);
      scaleGroups(kernels, blocks, weights, -1, out);
      if (prior && solver.method !== "failed") kernels.axpy(p, -1, center.flat, out.flat);
      result.damping = solver.damping;
      result.method = solver.method;
      // r + J δ = λ u only where no direction is left out.
      if (solver.method === "eigenvalues")
        predictByPushforward(kernels, linearization, residuals, out, pulled, result);
      else predictByDual(linearization.rows, residuals, u, solver.damping, result);
      return result;
    },
    effectiveParameters(damping, out) {
      solver.factorize(null, damping);
      const inverse = solver.inverse();
      if (!inverse) return false;
      linearization.gramTraces(inverse, traces(), out);
      for (let group = 0; group < out.length; group++) out[group]! *= weights?.[group] ?? 1;
      return true;
    },
    effectiveTotal: (damping) => effectiveTotal(solver, linearization.rows, damping),
    leaveOneOut(residuals, damping, prior) {
      solveDual(residuals, damping, prior);
      const inverse = solver.inverse();
      return inverse && leaveOneOutByDual(division(), outputs, linearization.rows, inverse, u);
    },
  };
}

/** (Jᵀ J + λ W⁻¹) δ = -(Jᵀ r + g). */
function primalSystem(
  kernels: Kernels,
  dtype: DType,
  blocks: readonly ParameterBlock[],
  capacity: number,
  outputs: number,
  makeSolver: typeof symmetricSolver,
): DampedSystem {
  const p = trainableCount(blocks);
  const normal = kernels.allocate("float64", p * p);
  const solver = makeSolver(kernels, p);
  const gradient = allocateParameters(kernels, dtype, blocks);
  const delta = kernels.allocate("float64", p);
  const inverseWeights = kernels.allocate("float64", p);
  const result: DampedStep = { damping: 0, slope: 0, predictedReduction: 0, method: "failed" };
  const leaving = lazy(() => ({
    ...primalLeaveOneOut(kernels, dtype, blocks, outputs),
    step: allocateParameters(kernels, dtype, blocks),
    pushed: kernels.allocate(dtype, capacity),
    left: kernels.allocate("float64", capacity),
  }));
  let linearization: Linearization;

  return {
    form: "primal",
    assemble(next, weights) {
      linearization = next;
      linearization.normal(normal);
      solver.load(p, normal);
      this.reweigh(weights);
    },
    reweigh: (weights) => expandInverse(blocks, weights, inverseWeights),
    meanDiagonal: () => meanOverRows(solver.trace, linearization.rows),
    solve(residuals, damping, prior, out) {
      solver.factorize(inverseWeights, damping);
      linearization.pullback(residuals, gradient);
      for (let i = 0; i < p; i++) delta[i] = -gradient.flat[i]! - (prior?.flat[i] ?? 0);
      solver.apply(delta);
      kernels.copy(p, delta, out.flat);
      result.damping = solver.damping;
      result.method = solver.method;
      predictByPrimal(p, gradient, prior, solver.damping, inverseWeights, delta, result);
      return result;
    },
    effectiveParameters(damping, out) {
      solver.factorize(inverseWeights, damping);
      const inverse = solver.inverse();
      if (!inverse) return false;
      out.fill(0);
      forEachGroup(blocks, (group, start, end) => {
        let determined = 0;
        for (let i = start; i < end; i++)
          determined += 1 - damping * inverseWeights[i]! * inverse[i * p + i]!;
        out[group] = determined;
      });
      return true;
    },
    effectiveTotal: (damping) => effectiveTotal(solver, p, damping),
    leaveOneOut(residuals, damping, prior) {
      const { measure, step, pushed, left } = leaving();
      this.solve(residuals, damping, prior, step);
      const inverse = solver.inverse();
      shiftResiduals(kernels, linearization, residuals, 1, step, pushed, left);
      return inverse && measure(linearization, inverse, left);
    },
  };
}

/** m - λ tr((A + λ I)⁻¹). */
function effectiveTotal(solver: SymmetricSolver, m: number, damping: number): number | null {
  solver.factorize(null, damping);
  const trace = solver.traceOfInverse();
  return trace === null ? null : m - solver.damping * trace;
}

/** tr(A) / n; 0 for no rows. */
function meanOverRows(trace: number, n: number): number {
  return n === 0 ? 0 : trace / n;
}

/** out <- the diagonal of W⁻¹, p. */
function expandInverse(
  blocks: readonly ParameterBlock[],
  weights: Float64Array | null,
  out: Float64Array,
): void {
  forEachGroup(blocks, (group, start, end) => out.fill(1 / (weights?.[group] ?? 1), start, end));
}
