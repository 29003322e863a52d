import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import type { Network } from "../network/network.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import { forward, planNetwork } from "../network/plan.ts";
import type { Dataset } from "./dataset.ts";

/** Runs a network forward, some rows at a time, in buffers of its own. */
export interface Evaluator {
  /** ‖f - y‖² over the given rows of a data set and all outputs; rows may repeat. */
  sumOfSquares(parameters: ParameterVector, dataset: Dataset, rows: Int32Array, count: number): number;
  /** Writes f of the first `count` rows of a row-major matrix of inputs to `out`, count × K. */
  predict(parameters: ParameterVector, inputs: FloatArray, count: number, out: Float64Array): Float64Array;
}

/** Rows of one forward pass: enough for products at full speed, few enough to stay in cache. */
const chunkRows = 256;

/** Allocates an evaluator of a network. */
export function planEvaluator(kernels: Kernels, network: Network, dtype: DType): Evaluator {
  const plan = planNetwork(kernels, network, dtype, chunkRows, false);
  const first = plan.input;
  const indices = kernels.allocateIndices(chunkRows);
  const { outputs } = plan;
  const f = plan.result.data;

  return {
    sumOfSquares(parameters, dataset, rows, count) {
      let sum = 0;
      for (let start = 0; start < count; start += chunkRows) {
        const size = Math.min(chunkRows, count - start);
        for (let i = 0; i < size; i++) indices[i] = rows[start + i]!;
        kernels.gatherRows(
          size,
          network.inputs,
          dataset.inputs,
          dataset.columns,
          indices,
          first.data,
          first.stride,
        );
        forward(plan, parameters, size);
        sum += squaredError(size, outputs, f, dataset.targets, indices);
      }
      return sum;
    },
    predict(parameters, inputs, count, out) {
      for (let start = 0; start < count; start += chunkRows) {
        const size = Math.min(chunkRows, count - start);
        for (let i = 0; i < size; i++)
          for (let j = 0; j < network.inputs; j++)
            first.data[i * first.stride + j] = inputs[(start + i) * network.inputs + j]!;
        forward(plan, parameters, size);
        for (let i = 0; i < size * outputs; i++) out[start * outputs + i] = f[i]!;
      }
      return out;
    },
  };
}

function squaredError(
  count: number,
  outputs: number,
  f: FloatArray,
  targets: FloatArray,
  rows: Int32Array,
): number {
  let sum = 0;
  for (let i = 0; i < count; i++)
    for (let k = 0; k < outputs; k++) sum += (f[i * outputs + k]! - targets[rows[i]! * outputs + k]!) ** 2;
  return sum;
}
