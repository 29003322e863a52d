import { type LinearModel, predictLinear } from "../data/ridge.ts";

/** A weighted mean of a network's prediction and a linear one. Plain data, a part of the model file. */
export interface Blend {
  /** The network's share s, in (0, 1): s f + (1 - s) (bias + weights · x). */
  readonly share: number;
  /** Of the linear model, standardized: columns × outputs, row-major. */
  readonly weights: readonly number[];
  readonly bias: readonly number[];
  /** As in a linear model. */
  readonly levels?: readonly number[];
}

/** A row alone determines the share where its leverage is 1; its error then counts this much. */
const mostLeverage = 0.99;

/**
 * The share of a prediction f, against another g, that has the least squared error, less its standard error:
 *
 *     ŝ = Σ d (y - g) / Σ d²,   d = f - g
 *     s = ŝ - √(Σ d² e²) / Σ d²,   e = (y - g - ŝ d) / (1 - d² / Σ d²)          within [0, 1]
 *
 * which is stacking (Wolpert 1992; Breiman 1996) of two, with the robust standard error of a regression through the
 * origin for few rows (HC3 of MacKinnon and White 1985), so that few or noisy rows speak for g. 1 where the two are
 * the same.
 */
export function carefulShare(f: Float64Array, g: Float64Array, y: Float64Array): number {
  let product = 0;
  let square = 0;
  for (let i = 0; i < y.length; i++) {
    product += (f[i]! - g[i]!) * (y[i]! - g[i]!);
    square += (f[i]! - g[i]!) ** 2;
  }
  if (square === 0) return 1;
  const best = product / square;
  let variance = 0;
  for (let i = 0; i < y.length; i++) {
    const difference = f[i]! - g[i]!;
    const leverage = Math.min(difference ** 2 / square, mostLeverage);
    variance += ((difference * (y[i]! - g[i]! - best * difference)) / (1 - leverage)) ** 2;
  }
  return Math.min(Math.max(best - Math.sqrt(variance) / square, 0), 1);
}

/** s f + (1 - s) g; f or g itself where the share is 1 or 0, whatever the other is: 0 times infinity is NaN. */
export function mix(share: number, f: Float64Array, g: Float64Array): Float64Array {
  if (share === 1) return f;
  if (share === 0) return g;
  return f.map((value, i) => share * value + (1 - share) * g[i]!);
}

/** The blend of a network and a linear model. */
export function makeBlend(
  share: number,
  { weights, bias, levels }: Pick<LinearModel, "weights" | "bias" | "levels">,
): Blend {
  return { share, weights: Array.from(weights), bias: Array.from(bias), ...(levels && { levels }) };
}

/** The blend of a network's prediction and the linear one of the same rows. */
export function applyBlend(
  { share, weights, bias, levels }: Blend,
  ours: Float64Array,
  inputs: Float64Array,
  rows: number,
): Float64Array {
  const linear = {
    weights: Float64Array.from(weights),
    bias: Float64Array.from(bias),
    ...(levels && { levels }),
  };
  return mix(share, ours, predictLinear(linear, inputs, rows));
}
