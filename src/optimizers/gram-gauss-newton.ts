import type { Problem } from "../linearization/residual.ts";
import type { Space } from "../linearization/space.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import type { Form } from "../posterior/form.ts";
import type { DampedStep, System } from "../posterior/system.ts";
import type { DampingState } from "./damping.ts";
import {
  type GramGaussNewtonOptions,
  type GramGaussNewtonSettings,
  type Method,
  readOptions,
} from "./gram-gauss-newton-options.ts";
import type { MomentumState } from "./momentum.ts";
import { emptyReport, type Optimizer, type Step, type StepReport } from "./optimizer.ts";
import type { PriorState } from "./prior.ts";
import { type Regularization, regularizedBy, unregularized } from "./regularization.ts";
import { sgd } from "./sgd.ts";
import { searchAlong } from "./step-search.ts";

export type { GramGaussNewtonOptions };

/** What the method keeps from step to step. */
export interface GramGaussNewtonState {
  readonly damping: DampingState;
  /** null where there is no prior. */
  readonly prior: PriorState | null;
  readonly momentum: MomentumState | null;
  /** Of the curvature. */
  readonly curvature: unknown;
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
  if (options.lambda === 0)
    return {
      ...sgd({ learningRate: 1 / options.alpha!, momentum: 0, mean: false }),
      name: "gram-gauss-newton",
    };
  const { method, momentum } = settings;
  const optimizer: Optimizer<GramGaussNewtonState> = {
    name: "gram-gauss-newton",
    solves: true,
    init: (space) => ({
      damping: method.rule.init(),
      prior: method.prior?.init(space.groups) ?? null,
      momentum: momentum.init(space),
      curvature: method.curvature.init(space),
    }),
    plan: (space) => planStep(space, settings),
    prior: (state) => state.prior,
  };
  return optimizer;
}

/** One step: linearized residuals in, damped system, direction, judgement. */
function planStep(space: Space, settings: GramGaussNewtonSettings): Step<GramGaussNewtonState> {
  const { method, judges, learningRate, maxNorm, search } = settings;
  const { kernels, parameters: p } = space;
  const { rule } = method;
  const momentum = settings.momentum.plan(space);
  const regularization = method.prior ? regularizedBy(method.prior, space) : unregularized(settings.absolute);
  const { gradient } = regularization;
  const prepare = planPreparation(space, method, regularization);
  const [delta, candidate] = [space.vector(), space.vector()];
  const report = emptyReport();

  /** δ of the present damping. */
  const solveForStep = (state: GramGaussNewtonState, system: System, problem: Problem): DampedStep => {
    const { damping } = state.damping;
    const lambda = regularization.lambda(system, damping);
    const share = regularization.dampingShare(damping);
    const solved = momentum.solve(state.momentum, system, problem, lambda, share, gradient, delta);
    report.method = solved.method;
    report.damping = regularization.damping(system, solved.damping);
    return solved;
  };

  /** w <- w + rate δ, whatever the loss will be; refused only where it is not finite. */
  const takeStep = (state: GramGaussNewtonState, parameters: ParameterVector, rate: number): StepReport => {
    const finite = report.method !== "failed" && Number.isFinite(kernels.dot(p, delta.flat, delta.flat));
    if (finite) kernels.axpy(p, rate, delta.flat, parameters.flat);
    momentum.keep(state.momentum, finite ? delta : null);
    report.accepted = finite;
    report.failure = finite ? null : "not finite";
    report.learningRate = rate;
    return report;
  };

  /** Searches along δ for a sufficient decrease of the loss and the prior together. */
  const tryDirection = (
    state: GramGaussNewtonState,
    problem: Problem,
    parameters: ParameterVector,
    rate: number,
    { slope, predictedReduction }: DampedStep,
  ): boolean => {
    const before = regularization.loss(parameters.flat);
    report.accepted = searchAlong(search, space, parameters, {
      direction: delta,
      candidate,
      factor: rate,
      descent: -slope - (gradient ? kernels.dot(p, gradient.flat, delta.flat) : 0),
      gain(length) {
        // The prior is quadratic: its part of the gain is known exactly.
        const priorGain = before - regularization.loss(candidate.flat);
        const gain = problem.loss - problem.lossAt(candidate) + priorGain;
        report.gainRatio = gain / (predictedReduction + priorGain);
        report.learningRate = length;
        return gain;
      },
    });
    momentum.keep(state.momentum, report.accepted ? delta : null);
    return report.accepted;
  };

  return (state, problem, parameters) => {
    const system = prepare(state, problem, parameters);
    clearReport(report, system.form);
    do {
      report.attempts++;
      const solved = solveForStep(state, system, problem);
      const rate = boundRate(space, delta, learningRate, maxNorm);
      if (!judges) return takeStep(state, parameters, rate);
      if (tryDirection(state, problem, parameters, rate, solved)) {
        rule.accept(state.damping, report.gainRatio!);
        return report;
      }
      rule.reject(state.damping);
    } while (rule.judges && report.attempts < maxAttempts && Number.isFinite(problem.loss));
    report.failure = Number.isFinite(problem.loss) ? "no decrease" : "not finite";
    return report;
  };
}

/** The learning rate, or less where the step would be longer than `maxNorm`. */
function boundRate(
  { kernels, parameters: p }: Space,
  { flat: delta }: ParameterVector,
  learningRate: number,
  maxNorm: number,
): number {
  if (maxNorm === Number.POSITIVE_INFINITY) return learningRate;
  const norm = Math.sqrt(kernels.dot(p, delta, delta));
  return learningRate * norm > maxNorm ? maxNorm / norm : learningRate;
}

/** Assembles the system of a batch, and moves prior and damping by what it knows. */
type Preparation = (state: GramGaussNewtonState, problem: Problem, parameters: ParameterVector) => System;

function planPreparation(space: Space, method: Method, regularization: Regularization): Preparation {
  const { curvature, rule } = method;
  const meanSquare = ({ loss, linearization }: Problem) => (2 * loss) / linearization.rows;
  if (!curvature.isExact) {
    const systemFor = curvature.plan(space);
    return (state, problem, parameters) => {
      const system = systemFor(problem.linearization.rows);
      regularization.assemble(system, problem, parameters, state.prior, state.curvature);
      if (!rule.needsLeaveOneOut) rule.prepare?.(state.damping, meanSquare(problem));
      return system;
    };
  }
  const posteriorFor = curvature.plan(space);
  return (state, problem, parameters) => {
    const posterior = posteriorFor(problem.linearization.rows);
    regularization.assembleExact(posterior, problem, parameters, state.prior);
    if (rule.needsLeaveOneOut)
      rule.prepare(state.damping, (damping) => {
        const lambda = regularization.lambda(posterior, damping);
        return posterior.leaveOneOut(problem.residuals, lambda, regularization.gradient);
      });
    else rule.prepare?.(state.damping, meanSquare(problem));
    return posterior;
  };
}

function clearReport(report: StepReport, form: Form | null): void {
  report.accepted = false;
  report.failure = null;
  report.gainRatio = null;
  report.form = form;
  report.attempts = 0;
}
