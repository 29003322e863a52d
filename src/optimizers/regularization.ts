import type { FloatArray } from "../kernels/kernels.ts";
import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import type { DampedSystem } from "../posterior/damped-system.ts";
import type { ParameterSpace, Problem } from "./optimizer.ts";
import { type PriorRule, priorGradient, priorLoss } from "./prior.ts";

/** What the damped system and the judgement of its step need to know about the prior, also where there is none. */
export interface Regularization {
  /** Assembles the system at the linearization, after re-estimating the prior there. */
  assemble(system: DampedSystem, problem: Problem, theta: ParameterVector): void;
  /** g, or null where there is no prior. */
  readonly gradient: ParameterVector | null;
  /** The system's λ for a damping in the unit of the rule. */
  lambda(system: DampedSystem, damping: number): number;
  /** The damping in the unit of the rule for the system's λ. */
  damping(system: DampedSystem, lambda: number): number;
  /** The part of the system's λ that is damping, not prior. */
  dampingShare(damping: number): number;
  /** The prior's part of the objective. */
  loss(theta: FloatArray): number;
}

/** No prior: W = I, λ = damping × mean diagonal of G, or the damping itself where it is absolute. */
export function unregularized(absolute: boolean): Regularization {
  return {
    gradient: null,
    assemble: (system, problem) => system.assemble(problem.linearization, null),
    lambda: (system, damping) => (absolute ? damping : damping * system.meanDiagonal()),
    damping: (system, lambda) => lambda / system.meanDiagonal(),
    dampingShare: () => 1,
    loss: () => 0,
  };
}

/** The prior of a rule: both the prior and the damping act in the prior's metric. */
export function regularizedBy(rule: PriorRule, space: ParameterSpace): Regularization {
  return rule.isShared ? byOnePrecision(rule, space) : byGroups(rule, space);
}

/** W = I, and λ = a (1 + damping). */
function byOnePrecision(
  rule: PriorRule,
  { kernels, dtype, blocks, outputs }: ParameterSpace,
): Regularization {
  const state = rule.init(blocks);
  const gradient = allocateParameters(kernels, dtype, blocks);
  const effective = new Float64Array(1);
  // The first step goes by the prior as it was given: at random parameters the data say little about it.
  let updates = rule.warmUps;
  return {
    gradient,
    assemble(system, problem, theta) {
      system.assemble(problem.linearization, null);
      for (; rule.adapts && updates > 0; updates--) {
        const total = system.effectiveTotal(state.precisions[0]!);
        if (total === null) break;
        effective[0] = total;
        rule.update(state, effective, problem.examples * outputs, 2 * problem.loss, theta.flat);
      }
      updates = 1;
      priorGradient(state, theta.flat, gradient.flat);
    },
    lambda: (_, damping) => state.precisions[0]! * (1 + damping),
    damping: (_, lambda) => lambda / state.precisions[0]! - 1,
    dampingShare: (damping) => damping / (1 + damping),
    loss: (theta) => priorLoss(state, theta),
  };
}

/** W⁻¹ = the groups' precisions a, and λ = 1 + damping. */
function byGroups(rule: PriorRule, { kernels, dtype, blocks, outputs }: ParameterSpace): Regularization {
  const state = rule.init(blocks);
  const weights = state.precisions.map((precision) => 1 / precision);
  const effective = new Float64Array(weights.length);
  const gradient = allocateParameters(kernels, dtype, blocks);
  let updates = rule.warmUps;
  return {
    gradient,
    assemble(system, problem, theta) {
      system.assemble(problem.linearization, weights);
      for (; rule.adapts && updates > 0; updates--) {
        if (!system.effectiveParameters(1, effective)) break;
        rule.update(state, effective, problem.examples * outputs, 2 * problem.loss, theta.flat);
        for (let group = 0; group < weights.length; group++) weights[group] = 1 / state.precisions[group]!;
        system.reweigh(weights);
      }
      updates = 1;
      priorGradient(state, theta.flat, gradient.flat);
    },
    lambda: (_, damping) => 1 + damping,
    damping: (_, lambda) => lambda - 1,
    dampingShare: (damping) => damping / (1 + damping),
    loss: (theta) => priorLoss(state, theta),
  };
}
