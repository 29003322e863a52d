import type { DType, Kernels } from "../kernels/kernels.ts";
import { type Network, outputCount, parameterBlocks } from "../network/network.ts";
import { allocateParameters } from "../network/parameter-vector.ts";
import { planEvaluator } from "../training/evaluator.ts";

/** Standardized predictions, rows × outputs, of standardized inputs, rows × columns. */
export type Predictor = (inputs: Float64Array, rows: number) => Float64Array;

/** Places a trained network in the memory of the kernels, ready to predict. */
export function planPredictor(
  kernels: Kernels,
  network: Network,
  dtype: DType,
  parameters: Float64Array,
): Predictor {
  const theta = allocateParameters(kernels, dtype, parameterBlocks(network));
  theta.flat.set(parameters);
  const evaluator = planEvaluator(kernels, network, dtype);
  const outputs = outputCount(network);
  return (inputs, rows) => evaluator.predict(theta, inputs, rows, new Float64Array(rows * outputs));
}
