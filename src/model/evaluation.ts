import { type Metrics, measure } from "../data/metrics.ts";
import { DataError } from "../errors.ts";

/** Errors of predictions. */
export interface Evaluation {
  readonly rows: number;
  /** Rows without a target. */
  readonly skipped: number;
  /** Over all targets. */
  readonly metrics: Metrics;
  readonly targets: readonly { readonly name: string; readonly metrics: Metrics }[];
}

/**
 * Measures predictions, rows × targets, against the truth.
 *
 * @param where Of the data, for messages.
 * @throws {DataError} If there are no rows.
 */
export function compareWithTruth(
  where: string,
  names: readonly string[],
  values: Float64Array,
  truth: Float64Array,
  skipped: number,
): Evaluation {
  const outputs = names.length;
  const metrics = measure(values, truth, outputs);
  if (!metrics)
    throw new DataError("no-rows", { file: where }, `has no row with a value of "${names.join('", "')}"`);
  return {
    rows: truth.length / outputs,
    skipped,
    metrics,
    targets: names.map((name, k) => ({
      name,
      metrics: measure(column(values, k, outputs), column(truth, k, outputs))!,
    })),
  };
}

function column(values: Float64Array, k: number, columns: number): Float64Array {
  return values.filter((_, i) => i % columns === k);
}
