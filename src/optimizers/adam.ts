import { requireOption } from "../errors.ts";
import type { FloatArray } from "../kernels/kernels.ts";
import { describeTaken, emptyReport, type Optimizer } from "./optimizer.ts";

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
  /** Running means of the gradient and of its square. */
  readonly mean: FloatArray;
  readonly square: FloatArray;
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
    init: (space) => ({ mean: space.vector().flat, square: space.vector().flat, steps: 0 }),
    plan(space) {
      const { kernels, parameters: p } = space;
      const gradient = space.vector();
      const report = emptyReport();
      return (state, { linearization, residuals, loss }, { flat: theta }) => {
        state.steps++;
        linearization.pullback(residuals, gradient);
        kernels.scale(p, 1 / linearization.rows, gradient.flat);
        const correction = Math.sqrt(1 - beta2 ** state.steps);
        const rate = (learningRate * correction) / (1 - beta1 ** state.steps);
        const { mean, square } = state;
        kernels.adam(p, rate, beta1, beta2, epsilon * correction, gradient.flat, mean, square, theta);
        return describeTaken(report, loss, learningRate);
      };
    },
  };
  return optimizer;
}
