import type { DType, Kernels } from "../kernels/kernels.ts";
import { type Network, outputCount, parameterBlocks, parameterCount } from "../network/network.ts";
import { allocateParameters } from "../network/parameter-vector.ts";
import type { InputSource } from "../residuals/dataset.ts";
import { planEvaluator } from "../residuals/evaluator.ts";
import { applyBlend, type Blend } from "./blend.ts";

/** One of the networks whose mean predicts. Plain data, a part of the model file. */
export interface Member {
  readonly network: Network;
  /** A share of a linear model in its prediction, or null. */
  readonly blend: Blend | null;
}

/** Predictions of all members, standardized. */
export interface EnsemblePrediction {
  /** The mean over the members, rows × outputs. */
  readonly mean: Float64Array;
  /** The standard deviation over the members, as large; null of a single one. */
  readonly spread: Float64Array | null;
}

/** Standardized inputs of some rows. */
export interface PredictorInputs {
  readonly source: InputSource;
  /** The same as rows × columns, which blends with linear models need. */
  readonly matrix: Float64Array | null;
}

/** Predicts the first `rows` examples. */
export type Predictor = (inputs: PredictorInputs, rows: number) => EnsemblePrediction;

/** The parameters of all members, p. */
export function totalParameters(members: readonly Member[]): number {
  return members.reduce((sum, { network }) => sum + parameterCount(network), 0);
}

/**
 * Allocates a predictor.
 *
 * @param parameters Of all members, one after the other.
 */
export function planPredictor(
  kernels: Kernels,
  members: readonly Member[],
  parameters: Float64Array,
  dtype: DType,
): Predictor {
  const planned = planShapes(kernels, members, dtype);
  let end = 0;
  const predictors = members.map(({ network, blend }) => {
    const start = end;
    end += parameterCount(network);
    const own = parameters.subarray(start, end);
    const predict = planned(network);
    return ({ source, matrix }: PredictorInputs, rows: number) => {
      const ours = predict(own, source, rows);
      return blend && matrix ? applyBlend(blend, ours, matrix, rows) : ours;
    };
  });
  return (inputs, rows) => summarizeMembers(predictors.map((predict) => predict(inputs, rows)));
}

type ShapePredictor = (parameters: Float64Array, source: InputSource, rows: number) => Float64Array;

/** Members of one shape share its buffers. */
function planShapes(kernels: Kernels, members: readonly Member[], dtype: DType) {
  const shapes = new Map<string, ShapePredictor>();
  const keyOf = (network: Network) => JSON.stringify(network);
  for (const { network } of members)
    if (!shapes.has(keyOf(network))) shapes.set(keyOf(network), planShape(kernels, network, dtype));
  return (network: Network) => shapes.get(keyOf(network))!;
}

function planShape(kernels: Kernels, network: Network, dtype: DType): ShapePredictor {
  const theta = allocateParameters(kernels, dtype, parameterBlocks(network));
  const evaluator = planEvaluator(kernels, network, dtype);
  const outputs = outputCount(network);
  return (parameters, source, rows) => {
    theta.flat.set(parameters);
    return evaluator.predict(theta, source, rows, new Float64Array(rows * outputs));
  };
}

/** The mean of several predictions, and the unbiased estimate of their standard deviation. */
export function summarizeMembers(members: readonly Float64Array[]): EnsemblePrediction {
  if (members.length === 1) return { mean: members[0]!, spread: null };
  const mean = new Float64Array(members[0]!.length);
  const spread = new Float64Array(mean.length);
  for (const member of members) for (let i = 0; i < mean.length; i++) mean[i]! += member[i]! / members.length;
  for (const member of members)
    for (let i = 0; i < mean.length; i++) spread[i]! += (member[i]! - mean[i]!) ** 2 / (members.length - 1);
  return { mean, spread: spread.map(Math.sqrt) };
}
