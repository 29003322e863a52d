import type { FloatArray } from "../kernels/kernels.ts";
import { lazy } from "../linearization/lazy.ts";
import type { Linearization } from "../linearization/linearization.ts";
import { shiftResiduals } from "../linearization/shift-residuals.ts";
import type { Space } from "../linearization/space.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import type { Form } from "./form.ts";
import { dualLeaveOneOut, primalLeaveOneOut } from "./leave-one-out.ts";
import { predictByDual, predictByPrimal, predictByPushforward } from "./step-prediction.ts";
import { type SymmetricSolver, symmetricSolver } from "./symmetric-solver.ts";
import { type DampedStep, emptyStep, type Posterior, type System } from "./system.ts";
import { dualVariance, primalVariance } from "./variance.ts";
import { byGroups, byParameters, type Weighing } from "./weighing.ts";

/*
 * The damped step
 * ---------------
 *
 *     δ  minimizes  ½ ‖r + J δ‖² + gᵀδ + ½ λ δᵀ W⁻¹ δ
 *
 *   r  n  residuals f - y          λ  damping, in the unit of the diagonal of J W Jᵀ
 *   g  p  gradient of a prior      W  diagonal: constant over groups of parameters, which are the weights and the
 *         (weight decay), or 0        biases of each layer, or a number for each parameter; I unless a prior says otherwise
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

/**
 * Allocates the damped system in the form that was chosen, for the largest batch of a space, with W by groups.
 *
 * @param makeSolver What solves it, in place of `symmetricSolver`.
 */
export function dampedSystem(form: Form, space: Space, makeSolver: MakeSolver = symmetricSolver): Posterior {
  return allocate(form, space, makeSolver, byGroups(space));
}

/** The same with W = H⁻¹, H a number for each parameter, in place of the weights by groups. */
export function separableSystem(form: Form, space: Space): System<unknown> {
  return allocate(form, space, symmetricSolver, byParameters(space));
}

type MakeSolver = typeof symmetricSolver;

function allocate(form: Form, space: Space, makeSolver: MakeSolver, weighing: Weighing): Posterior {
  return form === "gram"
    ? gramSystem(space, makeSolver, weighing)
    : primalSystem(space, makeSolver, weighing);
}

/** (J W Jᵀ + λ I) u = r - J W g / λ, δ = -W (g / λ + Jᵀ u). */
function gramSystem(space: Space, makeSolver: MakeSolver, weighing: Weighing): Posterior {
  const { kernels, dtype, rows, parameters: p } = space;
  const gram = kernels.allocate("float64", rows ** 2);
  const solver = makeSolver(kernels, rows);
  const u = kernels.allocate("float64", rows);
  const pushed = kernels.allocate(dtype, rows);
  const center = space.vector();
  const result = emptyStep();
  const traces = lazy(() => kernels.allocate("float64", rows ** 2));
  const leaving = lazy(() => dualLeaveOneOut(space));
  const varying = lazy(() => dualVariance(space));
  let linearization: Linearization;
  let weights: Float64Array | null = null;

  const reweigh = (next: Float64Array | null): void => {
    weights = next;
    weighing.gram(linearization, weights, gram);
    solver.load(linearization.rows, gram);
  };

  /** Factorizes; c <- W g / λ, u <- (J W Jᵀ + λ I)⁻¹ (r - J c). Answers with c, or null where there is none. */
  const solveDual = (
    residuals: FloatArray,
    damping: number,
    prior: ParameterVector | null,
  ): ParameterVector | null => {
    solver.factorize(null, damping);
    const isShifted = prior !== null && solver.method !== "failed";
    if (isShifted) {
      kernels.copy(p, prior.flat, center.flat);
      weighing.scale(weights, 1 / solver.damping, center);
      shiftResiduals(kernels, linearization, residuals, -1, center, pushed, u);
    } else kernels.copy(linearization.rows, residuals, u);
    solver.apply(u);
    return isShifted ? center : null;
  };

  return {
    form: "gram",
    assemble(next, groupWeights) {
      linearization = next;
      reweigh(groupWeights);
    },
    reweigh,
    meanDiagonal: () => meanOverRows(solver.trace, linearization.rows),
    solve(residuals, damping, prior, out) {
      const shift = solveDual(residuals, damping, prior);
      linearization.pullback(u, out);
      if (solver.method !== "failed") weighing.negate(weights, out, shift);
      // r + J δ = λ u only where no direction is left out.
      if (solver.method === "eigenvalues")
        predictByPushforward(kernels, linearization, residuals, out, pushed, result);
      else predictByDual(linearization.rows, residuals, u, solver.damping, result);
      return describeSolved(solver, result);
    },
    effectiveParameters(damping, out) {
      solver.factorize(null, damping);
      const inverse = solver.inverse();
      if (inverse) linearization.gramTraces(inverse, traces(), out);
      if (inverse && weights) for (let group = 0; group < out.length; group++) out[group]! *= weights[group]!;
      return inverse !== null;
    },
    effectiveTotal: (damping) => effectiveTotal(solver, linearization.rows, damping),
    leaveOneOut(residuals, damping, prior) {
      solveDual(residuals, damping, prior);
      const inverse = solver.inverse();
      return inverse && leaving()(linearization, inverse, u);
    },
    variance(damping, other, out) {
      solver.factorize(null, damping);
      if (solver.method === "failed" || !(solver.damping > 0)) return false;
      varying()(linearization, solver, weights, other, out);
      return true;
    },
  };
}

