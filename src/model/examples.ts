import { measure } from "../data/metrics.ts";
import type { DType, Kernels } from "../kernels/kernels.ts";
import { type InputSource, loadInputs } from "../residuals/dataset.ts";

/** Standardized inputs of all examples. */
export interface ExampleInputs {
  /** Numbers of an example. */
  readonly columns: number;
  /** rows × columns; null where they are too many to be held as such. */
  readonly matrix: Float64Array | null;
  /** For each column the number of levels whose position it holds, or 0; absent where all hold numbers. */
  readonly levels?: readonly number[];
  /** Makes them available to kernels. */
  source(kernels: Kernels, dtype: DType): InputSource;
}

/** The inputs in a matrix, rows × columns. */
export function matrixInputs(matrix: Float64Array, rows: number, levels?: readonly number[]): ExampleInputs {
  const columns = matrix.length / rows;
  return {
    columns,
    matrix,
    ...(levels && { levels }),
    source: (kernels, dtype) => loadInputs(kernels, dtype, rows, matrix),
  };
}

/** Standardized examples, and the way back to the targets' own units. */
export interface Examples {
  readonly rows: number;
  readonly inputs: ExampleInputs;
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
export function rmseOver(
  { outputs, targets }: Examples,
  predictions: Float64Array,
  rows: Int32Array,
): number {
  const found = measure(pickRows(predictions, rows, outputs), pickRows(targets, rows, outputs), outputs);
  return found?.rmse ?? Number.NaN;
}

/** Vectors one after the other, in a new array. */
export function joinVectors(vectors: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(vectors.reduce((sum, vector) => sum + vector.length, 0));
  let offset = 0;
  for (const vector of vectors) {
    out.set(vector, offset);
    offset += vector.length;
  }
  return out;
}
