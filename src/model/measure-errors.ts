import { measure } from "../data/metrics.ts";
import { type Examples, pickRows } from "./examples.ts";
import type { ByPart, Errors, FitReport } from "./fit-report.ts";

/** Standardized predictions of all rows. */
export interface PredictedRows {
  readonly model: Float64Array;
  /** Of a model that has not seen the validation rows: what the validation errors are taken from. */
  readonly unseen: Float64Array;
  /** The same two of a linear model; null where none was fitted. */
  readonly ridge: { readonly model: Float64Array; readonly unseen: Float64Array } | null;
}

/** Errors of the model and of the baselines, in the targets' units. */
export function measureErrors(
  examples: Examples,
  predictions: PredictedRows,
): Pick<FitReport, "errors" | "targets" | "baseline"> {
  const { rows, outputs, targetNames, restore } = examples;
  const truth = restore(examples.targets);
  const [model, unseen] = [predictions.model, predictions.unseen].map(restore);
  const { ridge } = predictions;
  const mean = restore(new Float64Array(rows * outputs));
  const column = (values: Float64Array, k: number) => values.filter((_, i) => i % outputs === k);
  const oneTarget = { ...examples, outputs: 1 };
  return {
    errors: errorsOf(examples, model!, unseen!, truth),
    targets:
      outputs === 1
        ? []
        : targetNames.map((name, k) => ({
            name,
            errors: errorsOf(oneTarget, column(model!, k), column(unseen!, k), column(truth, k)),
          })),
    baseline: {
      mean: errorsOf(examples, mean, mean, truth),
      ridge: ridge ? errorsOf(examples, restore(ridge.model), restore(ridge.unseen), truth) : noErrors,
    },
  };
}

const nothing: ByPart = { train: null, validation: null, test: null };
const noErrors: Errors = { rmse: nothing, mae: nothing, r2: nothing };

function errorsOf(
  { split, outputs }: Pick<Examples, "split" | "outputs">,
  predictions: Float64Array,
  unseen: Float64Array,
  truth: Float64Array,
): Errors {
  const part = (values: Float64Array, rows: Int32Array) =>
    measure(pickRows(values, rows, outputs), pickRows(truth, rows, outputs), outputs);
  const parts = {
    train: part(predictions, split.train),
    validation: part(unseen, split.validation),
    test: part(predictions, split.test),
  };
  const by = (name: "rmse" | "mae" | "r2"): ByPart => ({
    train: parts.train?.[name] ?? null,
    validation: parts.validation?.[name] ?? null,
    test: parts.test?.[name] ?? null,
  });
  return { rmse: by("rmse"), mae: by("mae"), r2: by("r2") };
}
