import type { FloatArray } from "../kernels/kernels.ts";
import type { Problem } from "../linearization/residual.ts";
import type { Space } from "../linearization/space.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import type { Posterior, System } from "../posterior/system.ts";
import { type AdaptivePrior, type PriorRule, type PriorState, priorGradient, priorLoss } from "./prior.ts";

/** What the damped system and the judgement of its step need to know about the prior, also where there is none. */
export interface Regularization {
  /** g, or null where there is no prior. */
  readonly gradient: ParameterVector | null;
  /** The system's λ for a damping in the unit of the rule. */
  lambda(system: System, damping: number): number;
  /** The damping in the unit of the rule for the system's λ. */
  damping(system: System, lambda: number): number;
  /** The part of the system's λ that is damping, not prior. */
  dampingShare(damping: number): number;
  /** The prior's part of the objective. */
  loss(theta: FloatArray): number;
  /** Assembles the system at the linearization. Later calls are about the same state. */
  assemble(
    system: System,
    problem: Problem,
    theta: ParameterVector,
    prior: PriorState | null,
    curvature: unknown,
  ): void;
  /** The same after re-estimating a prior that adapts there. */
  assembleExact(
    posterior: Posterior,
    problem: Problem,
    theta: ParameterVector,
    prior: PriorState | null,
  ): void;
}

/** No prior: W = I, λ = damping × mean diagonal of G, or the damping itself where it is absolute. */
export function unregularized(absolute: boolean): Regularization {
  const assemble: Regularization["assemble"] = (system, problem, _, __, curvature) =>
    system.assemble(problem.linearization, null, curvature);
  return {
    gradient: null,
    lambda: (system, damping) => (absolute ? damping : damping * system.meanDiagonal()),
    damping: (system, lambda) => lambda / system.meanDiagonal(),
    dampingShare: () => 1,
    loss: () => 0,
    assemble,
    assembleExact: (posterior, problem, theta) => assemble(posterior, problem, theta, null, null),
  };
}

/**
 * The prior of a rule: both the prior and the damping act in the prior's metric.
 *
 *     one precision a        W = I,                 λ = a (1 + damping)
 *     by groups              W⁻¹ = diag(a_g),       λ = 1 + damping
 */
export function regularizedBy(rule: PriorRule, space: Space): Regularization {
  const { groups } = space;
  const gradient = space.vector();
  const weights = rule.isShared ? null : new Float64Array(groups.length);
  const reestimate = rule.adapts ? planReestimation(rule, space, weights) : () => {};
  let state: PriorState;
  const unit = () => (rule.isShared ? state.precisions[0]! : 1);

  const begin = (prior: PriorState | null): void => {
    state = prior!;
    if (weights) invert(state.precisions, weights);
  };

  return {
    gradient,
    lambda: (_, damping) => unit() * (1 + damping),
    damping: (_, lambda) => lambda / unit() - 1,
    dampingShare: (damping) => damping / (1 + damping),
    loss: (theta) => priorLoss(state, groups, theta),
    assemble(system, problem, theta, prior, curvature) {
      begin(prior);
      system.assemble(problem.linearization, weights, curvature);
      priorGradient(state, groups, theta.flat, gradient.flat);
    },
    assembleExact(posterior, problem, theta, prior) {
      begin(prior);
      posterior.assemble(problem.linearization, weights, null);
      reestimate(state, posterior, problem, theta.flat);
      priorGradient(state, groups, theta.flat, gradient.flat);
    },
  };
}

type Reestimation = (state: PriorState, posterior: Posterior, problem: Problem, theta: FloatArray) => void;

/** Updates the prior as often as is pending; from then on once for each step. */
function planReestimation(
  rule: AdaptivePrior,
  { groups }: Space,
  weights: Float64Array | null,
): Reestimation {
  const effective = new Float64Array(weights ? groups.length : 1);

  /** γ at the present precisions; false where it is not known. */
  const count = (state: PriorState, posterior: Posterior): boolean => {
    if (weights) return posterior.effectiveParameters(1, effective);
    const total = posterior.effectiveTotal(state.precisions[0]!);
    effective[0] = total ?? 0;
    return total !== null;
  };

  return (state, posterior, problem, theta) => {
    for (; state.pending > 0; state.pending--) {
      if (!count(state, posterior)) break;
      rule.update(state, groups, effective, problem.linearization.rows, 2 * problem.loss, theta);
      if (!weights) continue;
      invert(state.precisions, weights);
      posterior.reweigh(weights);
    }
    state.pending = 1;
  };
}

function invert(precisions: Float64Array, out: Float64Array): void {
  for (let group = 0; group < precisions.length; group++) out[group] = 1 / precisions[group]!;
}
