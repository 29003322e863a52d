import { expandedWidth } from "../data/one-hot.ts";
import { fitRidge, type LinearModel, predictLinear } from "../data/ridge.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type Examples, knownRows, pickRows } from "./examples.ts";

/** Ridge regression on all rows that may teach, and what it and one that has not seen the validation rows predict. */
export interface Baseline {
  readonly linear: LinearModel;
  /** Standardized predictions of all rows. */
  readonly model: Float64Array;
  readonly unseen: Float64Array;
}

/** Rows, or columns if those are fewer, of the largest linear model: its eigenvalues take some seconds. */
const mostLinear = 2500;

/** Numbers of a matrix in which the levels of categories are written out: 128 MiB. */
const mostWritten = 2 ** 24;

/**
 * Fits linear models, where the inputs are a matrix that is not too large.
 *
 * @param known Of another split of the same rows into those that teach and those that validate: its model of all of
 *   them is the same.
 */
export function fitBaseline(
  kernels: Kernels,
  examples: Examples,
  known: Baseline | null = null,
): Baseline | null {
  const { rows, split, outputs, targets } = examples;
  const { matrix, columns, levels } = examples.inputs;
  if (!matrix) return null;
  const width = expandedWidth(columns, levels);
  const isWritten = width === columns || rows * width <= mostWritten;
  if (!isWritten || Math.min(split.train.length, width) > mostLinear) return null;
  const fitTo = (of: Int32Array): LinearModel =>
    fitRidge(
      kernels,
      pickRows(matrix, of, columns),
      pickRows(targets, of, outputs),
      of.length,
      outputs,
      levels,
    );
  const linear = known?.linear ?? fitTo(knownRows(examples));
  const trained = split.validation.length > 0 ? fitTo(split.train) : linear;
  return {
    linear,
    model: known?.model ?? predictLinear(linear, matrix, rows),
    unseen: predictLinear(trained, matrix, rows),
  };
}
