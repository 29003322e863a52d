import { adam } from "../../src/optimizers/adam.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { sgd } from "../../src/optimizers/sgd.ts";
import { weightAverage } from "../../src/optimizers/weight-average.ts";

/** A method at one learning rate. */
export interface Setting {
  readonly method: "gram-gauss-newton" | "adam" | "sgd";
  readonly rate: number;
  readonly optimizer: Optimizer;
}

/** Rows of a batch, and the decay of the average of the weights: the same for all methods. */
export const batchSize = 64;
const averageDecay = 0.98;

const rates = { adam: [1e-3, 3e-3, 1e-2], sgd: [1e-2, 3e-2, 1e-1] };

const averaged = (optimizer: Optimizer) => weightAverage(optimizer, { decay: averageDecay });

/** The method with one setting for all tasks, and the first-order methods at each rate of their grids. */
export function pictureSettings(): readonly Setting[] {
  return [
    {
      method: "gram-gauss-newton",
      rate: 1,
      optimizer: averaged(gramGaussNewton({ learningRate: 1, damping: 1, momentum: 0.9 })),
    },
    ...rates.adam.map(
      (rate): Setting => ({ method: "adam", rate, optimizer: averaged(adam({ learningRate: rate })) }),
    ),
    ...rates.sgd.map(
      (rate): Setting => ({
        method: "sgd",
        rate,
        optimizer: averaged(sgd({ learningRate: rate, momentum: 0.9 })),
      }),
    ),
  ];
}
