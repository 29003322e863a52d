import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import type { DampedStep, DampedSystem } from "../posterior/damped-system.ts";
import type { Form } from "../posterior/form.ts";
import type { DampingOutlook, DampingState } from "./damping.ts";
import {
  type GramGaussNewtonOptions,
  type GramGaussNewtonSettings,
  readOptions,
} from "./gram-gauss-newton-options.ts";
import { type Momentum, minimumNormMomentum, noMomentum } from "./momentum.ts";
import {
  emptyReport,
  type Optimizer,
  type ParameterSpace,
  type Problem,
  type StepReport,
} from "./optimizer.ts";
import { type Regularization, regularizedBy, unregularized } from "./regularization.ts";
import { sgd } from "./sgd.ts";
import { type StepSearch, searchAlong } from "./step-search.ts";

export type { GramGaussNewtonOptions };

/** What the method keeps from step to step. */
export interface GramGaussNewtonState {
  readonly space: ParameterSpace;
  /** The damped system for a batch of so many examples. */
  readonly systemFor: (examples: number) => DampedSystem;
  readonly damping: DampingState;
  readonly regularization: Regularization;
  readonly momentum: Momentum;
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
  const settings = readOptions(options);
  const { rule, search, judges, learningRate, maxNorm } = settings;
  if (options.lambda === 0)
    return {
      ...sgd({ learningRate: 1 / options.alpha!, momentum: 0, mean: false }),
      name: "gram-gauss-newton",
    };
  const optimizer: Optimizer<GramGaussNewtonState> = {
    name: "gram-gauss-newton",
    solves: true,
    init: (space) => initState(space, settings),
    step(state, problem, parameters) {
      const { report, damping, regularization } = state;
      const system = state.systemFor(problem.examples);
      regularization.assemble(system, problem, parameters);
      rule.prepare?.(damping, outlookOf(state, system, problem));
      clearReport(report, system.form);
      do {
        report.attempts++;
        const solved = solveForStep(state, system, problem);
        const rate = boundRate(state, learningRate, maxNorm);
        if (!judges) return takeStep(state, parameters, rate);
        if (tryDirection(state, problem, parameters, search, rate, solved)) {
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

function initState(
  space: ParameterSpace,
  { rule, absolute, prior, momentum, curvature }: GramGaussNewtonSettings,
): GramGaussNewtonState {
  const vector = () => allocateParameters(space.kernels, space.dtype, space.blocks);
  return {
    space,
    systemFor: curvature.init(space),
    damping: rule.init(),
    regularization: prior ? regularizedBy(prior, space) : unregularized(absolute),
    momentum: momentum > 0 ? minimumNormMomentum(momentum, space) : noMomentum(),
    delta: vector(),
    candidate: vector(),
    report: emptyReport(),
  };
}

function clearReport(report: StepReport, form: Form | null): void {
  report.accepted = false;
  report.failure = null;
  report.gainRatio = null;
  report.form = form;
  report.attempts = 0;
}

/** What the damping's rule may ask of the batch. */
function outlookOf(
  { regularization }: GramGaussNewtonState,
  system: DampedSystem,
  problem: Problem,
): DampingOutlook {
  const { residuals, loss, linearization } = problem;
  return {
    meanSquare: (2 * loss) / linearization.rows,
    leaveOneOut: (damping) =>
      system.leaveOneOut(residuals, regularization.lambda(system, damping), regularization.gradient),
  };
}

/** δ of the present damping. */
function solveForStep(state: GramGaussNewtonState, system: DampedSystem, problem: Problem): DampedStep {
  const { report, damping, regularization, momentum, delta } = state;
  const lambda = regularization.lambda(system, damping.damping);
  const share = regularization.dampingShare(damping.damping);
  const solved = momentum.solve(system, problem, lambda, share, regularization.gradient, delta);
  report.method = solved.method;
  report.damping = regularization.damping(system, solved.damping);
  return solved;
}

/** The learning rate, or less where the step would be longer than `maxNorm`. */
function boundRate({ space, delta }: GramGaussNewtonState, learningRate: number, maxNorm: number): number {
  if (maxNorm === Number.POSITIVE_INFINITY) return learningRate;
  const norm = Math.sqrt(space.kernels.dot(space.count, delta.flat, delta.flat));
  return learningRate * norm > maxNorm ? maxNorm / norm : learningRate;
}

/** w <- w + rate δ, whatever the loss will be; refused only where it is not finite. */
function takeStep(state: GramGaussNewtonState, parameters: ParameterVector, rate: number): StepReport {
  const { report, delta, space, momentum } = state;
  const finite =
    report.method !== "failed" && Number.isFinite(space.kernels.dot(space.count, delta.flat, delta.flat));
  if (finite) space.kernels.axpy(space.count, rate, delta.flat, parameters.flat);
  if (finite) momentum.keep(delta);
  else momentum.forget();
  report.accepted = finite;
  report.failure = finite ? null : "not finite";
  report.learningRate = rate;
  return report;
}

/** Searches along δ for a sufficient decrease of the loss and the prior together. */
function tryDirection(
  state: GramGaussNewtonState,
  problem: Problem,
  parameters: ParameterVector,
  search: StepSearch,
  learningRate: number,
  { slope, predictedReduction }: DampedStep,
): boolean {
  const { candidate, delta, report, space, regularization, momentum } = state;
  const { gradient } = regularization;
  const before = regularization.loss(parameters.flat);
  report.accepted = searchAlong(search, space, parameters, {
    direction: delta,
    candidate,
    factor: learningRate,
    descent: -slope - (gradient ? space.kernels.dot(space.count, gradient.flat, delta.flat) : 0),
    gain(rate) {
      // The prior is quadratic: its part of the gain is known exactly.
      const priorGain = before - regularization.loss(candidate.flat);
      const gain = problem.loss - problem.lossAt(candidate) + priorGain;
      report.gainRatio = gain / (predictedReduction + priorGain);
      report.learningRate = rate;
      return gain;
    },
  });
  if (report.accepted) momentum.keep(delta);
  else momentum.forget();
  return report.accepted;
}
