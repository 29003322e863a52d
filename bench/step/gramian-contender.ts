import type { DType, Kernels } from "../../src/kernels/kernels.ts";
import { isDense, type Network } from "../../src/network/network.ts";
import { adam } from "../../src/optimizers/adam.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { sgd } from "../../src/optimizers/sgd.ts";
import type { MeasuredKernels } from "./cases.ts";
import type { Contender } from "./contender.ts";
import { type GramianStep, gramianStep } from "./gramian-step.ts";
import { type Rates, ratesFor, type SharedStart } from "./shared-start.ts";
import { beginSteps, timeSteps } from "./time-steps.ts";

const optimizers = {
  sgd: (rates) => sgd({ learningRate: rates.sgd, momentum: 0 }),
  adam: (rates) => adam({ learningRate: rates.adam, epsilon: rates.adamEpsilon }),
  "gram-gauss-newton": (rates) => gramGaussNewton({ lambda: 1, alpha: rates.alpha }),
} satisfies Record<string, (rates: Rates) => Optimizer>;

export type MeasuredOptimizer = keyof typeof optimizers;

/**
 * The optimizers that are measured on a network. Not Adam on pictures: its first step is that of the signs of the
 * derivatives, and those near 0 differ by rounding.
 */
export function optimizersFor(network: Network): readonly MeasuredOptimizer[] {
  return isDense(network) ? ["sgd", "adam", "gram-gauss-newton"] : ["sgd", "gram-gauss-newton"];
}

/** Makes an optimizer with the shared rates. */
export function measuredOptimizer(name: MeasuredOptimizer, network: Network): Optimizer {
  return optimizers[name](ratesFor(network));
}

/** Gramian's optimizers on some kernels. */
export function gramianContenders(
  kernels: Kernels,
  name: MeasuredKernels,
  threads: number,
  dtype: DType,
  start: SharedStart,
): readonly Contender[] {
  return optimizersFor(start.network).map((optimizer) => {
    let run: GramianStep;
    return {
      system: "gramian",
      optimizer,
      kernels: name,
      threads,
      async begin(steps) {
        const before = kernels.bytesAllocated;
        run = gramianStep(kernels, dtype, start, measuredOptimizer(optimizer, start.network));
        return { ...beginSteps(steps, run), bytes: kernels.bytesAllocated - before };
      },
      time: async (steps) => timeSteps(steps, run.step),
    };
  });
}
