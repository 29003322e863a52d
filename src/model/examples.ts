/** Standardized examples, and the way back to the targets' own units. */
export interface Examples {
  readonly rows: number;
  /** rows × columns. */
  readonly inputs: Float64Array;
  /** rows × outputs. */
  readonly targets: Float64Array;
  readonly outputs: number;
  readonly targetNames: readonly string[];
  /** Positions among the rows. */
  readonly split: { readonly train: Int32Array; readonly validation: Int32Array; readonly test: Int32Array };
  /** Numbers of the targets' shape, in the targets' units. */
  restore(values: Float64Array): Float64Array;
}

/** The rows that may teach: training and validation rows, ascending. */
export function knownRows({ split }: Examples): Int32Array {
  return Int32Array.from([...split.train, ...split.validation]).sort();
}

/** Some rows of a row-major matrix. */
export function pickRows(values: Float64Array, rows: Int32Array, columns: number): Float64Array {
  const out = new Float64Array(rows.length * columns);
  for (const [i, row] of rows.entries())
    out.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
  return out;
}

/** Root mean square error of standardized predictions of all rows, over some of them; NaN over none. */
export function rmseOver(examples: Examples, predictions: Float64Array, rows: Int32Array): number {
  const squares = squaredErrors(examples, predictions, rows);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}

/**
 * Whether a model is better than a simpler one by more than chance: the mean of the differences of their squared errors
 * is above its standard error (the rule of one standard error of Breiman et al. 1984, section 3.4.3, on pairs).
 */
export function isClearlyBetter(
  examples: Examples,
  model: Float64Array,
  simpler: Float64Array,
  rows: Int32Array,
): boolean {
  const ours = squaredErrors(examples, model, rows);
  const gains = squaredErrors(examples, simpler, rows).map((square, i) => square - ours[i]!);
  const n = gains.length;
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / n;
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / Math.max(n - 1, 1);
  return mean > Math.sqrt(variance / n);
}

function squaredErrors({ outputs, targets }: Examples, predictions: Float64Array, rows: Int32Array) {
  const truth = pickRows(targets, rows, outputs);
  return pickRows(predictions, rows, outputs).map((value, i) => (value - truth[i]!) ** 2);
}
