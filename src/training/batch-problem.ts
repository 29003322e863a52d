import { planLinearization } from "../gram/linearization.ts";
import type { DType, Kernels } from "../kernels/kernels.ts";
import type { Network } from "../network/network.ts";
import { planNetwork } from "../network/plan.ts";
import type { Problem } from "../optimizers/optimizer.ts";
import type { Dataset } from "./dataset.ts";
import type { Evaluator } from "./evaluator.ts";

/** The problem that an optimizer sees, moved from batch to batch over a data set. */
export interface BatchProblem extends Problem {
  /** Takes the rows order[start], ..., order[start + count - 1] as the batch. */
  load(order: Int32Array, start: number, count: number): void;
}

/** Allocates the problem for batches of up to `capacity` examples. */
export function batchProblem(
  kernels: Kernels,
  network: Network,
  dtype: DType,
  dataset: Dataset,
  evaluator: Evaluator,
  capacity: number,
): BatchProblem {
  const plan = planNetwork(kernels, network, dtype, capacity);
  const linearization = planLinearization(plan);
  const rows = kernels.allocateIndices(capacity);
  const residuals = kernels.allocate("float64", capacity * plan.outputs);
  const first = plan.input;
  let examples = 0;
  let loss = 0;

  return {
    linearization,
    residuals,
    get examples() {
      return examples;
    },
    get loss() {
      return loss;
    },
    load(order, start, count) {
      examples = count;
      for (let i = 0; i < count; i++) rows[i] = order[start + i]!;
      kernels.gatherRows(
        count,
        dataset.columns,
        dataset.inputs,
        dataset.columns,
        rows,
        first.data,
        first.stride,
      );
    },
    linearize(parameters) {
      linearization.at(parameters, examples);
      writeResiduals(examples, plan.outputs, linearization.outputs, dataset.targets, rows, residuals);
      const n = examples * plan.outputs;
      loss = kernels.dot(n, residuals, residuals) / 2;
    },
    lossAt: (parameters) => evaluator.sumOfSquares(parameters, dataset, rows, examples) / 2,
  };
}

function writeResiduals(
  examples: number,
  outputs: number,
  f: ArrayLike<number>,
  targets: ArrayLike<number>,
  rows: Int32Array,
  residuals: Float64Array,
): void {
  for (let i = 0; i < examples; i++)
    for (let k = 0; k < outputs; k++)
      residuals[i * outputs + k] = f[i * outputs + k]! - targets[rows[i]! * outputs + k]!;
}
