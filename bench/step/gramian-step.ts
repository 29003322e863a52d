import type { DType, Kernels } from "../../src/kernels/kernels.ts";
import { allocateParameters } from "../../src/network/parameter-vector.ts";
import { type Optimizer, parameterSpace } from "../../src/optimizers/optimizer.ts";
import { batchProblem } from "../../src/residuals/network-residual.ts";
import { loadDataset } from "../../src/residuals/dataset.ts";
import { planEvaluator } from "../../src/residuals/evaluator.ts";
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
  const space = parameterSpace(kernels, dtype, network, batch);
  const dataset = loadDataset(kernels, dtype, batch, inputs, targets);
  const evaluator = planEvaluator(kernels, network, dtype);
  const problem = batchProblem(kernels, network, dtype, dataset, evaluator, batch);
  const parameters = allocateParameters(kernels, dtype, space.blocks);
  parameters.flat.set(initial);
  const order = Int32Array.from({ length: batch }, (_, i) => i);
  const state = optimizer.init(space);

  const linearize = (): void => {
    problem.load(order, 0, batch);
    problem.linearize(parameters);
  };
  return {
    loss() {
      linearize();
      return problem.loss / (batch * space.outputs);
    },
    step() {
      linearize();
      optimizer.step(state, problem, parameters);
    },
  };
}
