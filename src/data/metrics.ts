/** Errors of predictions, in the target's own units. */
export interface Metrics {
  /** Root of the mean squared error. */
  readonly rmse: number;
  /** Mean absolute error. */
  readonly mae: number;
  /**
   * 1 - squared error / squared deviation of the targets from their mean; null where they do not deviate. Of several
   * targets the mean over those that do: their units do not matter.
   */
  readonly r2: number | null;
}

/**
 * Compares predictions with targets.
 *
 * @param outputs Numbers in a row, 1 for a single target.
 * @returns null of no rows.
 */
export function measure(
  predictions: ArrayLike<number>,
  targets: ArrayLike<number>,
  outputs = 1,
): Metrics | null {
  const n = targets.length;
  if (n === 0) return null;
  const means = columnMeans(targets, outputs);
  // Divided by the largest number, so that no square overflows.
  let unit = 0;
  for (let i = 0; i < n; i++)
    unit = Math.max(
      unit,
      Math.abs(predictions[i]! - targets[i]!),
      Math.abs(targets[i]! - means[i % outputs]!),
    );
  if (unit === 0) return { rmse: 0, mae: 0, r2: null };
  let squares = 0;
  let absolute = 0;
  let deviation = 0;
  for (let i = 0; i < n; i++) {
    const error = (predictions[i]! - targets[i]!) / unit;
    squares += error ** 2;
    absolute += Math.abs(error);
    deviation += ((targets[i]! - means[i % outputs]!) / unit) ** 2;
  }
  return {
    rmse: unit * Math.sqrt(squares / n),
    mae: (unit * absolute) / n,
    r2:
      outputs > 1 ? meanR2(predictions, targets, outputs) : deviation === 0 ? null : 1 - squares / deviation,
  };
}

function meanR2(predictions: ArrayLike<number>, targets: ArrayLike<number>, outputs: number): number | null {
  const column = (values: ArrayLike<number>, k: number) =>
    Array.from({ length: values.length / outputs }, (_, i) => values[i * outputs + k]!);
  const each = Array.from(
    { length: outputs },
    (_, k) => measure(column(predictions, k), column(targets, k))!.r2,
  );
  const defined = each.filter((r2) => r2 !== null);
  return defined.length === 0 ? null : defined.reduce((a, b) => a + b) / defined.length;
}

/** Means of columns, kept between the least and the largest number: of equal numbers it is that number. */
function columnMeans(values: ArrayLike<number>, columns: number): number[] {
  const means = new Array<number>(columns).fill(0);
  const least = new Array<number>(columns).fill(Number.POSITIVE_INFINITY);
  const largest = new Array<number>(columns).fill(Number.NEGATIVE_INFINITY);
  const rows = values.length / columns;
  for (let i = 0; i < values.length; i++) {
    const k = i % columns;
    means[k]! += values[i]! / rows;
    least[k] = Math.min(least[k]!, values[i]!);
    largest[k] = Math.max(largest[k]!, values[i]!);
  }
  return means.map((mean, k) => Math.min(Math.max(mean, least[k]!), largest[k]!));
}
