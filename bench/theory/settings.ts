import { adam } from "../../src/optimizers/adam.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { sgd } from "../../src/optimizers/sgd.ts";
import { cosineSchedule, type Method } from "./first-order-run.ts";

/** A method at one point of its grid. */
export interface Setting {
  readonly method: Method;
  /** What was chosen, for a table. */
  readonly choice: string;
}

/** Rows of a batch and steps of the first-order methods. */
const firstOrderBatch = 32;
const firstOrderSteps = 10_000;

/** The same for the Gram-Gauss-Newton method. */
const gramBatch = 128;
const gramSteps = 400;

const rates = {
  adam: [3e-4, 1e-3, 3e-3, 5e-3, 1e-2, 3e-2, 1e-1],
  sgd: [1e-3, 3e-3, 1e-2, 3e-2, 5e-2, 1e-1, 3e-1],
};

/** The map of the paper's λ and α, α in units of the mean of the diagonal of G. */
export const lambdas = [0.5, 1, 2, 4, 8];
export const alphas = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];

/** The rows of the map that settings are chosen from: as many of them as a first-order method has. */
const chosenLambdas = [1, 4];

/** Settings of a first-order method: each learning rate, kept and falling along a cosine. */
export function firstOrderGrid(name: "adam" | "sgd"): readonly Setting[] {
  const at = (learningRate: number): Optimizer =>
    name === "adam" ? adam({ learningRate }) : sgd({ learningRate });
  const method = (optimizer: Optimizer): Method => ({
    name: name === "adam" ? "adam" : "sgd, momentum 0.9",
    optimizer,
    batchSize: firstOrderBatch,
    steps: firstOrderSteps,
  });
  return rates[name].flatMap((rate) => [
    { method: method(at(rate)), choice: `rate ${rate}, constant` },
    { method: method(cosineSchedule(at, rate, firstOrderSteps)), choice: `rate ${rate}, cosine` },
  ]);
}

/** One point of the map: mini-batches, λ and α fixed. */
export function gramSetting(lambda: number, alpha: number): Setting {
  return {
    method: {
      name: "gram-gauss-newton, mini-batch",
      // λ G + α I = λ (G + (α/λ) I).
      optimizer: gramGaussNewton({ learningRate: 1 / lambda, damping: alpha / lambda }),
      batchSize: gramBatch,
      steps: gramSteps,
    },
    choice: `λ ${lambda}, α ${alpha}`,
  };
}

/** Whether a point of the map may be chosen. */
export function isChoice(lambda: number): boolean {
  return chosenLambdas.includes(lambda);
}

/** Full batch, damping by the gain ratio: nothing to choose. */
export function fullBatchSetting(steps: number): Setting {
  return {
    method: { name: "gram-gauss-newton, full batch", optimizer: gramGaussNewton(), batchSize: null, steps },
    choice: "defaults",
  };
}
