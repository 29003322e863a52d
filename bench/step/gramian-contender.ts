import type { DType, Kernels } from "../../src/kernels/kernels.ts";
import { adam } from "../../src/optimizers/adam.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { sgd } from "../../src/optimizers/sgd.ts";
import type { MeasuredKernels } from "./cases.ts";
import type { Contender } from "./contender.ts";
import { type GramianStep, gramianStep } from "./gramian-step.ts";
import { rates, type SharedStart } from "./shared-start.ts";
import { beginSteps, timeSteps } from "./time-steps.ts";

const optimizers = {
  sgd: () => sgd({ learningRate: rates.sgd, momentum: 0 }),
  adam: () => adam({ learningRate: rates.adam, epsilon: rates.adamEpsilon }),
  "gram-gauss-newton": () => gramGaussNewton({ lambda: 1, alpha: rates.alpha }),
} satisfies Record<string, () => Optimizer>;

export type MeasuredOptimizer = keyof typeof optimizers;

export const measuredOptimizers = Object.keys(optimizers) as readonly MeasuredOptimizer[];

/** Makes an optimizer with the shared rates. */
export function measuredOptimizer(name: MeasuredOptimizer): Optimizer {
  return optimizers[name]();
}

/** Gramian's three optimizers on some kernels. */
export function gramianContenders(
  kernels: Kernels,
  name: MeasuredKernels,
  threads: number,
  dtype: DType,
  start: SharedStart,
): readonly Contender[] {
  return measuredOptimizers.map((optimizer) => {
    let run: GramianStep;
    return {
      system: "gramian",
      optimizer,
      kernels: name,
      threads,
      async begin(steps) {
        run = gramianStep(kernels, dtype, start, measuredOptimizer(optimizer));
        return beginSteps(steps, run);
      },
      time: async (steps) => timeSteps(steps, run.step),
    };
  });
}
