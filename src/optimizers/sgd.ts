import { OptimizerError, requireOption } from "../errors.ts";
import type { FloatArray } from "../kernels/kernels.ts";
import { describeTaken, emptyReport, type Optimizer } from "./optimizer.ts";
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
  /** v. */
  readonly velocity: FloatArray;
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
    init: (space) => ({ velocity: space.vector().flat }),
    plan(space) {
      const { kernels, parameters: p } = space;
      const gradient = space.vector();
      const report = emptyReport();
      const g = gradient.flat;
      return ({ velocity }, { linearization, residuals, loss }, { flat: theta }) => {
        linearization.pullback(residuals, gradient);
        const scale = mean ? 1 / linearization.rows : 1;
        const rate = rule ? rule.rate(scale * loss, scale ** 2 * kernels.dot(p, g, g)) : learningRate;
        kernels.scale(p, momentum, velocity);
        kernels.axpy(p, scale, g, velocity);
        kernels.axpy(p, -rate * (nesterov ? momentum : 1), velocity, theta);
        if (nesterov) kernels.axpy(p, -rate * scale, g, theta);
        return describeTaken(report, loss, rate);
      };
    },
  };
  return optimizer;
}
