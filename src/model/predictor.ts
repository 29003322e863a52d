import type { DType, Kernels } from "../kernels/kernels.ts";
import { type Network, outputCount, parameterBlocks, parameterCount } from "../network/network.ts";
import { allocateParameters } from "../network/parameter-vector.ts";
import type { InputSource } from "../training/dataset.ts";
import { planEvaluator } from "../training/evaluator.ts";

/** Predictions of an ensemble of networks, standardized. */
export interface EnsemblePrediction {
  /** The mean over the members, rows × outputs. */
  readonly mean: Float64Array;
  /** The standard deviation over the members, as large; null of a single network. */
  readonly spread: Float64Array | null;
}

/**
 * Predicts with networks of one shape.
 *
 * @param parameters Of all members, one after the other.
 * @param inputs Standardized.
 */
export type Predictor = (parameters: Float64Array, inputs: InputSource, rows: number) => EnsemblePrediction;

/** Allocates a predictor. */
export function planPredictor(kernels: Kernels, network: Network, dtype: DType): Predictor {
  const theta = allocateParameters(kernels, dtype, parameterBlocks(network));
  const evaluator = planEvaluator(kernels, network, dtype);
  const size = parameterCount(network);
  const outputs = outputCount(network);
  return (parameters, inputs, rows) => {
    const count = parameters.length / size;
    const members = Array.from({ length: count }, (_, m) => {
      theta.flat.set(parameters.subarray(m * size, (m + 1) * size));
      return evaluator.predict(theta, inputs, rows, new Float64Array(rows * outputs));
    });
    return count === 1 ? { mean: members[0]!, spread: null } : summarizeMembers(members);
  };
}

/** The mean of several predictions, and the unbiased estimate of their standard deviation. */
function summarizeMembers(members: readonly Float64Array[]): EnsemblePrediction {
  const mean = new Float64Array(members[0]!.length);
  const spread = new Float64Array(mean.length);
  for (const member of members) for (let i = 0; i < mean.length; i++) mean[i]! += member[i]! / members.length;
  for (const member of members)
    for (let i = 0; i < mean.length; i++) spread[i]! += (member[i]! - mean[i]!) ** 2 / (members.length - 1);
  return { mean, spread: spread.map(Math.sqrt) };
}
