import { requireOption } from "../errors.ts";
import type { FloatArray } from "../kernels/kernels.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import type { Optimizer } from "./optimizer.ts";

/** Options of `weightAverage`, and their defaults. */
export interface WeightAverageOptions {
  /** β, in [0, 1]. 1 is the mean of all. */
  readonly decay: number;
  /** Steps before the average begins. */
  readonly start: number;
}

export const weightAverageDefaults: Readonly<WeightAverageOptions> = Object.freeze({
  decay: 0.99,
  start: 0,
});

interface WeightAverageState {
  readonly inner: unknown;
  /** w, where the optimizer goes. The loop's parameters are its average. */
  readonly weights: FloatArray;
  steps: number;
}

/**
 * An optimizer whose network is the average of the weights w that another one goes through:
 *
 *     w̄ <- w̄ + (1 - β) / (1 - βᵗ) (w - w̄),    t = 1, 2, ... since the start
 *
 * which is Σ βᵗ⁻ⁱ wᵢ / Σ βᵗ⁻ⁱ, and for β = 1 the mean. What is measured, kept and saved is w̄; w, where the next step
 * begins, stays in the state, and costs a forward pass for each step. For mini-batches: the average has less of
 * their noise.
 *
 * Source: Polyak and Juditsky 1992 for the mean; Kingma and Ba 2015, section 7.2, for the decay and its correction.
 *
 * @throws {OptimizerError} If the decay is not in [0, 1], or the start not a whole number of at least 0.
 */
export function weightAverage<State>(
  optimizer: Optimizer<State>,
  options: Partial<WeightAverageOptions> = {},
): Optimizer {
  const { decay, start } = { ...weightAverageDefaults, ...options };
  requireOption("decay", decay, decay >= 0 && decay <= 1, "in [0, 1]");
  requireOption("start", start, Number.isInteger(start) && start >= 0, "a whole number of at least 0");
  const share = (t: number) => (decay === 1 ? 1 / t : (1 - decay) / (1 - decay ** t));
  const outer: Optimizer<WeightAverageState> = {
    ...optimizer,
    init: (space) => ({ inner: optimizer.init(space), weights: space.vector().flat, steps: 0 }),
    prior: ({ inner }) => optimizer.prior?.(inner as State) ?? null,
    plan(space) {
      const step = optimizer.plan(space);
      let weights: ParameterVector | null = null;
      return (state, problem, parameters) => {
        if (weights?.flat !== state.weights) weights = space.vectorOn(state.weights);
        if (state.steps === 0) weights.flat.set(parameters.flat);
        else problem.linearize(weights);
        const report = step(state.inner as State, problem, weights);
        state.steps++;
        const t = state.steps - start;
        average(parameters.flat, weights.flat, t > 0 ? share(t) : 1);
        return report;
      };
    },
  };
  return outer;
}

/** w̄ <- w̄ + share (w - w̄). */
function average(mean: FloatArray, weights: FloatArray, share: number): void {
  if (share === 1) mean.set(weights);
  else for (let i = 0; i < mean.length; i++) mean[i]! += share * (weights[i]! - mean[i]!);
}
