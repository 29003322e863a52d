import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import { planLinearization } from "../linearization/linearization.ts";
import type { Network } from "../network/network.ts";
import { planNetwork } from "../network/plan.ts";
import type { Problem } from "../optimizers/optimizer.ts";
import { type Dataset, keptInputs } from "./dataset.ts";
import type { Evaluator } from "./evaluator.ts";

/** The problem that an optimizer sees, moved from batch to batch over a data set. */
export interface BatchProblem extends Problem {
  /** Takes the rows order[start], ..., order[start + count - 1] as the batch. */
  load(order: Int32Array, start: number, count: number): void;
}

/**
 * Allocates the problem for batches of up to `capacity` examples.
 *
 * @param rowBytes As in `planLinearization`.
 */
export function batchProblem(
  kernels: Kernels,
  network: Network,
  dtype: DType,
  dataset: Dataset,
  evaluator: Evaluator,
  capacity: number,
  rowBytes?: number,
): BatchProblem {
  const plan = planNetwork(kernels, network, dtype, capacity);
  const { outputs, input } = plan;
  const linearization = planLinearization(plan, rowBytes);
  const rows = kernels.allocateIndices(capacity);
  const targets = kernels.allocate(dtype, capacity * outputs);
  const residuals = kernels.allocate("float64", capacity * outputs);
  // What the batch is now: pictures may have been changed at random.
  const batch = {
    inputs: keptInputs(kernels, input.data, dataset.inputs.columns, capacity, input.stride),
    targets,
  };
  const places = Int32Array.from({ length: capacity }, (_, i) => i);
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
      kernels.gatherRows(count, outputs, dataset.targets, outputs, rows, targets, outputs);
      const { inputs } = dataset;
      if (inputs.vary) inputs.vary(order, start, count, input, targets);
      else inputs.gather(order, start, count, input);
    },
    linearize(parameters) {
      linearization.at(parameters, examples);
      const n = examples * outputs;
      writeResiduals(n, linearization.outputs, targets, residuals);
      loss = kernels.dot(n, residuals, residuals) / 2;
    },
    lossAt: (parameters) => evaluator.sumOfSquares(parameters, batch, places, examples) / 2,
  };
}

function writeResiduals(n: number, f: FloatArray, targets: FloatArray, residuals: Float64Array): void {
  for (let i = 0; i < n; i++) residuals[i] = f[i]! - targets[i]!;
}
