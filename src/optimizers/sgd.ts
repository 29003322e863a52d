import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import {
  emptyReport,
  type Optimizer,
  OptimizerError,
  type ParameterSpace,
  requireOption,
  type StepReport,
} from "./optimizer.ts";
import type { RateRule } from "./polyak-step.ts";

/** Options of `sgd`, and their defaults. */
export interface SgdOptions {
  /** Factor of the gradient of the batch's mean loss. */
  readonly learningRate: number;
  /** Factor of the last step that is added to the new one, in [0, 1). */
  readonly momentum: number;
  /** Looks ahead along the momentum (Nesterov 1983, in the form of Sutskever et al. 2013). */
  readonly nesterov: boolean;
  /** Divides the gradient by the number of residual rows, as first-order training does. false: the sum, as in the paper. */
  readonly mean: boolean;
  /** Sets the learning rate of each step in place of `learningRate`, for example `polyakStep()`. */
  readonly rule: RateRule | null;
}

export const sgdDefaults: Readonly<SgdOptions> = Object.freeze({
  learningRate: 0.01,
  momentum: 0.9,
  nesterov: false,
  mean: true,
  rule: null,
});

interface SgdState {
  readonly space: ParameterSpace;
  readonly gradient: ParameterVector;
  readonly velocity: ParameterVector;
  readonly report: StepReport;
}

/**
 * Stochastic gradient descent with momentum on the loss ½ ‖r‖² / n:
 *
 *     g = Jᵀ r / n;   v <- momentum v + g;   w <- w - learningRate v
 *     nesterov:                              w <- w - learningRate (momentum v + g)
 *
 * Source: Polyak 1964 (the heavy ball); Nesterov 1983; Sutskever et al. 2013.
 *
 * @throws {OptimizerError} If an option is out of its range, or both a learning rate and a rule for it are given.
 */
export function sgd(options: Partial<SgdOptions> = {}): Optimizer {
  const { learningRate, momentum, nesterov, mean, rule } = { ...sgdDefaults, ...options };
  requireOption(
    "learningRate",
    learningRate,
    learningRate > 0 && Number.isFinite(learningRate),
    "a finite number above 0",
  );
  requireOption("momentum", momentum, momentum >= 0 && momentum < 1, "in [0, 1)");
  if (rule && options.learningRate !== undefined)
    throw new OptimizerError("learningRate, rule: can't be mixed; give the rule its bounds");
  const optimizer: Optimizer<SgdState> = {
    name: "sgd",
    init: (space) => ({
      space,
      gradient: allocateParameters(space.kernels, space.dtype, space.blocks),
      velocity: allocateParameters(space.kernels, space.dtype, space.blocks),
      report: emptyReport(),
    }),
    step({ space, gradient, velocity, report }, problem, parameters) {
      const { kernels, count } = space;
      problem.linearization.pullback(problem.residuals, gradient);
      const scale = mean ? 1 / (problem.examples * space.outputs) : 1;
      const rate = rule
        ? rule.rate(scale * problem.loss, scale ** 2 * kernels.dot(count, gradient.flat, gradient.flat))
        : learningRate;
      kernels.scale(count, momentum, velocity.flat);
      kernels.axpy(count, scale, gradient.flat, velocity.flat);
      kernels.axpy(count, -rate * (nesterov ? momentum : 1), velocity.flat, parameters.flat);
      if (nesterov) kernels.axpy(count, -rate * scale, gradient.flat, parameters.flat);
      return describe(report, problem.loss, rate);
    },
  };
  return optimizer;
}

function describe(report: StepReport, loss: number, learningRate: number): StepReport {
  report.accepted = true;
  report.failure = Number.isFinite(loss) ? null : "not finite";
  report.learningRate = learningRate;
  report.attempts = 1;
  return report;
}
