import { type DampedStep, type DampedSystem, dampedSystem } from "../gram/damped-system.ts";
import { chooseForm, type Form } from "../gram/form.ts";
import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import { type DampingRule, type DampingState, fixedDamping, gainRatioDamping } from "./damping.ts";
import {
  emptyReport,
  type Optimizer,
  OptimizerError,
  type ParameterSpace,
  type Problem,
  requireOption,
  type StepReport,
} from "./optimizer.ts";
import type { PriorRule } from "./prior.ts";
import { type Regularization, regularizedBy, unregularized } from "./regularization.ts";
import { sgd } from "./sgd.ts";
import { fullStep, type StepSearch } from "./step-search.ts";

/** Options of `gramGaussNewton`. */
export interface GramGaussNewtonOptions {
  /** Factor of the step; 1/λ in the paper. Default 1. */
  readonly learningRate?: number;
  /**
   * Damping in units of the mean of the diagonal of G: a number keeps it, a rule moves it. Default: the rule
   * `gainRatioDamping()`.
   */
  readonly damping?: number | DampingRule;
  /** The paper's λ and α, in its own units: w <- w - Jᵀ (λ G + α I)⁻¹ (f - y). In place of the two above. */
  readonly lambda?: number;
  readonly alpha?: number;
  /** How far to go along each direction. Default `fullStep()`. */
  readonly search?: StepSearch;
  /**
   * Weight decay, or the prior by the evidence. Damping is then in units of the prior's precision: the step solves
   * with 1 + damping times it. Needs a rule for the damping. Default null: no prior.
   */
  readonly prior?: PriorRule | null;
  /** "gram" or "primal" in place of the cheaper one, "auto". */
  readonly form?: Form | "auto";
}

/** What the method keeps from step to step. */
export interface GramGaussNewtonState {
  readonly space: ParameterSpace;
  readonly systems: { gram: DampedSystem | null; primal: DampedSystem | null };
  readonly damping: DampingState;
  readonly regularization: Regularization;
  readonly delta: ParameterVector;
  readonly candidate: ParameterVector;
  readonly report: StepReport;
}

/** Directions that one step tries before it reports that nothing lowers the loss. */
const maxAttempts = 12;

/**
 * The Gram-Gauss-Newton method, full batch or mini-batch:
 *
 *     w <- w - Jᵀ (λ G + α I)⁻¹ (f - y)
 *
 * With a fixed damping this is the method of the paper. With a rule for the damping it is Levenberg-Marquardt in
 * Gram form: a step that would raise the loss of its batch is refused and tried again with more damping. Where
 * the batch has more residual rows than the network has parameters, the same step comes from the normal equations.
 *
 * Source: Cai et al. 2019, arXiv:1905.11675.
 *
 * @throws {OptimizerError} If an option is out of its range, or both ways of giving the damping are mixed.
 */
export function gramGaussNewton(options: GramGaussNewtonOptions = {}): Optimizer {
  const { rule, learningRate, absolute } = readOptions(options);
  const { search = fullStep(), form = "auto", prior = null } = options;
  const judges = rule.judges || search.lengths.length > 1;
  if (prior && !rule.judges)
    throw new OptimizerError("prior: needs a rule for the damping, for example gainRatioDamping()");
  if (options.lambda === 0)
    return {
      ...sgd({ learningRate: 1 / options.alpha!, momentum: 0, mean: false }),
      name: "gram-gauss-newton",
    };
  const optimizer: Optimizer<GramGaussNewtonState> = {
    name: "gram-gauss-newton",
    solves: true,
    init: (space) => initState(space, rule, prior ? regularizedBy(prior, space) : unregularized(absolute)),
    step(state, problem, parameters) {
      const { report, damping, regularization } = state;
      const system = chooseSystem(state, problem, form);
      regularization.assemble(system, problem, parameters);
      clearReport(report, system.form);
      do {
        report.attempts++;
        const lambda = regularization.lambda(system, damping.damping);
        const solved = system.solve(problem.residuals, lambda, regularization.gradient, state.delta);
        report.method = solved.method;
        report.damping = regularization.damping(system, solved.damping);
        if (!judges) return takeStep(state, parameters, learningRate);
        if (searchAlong(state, problem, parameters, search, learningRate, solved)) {
          rule.accept(damping, report.gainRatio!);
          return report;
        }
        rule.reject(damping);
      } while (rule.judges && report.attempts < maxAttempts && Number.isFinite(problem.loss));
      report.failure = Number.isFinite(problem.loss) ? "no decrease" : "not finite";
      return report;
    },
  };
  return optimizer;
}

