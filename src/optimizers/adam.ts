import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import {
  emptyReport,
  type Optimizer,
  type ParameterSpace,
  requireOption,
  type StepReport,
} from "./optimizer.ts";

/** Options of `adam`, and their defaults: those of the paper. */
export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export const adamDefaults: Readonly<AdamOptions> = Object.freeze({
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
});

interface AdamState {
  readonly space: ParameterSpace;
  readonly gradient: ParameterVector;
  /** Running means of the gradient and of its square. */
  readonly mean: ParameterVector;
  readonly square: ParameterVector;
  readonly report: StepReport;
  steps: number;
}

/**
 * Adam on the loss ½ ‖r‖² / n.
 *
 * Source: Kingma and Ba 2015, arXiv:1412.6980, algorithm 1; the bias corrections folded into the rate and ε, as
 * at the end of their section 2.
 */
export function adam(options: Partial<AdamOptions> = {}): Optimizer {
  const { learningRate, beta1, beta2, epsilon } = { ...adamDefaults, ...options };
  requireOption(
    "learningRate",
    learningRate,
    learningRate > 0 && Number.isFinite(learningRate),
    "a finite number above 0",
  );
  requireOption("beta1", beta1, beta1 >= 0 && beta1 < 1, "in [0, 1)");
  requireOption("beta2", beta2, beta2 >= 0 && beta2 < 1, "in [0, 1)");
  requireOption("epsilon", epsilon, epsilon > 0, "above 0");
  const optimizer: Optimizer<AdamState> = {
    name: "adam",
    init(space) {
      const vector = () => allocateParameters(space.kernels, space.dtype, space.blocks);
      return { space, gradient: vector(), mean: vector(), square: vector(), report: emptyReport(), steps: 0 };
    },
    step(state, problem, parameters) {
      const { space, gradient, mean, square, report } = state;
      const { kernels, count } = space;
      state.steps++;
      problem.linearization.pullback(problem.residuals, gradient);
      kernels.scale(count, 1 / (problem.examples * space.outputs), gradient.flat);
      const correction = Math.sqrt(1 - beta2 ** state.steps);
      const rate = (learningRate * correction) / (1 - beta1 ** state.steps);
      kernels.adam(
        count,
        rate,
        beta1,
        beta2,
        epsilon * correction,
        gradient.flat,
        mean.flat,
        square.flat,
        parameters.flat,
      );
      report.accepted = true;
      report.failure = Number.isFinite(problem.loss) ? null : "not finite";
      report.learningRate = learningRate;
      report.attempts = 1;
      return report;
    },
  };
  return optimizer;
}
