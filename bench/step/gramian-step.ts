import type { DType, Kernels } from "../../src/kernels/kernels.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { seededRandom } from "../../src/random/random.ts";
import { loadDataset } from "../../src/residuals/dataset.ts";
import { networkResidual } from "../../src/residuals/network-residual.ts";
import { divideBatches } from "../../src/training/batches.ts";
import { openSteps } from "../steps.ts";
import type { SharedStart } from "./shared-start.ts";

/** A step as the training loop takes it. */
export interface GramianStep {
  /** Loads the batch and linearizes there; the mean loss ½ ‖r‖² / n. */
  loss(): number;
  /** Loads, linearizes and steps: all that a step of `train` costs, without the reports of an epoch. */
  step(): void;
}

/** Prepares the steps of an optimizer from a shared start. */
export function gramianStep(
  kernels: Kernels,
  dtype: DType,
  { network, parameters: initial, inputs, targets, case: { batch } }: SharedStart,
  optimizer: Optimizer,
): GramianStep {
  const residual = networkResidual(network, loadDataset(kernels, dtype, batch, inputs, targets));
  const rows = Int32Array.from({ length: batch }, (_, i) => i);
  const batches = divideBatches(rows, batch, seededRandom(0));
  const steps = openSteps({ kernels, dtype, residual, initial, optimizer, batches, shuffles: false });
  const { problem } = steps;
  return {
    loss() {
      steps.linearize();
      return problem.loss / problem.linearization.rows;
    },
    step: steps.step,
  };
}