/** (Jᵀ J + λ W⁻¹) δ = -(Jᵀ r + g). */
function primalSystem(space: Space, makeSolver: MakeSolver, weighing: Weighing): Posterior {
  const { kernels, dtype, rows, parameters: p, groups } = space;
  const normal = kernels.allocate("float64", p * p);
  const solver = makeSolver(kernels, p);
  const gradient = space.vector();
  const delta = kernels.allocate("float64", p);
  const precisions = kernels.allocate("float64", p);
  const result = emptyStep();
  const leaving = lazy(() => ({
    measure: primalLeaveOneOut(space),
    step: space.vector(),
    pushed: kernels.allocate(dtype, rows),
    left: kernels.allocate("float64", rows),
  }));
  const varying = lazy(() => primalVariance(space));
  let linearization: Linearization;

  const reweigh = (weights: Float64Array | null): void => weighing.invert(weights, precisions);

  const solve: Posterior["solve"] = (residuals, damping, prior, out) => {
    solver.factorize(precisions, damping);
    linearization.pullback(residuals, gradient);
    for (let i = 0; i < p; i++) delta[i] = -gradient.flat[i]! - (prior?.flat[i] ?? 0);
    solver.apply(delta);
    kernels.copy(p, delta, out.flat);
    predictByPrimal(p, gradient, prior, solver.damping, precisions, delta, result);
    return describeSolved(solver, result);
  };

  return {
    form: "primal",
    assemble(next, weights) {
      linearization = next;
      linearization.normal(normal);
      solver.load(p, normal);
      reweigh(weights);
    },
    reweigh,
    meanDiagonal: () => meanOverRows(solver.trace, linearization.rows),
    solve,
    effectiveParameters(damping, out) {
      solver.factorize(precisions, damping);
      const inverse = solver.inverse();
      if (!inverse) return false;
      groups.forEach(({ start, end }, group) => {
        let determined = 0;
        for (let i = start; i < end; i++)
          determined += 1 - solver.damping * precisions[i]! * inverse[i * p + i]!;
        out[group] = determined;
      });
      return true;
    },
    effectiveTotal: (damping) => effectiveTotal(solver, p, damping),
    leaveOneOut(residuals, damping, prior) {
      const { measure, step, pushed, left } = leaving();
      solve(residuals, damping, prior, step);
      const inverse = solver.inverse();
      shiftResiduals(kernels, linearization, residuals, 1, step, pushed, left);
      return inverse && measure(linearization, inverse, left);
    },
    variance(damping, other, out) {
      solver.factorize(precisions, damping);
      if (solver.method === "failed") return false;
      varying()(solver, other, out);
      return true;
    },
  };
}

function describeSolved({ damping, method }: SymmetricSolver, result: DampedStep): DampedStep {
  result.damping = damping;
  result.method = method;
  return result;
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
