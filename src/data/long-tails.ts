import type { Standardization } from "./encoder.ts";

/** What a column with long tails is measured by: a centre and a scale that its far values hardly move. */
export interface TailScale {
  /** The median. */
  readonly center: number;
  /** Half of the values lie within 0.6745 of it around the centre, as of a normal distribution. */
  readonly scale: number;
}

/** Deviations from the mean. Of a million normal numbers the farthest is at 5, of 10,000 exponential ones at 8. */
const farthest = 10;

/** The share of the targets' variance by which a line on the column as it is must be better to be left so. */
const linearGain = 0.1;

/** Numbers that differ by less than this part of them differ by rounding. */
const rounding = 4 * Number.EPSILON;

/** Half the width of the middle half of a normal distribution, in its deviations. */
const normalQuartile = 0.6745;

/**
 * Draws in long tails: about (x - c) / s near the centre c, and ± log(2 |x - c| / s) far from it
 *
 *     x' = asinh((x - c) / s)
 *
 * the inverse hyperbolic sine transformation (Johnson 1949; Burbidge, Magee and Robb 1988), for either sign.
 */
export function drawIn({ center, scale }: TailScale, x: number): number {
  return Math.asinh((x - center) / scale);
}

/**
 * Whether a column's tails are so long that a few values would decide its scale, and what lies beyond them the
 * prediction: its farthest value is more than 10 deviations from the mean. Null where it is not, where the column is
 * constant (deviation 0), and where a line on the column as it is explains the targets better: then the far values
 * follow the others.
 *
 * @param values Of training rows.
 * @param targets For each target its values in the same rows.
 */
export function findLongTails(
  values: Float64Array,
  { mean, deviation }: Standardization,
  targets: readonly Float64Array[],
): TailScale | null {
  const isFar = (value: number) => Math.abs(value - mean) > farthest * deviation;
  if (deviation === 0 || !values.some(isFar)) return null;
  const tail = measureTails(values);
  const drawn = values.map((value) => drawIn(tail, value));
  const explained = (column: Float64Array) =>
    targets.reduce((sum, target) => sum + squaredCorrelation(column, target), 0) / targets.length;
  return explained(values) > explained(drawn) + linearGain ? null : tail;
}

/** The median, and the width of the middle half; or, where that is rounding, the mean distance from the median. */
function measureTails(values: Float64Array): TailScale {
  const sorted = values.slice().sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const center = at(0.5);
  const scale = (at(0.75) - at(0.25)) / (2 * normalQuartile);
  if (scale > rounding * Math.abs(center)) return { center, scale };
  return { center, scale: values.reduce((sum, x) => sum + Math.abs(x - center), 0) / values.length };
}

/** The share of the variance of y that a line on x explains, r². */
function squaredCorrelation(x: Float64Array, y: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(x), mean(y)];
  let [xx, xy, yy] = [0, 0, 0];
  for (const [i, value] of x.entries()) {
    xx += (value - a) ** 2;
    xy += (value - a) * (y[i]! - b);
    yy += (y[i]! - b) ** 2;
  }
  return xx > 0 && yy > 0 ? xy ** 2 / (xx * yy) : 0;
}
