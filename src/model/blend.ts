import { type LinearModel, predictLinear } from "../data/ridge.ts";
import type { EnsemblePrediction } from "./predictor.ts";

/** A weighted mean of the networks' prediction and a linear one. Plain data, a part of the model file. */
export interface Blend {
  /** The networks' share s, in (0, 1): s f + (1 - s) (bias + weights · x). */
  readonly share: number;
  /** Of the linear model, standardized: columns × outputs, row-major. */
  readonly weights: readonly number[];
  readonly bias: readonly number[];
}

/**
 * The share of a prediction f, against another g, that has the least squared error,
 *
 *     s = Σ (f - g)(y - g) / Σ (f - g)²   within [0, 1]
 *
 * which is stacking (Wolpert 1992; Breiman 1996) of two. 1 where the two are the same.
 */
export function bestShare(f: Float64Array, g: Float64Array, y: Float64Array): number {
  let product = 0;
  let square = 0;
  for (let i = 0; i < y.length; i++) {
    product += (f[i]! - g[i]!) * (y[i]! - g[i]!);
    square += (f[i]! - g[i]!) ** 2;
  }
  return square === 0 ? 1 : Math.min(Math.max(product / square, 0), 1);
}

/** s f + (1 - s) g. */
export function mix(share: number, f: Float64Array, g: Float64Array): Float64Array {
  return f.map((value, i) => share * value + (1 - share) * g[i]!);
}

/** The blend of networks and a linear model. */
export function makeBlend(share: number, { weights, bias }: Pick<LinearModel, "weights" | "bias">): Blend {
  return { share, weights: Array.from(weights), bias: Array.from(bias) };
}

/** Predicts by a blend: the networks' prediction, with its spread, and the linear one; null leaves it as it is. */
export function applyBlend(
  blend: Blend | null,
  { mean, spread }: EnsemblePrediction,
  inputs: Float64Array,
  rows: number,
): EnsemblePrediction {
  if (!blend) return { mean, spread };
  const { share, weights, bias } = blend;
  const linear = predictLinear(
    { weights: Float64Array.from(weights), bias: Float64Array.from(bias) },
    inputs,
    rows,
  );
  return { mean: mix(share, mean, linear), spread: spread?.map((value) => share * value) ?? null };
}