function readOptions(options: GramGaussNewtonOptions): {
  rule: DampingRule;
  learningRate: number;
  absolute: boolean;
} {
  const { lambda, alpha, damping, learningRate } = options;
  if (lambda !== undefined || alpha !== undefined) {
    if (damping !== undefined || learningRate !== undefined)
      throw new OptimizerError("lambda, alpha: can't be mixed with learningRate and damping; give one pair");
    return readPaperOptions(lambda ?? 1, alpha ?? 0);
  }
  const rate = learningRate ?? 1;
  requireOption("learningRate", rate, rate > 0 && Number.isFinite(rate), "a finite number above 0");
  const rule = typeof damping === "number" ? fixedDamping(damping) : (damping ?? gainRatioDamping());
  return { rule, learningRate: rate, absolute: false };
}

/** λ G + α I = λ (G + (α/λ) I): the learning rate is 1/λ, the damping α/λ. */
function readPaperOptions(lambda: number, alpha: number) {
  requireOption("lambda", lambda, lambda >= 0 && Number.isFinite(lambda), "a finite number of at least 0");
  requireOption("alpha", alpha, alpha >= 0 && Number.isFinite(alpha), "a finite number of at least 0");
  requireOption("alpha", alpha, alpha > 0 || lambda > 0, "above 0 where lambda is 0");
  const rule = fixedDamping(lambda === 0 ? 0 : alpha / lambda);
  return { rule, learningRate: 1 / lambda, absolute: true };
}

function initState(
  space: ParameterSpace,
  rule: DampingRule,
  regularization: Regularization,
): GramGaussNewtonState {
  const vector = () => allocateParameters(space.kernels, space.dtype, space.blocks);
  return {
    space,
    systems: { gram: null, primal: null },
    damping: rule.init(),
    regularization,
    delta: vector(),
    candidate: vector(),
    report: emptyReport(),
  };
}

function clearReport(report: StepReport, form: Form): void {
  report.accepted = false;
  report.failure = null;
  report.gainRatio = null;
  report.form = form;
  report.attempts = 0;
}

/** The damped system in the form that is cheaper for this batch. */
function chooseSystem(state: GramGaussNewtonState, problem: Problem, wanted: Form | "auto"): DampedSystem {
  const { kernels, dtype, blocks, outputs, capacity } = state.space;
  const form = wanted === "auto" ? chooseForm(blocks, problem.examples, outputs, dtype).form : wanted;
  state.systems[form] ??= dampedSystem(form, kernels, dtype, blocks, capacity * outputs);
  return state.systems[form];
}

/** w <- w + rate δ, whatever the loss will be; refused only where it is not finite. */
function takeStep(state: GramGaussNewtonState, parameters: ParameterVector, rate: number): StepReport {
  const { report, delta, space } = state;
  const finite =
    report.method !== "failed" && Number.isFinite(space.kernels.dot(space.count, delta.flat, delta.flat));
  if (finite) space.kernels.axpy(space.count, rate, delta.flat, parameters.flat);
  report.accepted = finite;
  report.failure = finite ? null : "not finite";
  report.learningRate = rate;
  return report;
}

/** Tries the lengths of the search in turn; takes the first with a sufficient decrease. */
function searchAlong(
  state: GramGaussNewtonState,
  problem: Problem,
  parameters: ParameterVector,
  search: StepSearch,
  learningRate: number,
  { slope, predictedReduction }: DampedStep,
): boolean {
  const { candidate, delta, report, space, regularization } = state;
  const { gradient } = regularization;
  if (report.method === "failed") return false;
  const before = regularization.loss(parameters.flat);
  const descent = -slope - (gradient ? space.kernels.dot(space.count, gradient.flat, delta.flat) : 0);
  for (const length of search.lengths) {
    const rate = learningRate * length;
    space.kernels.copy(space.count, parameters.flat, candidate.flat);
    space.kernels.axpy(space.count, rate, delta.flat, candidate.flat);
    // The prior is quadratic: its part of the gain is known exactly.
    const priorGain = before - regularization.loss(candidate.flat);
    const gain = problem.loss - problem.lossAt(candidate) + priorGain;
    report.gainRatio = gain / (predictedReduction + priorGain);
    report.learningRate = rate;
    // Written so that NaN, from a loss that is not finite, refuses the step.
    if (!(descent > 0 && gain > search.sufficientDecrease * rate * descent)) continue;
    space.kernels.copy(space.count, candidate.flat, parameters.flat);
    report.accepted = true;
    return true;
  }
  return false;
}
