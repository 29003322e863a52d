import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import type { Network } from "../network/network.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import { forward, planNetwork, valueNumbers } from "../network/plan.ts";
import type { Dataset, InputSource } from "./dataset.ts";

/** Runs a network forward, some rows at a time, in buffers of its own. */
export interface Evaluator {
  /** ‖f - y‖² over the examples rows[0] ... rows[count - 1] and all outputs; rows may repeat. */
  sumOfSquares(
    parameters: ParameterVector,
    data: Pick<Dataset, "inputs" | "targets">,
    rows: Int32Array,
    count: number,
  ): number;
  /** Writes f of the examples 0 ... count - 1 to `out`, count × K. */
  predict(parameters: ParameterVector, inputs: InputSource, count: number, out: Float64Array): Float64Array;
}

/** Rows of one forward pass: enough for products at full speed, few enough to stay in cache. */
const mostRows = 256;

/** Numbers between the layers of one pass: 64 MiB of float32. */
const mostNumbers = 2 ** 24;

/** Allocates an evaluator of a network. */
export function planEvaluator(kernels: Kernels, network: Network, dtype: DType): Evaluator {
  const chunkRows = Math.max(1, Math.min(mostRows, Math.floor(mostNumbers / valueNumbers(network))));
  const plan = planNetwork(kernels, network, dtype, chunkRows, false);
  const { outputs } = plan;
  const f = plan.result.data;
  const chunk = new Int32Array(chunkRows);

  return {
    sumOfSquares(parameters, { inputs, targets }, rows, count) {
      let sum = 0;
      for (let start = 0; start < count; start += chunkRows) {
        const size = Math.min(chunkRows, count - start);
        inputs.gather(rows, start, size, plan.input);
        const next = start + size;
        if (next < count) inputs.prefetch?.(rows, next, Math.min(chunkRows, count - next));
        forward(plan, parameters, size);
        sum += squaredError(size, outputs, f, targets, rows, start);
      }
      return sum;
    },
    predict(parameters, inputs, count, out) {
      for (let start = 0; start < count; start += chunkRows) {
        const size = Math.min(chunkRows, count - start);
        for (let i = 0; i < size; i++) chunk[i] = start + i;
        inputs.gather(chunk, 0, size, plan.input);
        forward(plan, parameters, size);
        for (let i = 0; i < size * outputs; i++) out[start * outputs + i] = f[i]!;
      }
      return out;
    },
  };
}

/**
 * ‖f - y‖² over `count` examples, one after the other.
 *
 * @param f Of these examples, count × K. @param rows The targets of example i are those of rows[start + i].
 */
export function squaredError(
  count: number,
  outputs: number,
  f: FloatArray,
  targets: FloatArray,
  rows: Int32Array,
  start: number,
): number {
  let sum = 0;
  for (let i = 0; i < count; i++)
    for (let k = 0; k < outputs; k++)
      sum += (f[i * outputs + k]! - targets[rows[start + i]! * outputs + k]!) ** 2;
  return sum;
}
