import type { Kernels } from "../kernels/kernels.ts";
import { expandLevels } from "./one-hot.ts";

/** A linear model of standardized inputs: prediction = bias + weights · x, for each target. */
export interface LinearModel {
  /** columns × outputs, row-major. */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  /** For each column of the inputs the number of levels that have weights in its place, or 0; absent where all are 0. */
  readonly levels?: readonly number[];
  /** The penalty that was chosen, in units of the mean eigenvalue of XᵀX. */
  readonly penalty: number;
  /** Root mean square of the leave-one-out errors, over all outputs. */
  readonly leaveOneOut: number;
}

/** Penalties that are compared, in units of the mean eigenvalue: 10⁻⁸ ... 10⁴, two for each power of ten. */
const penalties = Array.from({ length: 25 }, (_, i) => 10 ** (-8 + i / 2));

/**
 * Ridge regression with the penalty of the least leave-one-out error, in closed form:
 *
 *     (K + λ I) c = y - mean,  K = X Xᵀ or its like in the smaller dimension;   e_i = (y_i - ŷ_i) / (1 - h_i)
 *
 * from one eigendecomposition for all penalties (Allen 1974; Golub, Heath and Wahba 1979).
 *
 * @param inputs rows × columns, row-major.
 * @param targets rows × outputs.
 * @param levels For each column the number of levels whose position it holds: it stands for as many columns of 0 and 1.
 */
export function fitRidge(
  kernels: Kernels,
  inputs: Float64Array,
  targets: Float64Array,
  rows: number,
  outputs: number,
  levels?: readonly number[],
): LinearModel {
  const x = expandLevels(inputs, rows, levels);
  const columns = x.length / rows;
  const { centered, means } = center(x, rows, columns);
  const y = center(targets, rows, outputs);
  const { values, vectors } = spectrum(kernels, centered, rows, columns);
  const unit = values.reduce((a, b) => a + b, 0) / Math.max(1, columns) || 1;
  // B = Uᵀ y for the left singular vectors U, kept as rows of `vectors`.
  const B = vectors.map((u) => project(u, y.centered, outputs));
  const outside = outsideOf(vectors, B, y.centered, rows, outputs);
  let best = { penalty: 0, error: Number.POSITIVE_INFINITY };
  for (const penalty of penalties) {
    const error = leaveOneOut(vectors, values, B, outside, penalty * unit);
    if (error < best.error) best = { penalty, error };
  }
  const weights = weightsOf(vectors, values, B, centered, best.penalty * unit, columns, outputs);
  const bias = y.means.map(
    (mean, k) => mean - means.reduce((sum, m, j) => sum + m * weights[j * outputs + k]!, 0),
  );
  return { weights, bias, ...(levels && { levels }), penalty: best.penalty, leaveOneOut: best.error };
}

function center(
  values: Float64Array,
  rows: number,
  columns: number,
): { centered: Float64Array; means: Float64Array } {
  const means = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) means[i % columns]! += values[i]! / rows;
  return { centered: values.map((value, i) => value - means[i % columns]!), means };
}

/** The squared singular values of X and its left singular vectors, by the smaller of XᵀX and X Xᵀ. */
function spectrum(
  kernels: Kernels,
  x: Float64Array,
  rows: number,
  columns: number,
): { values: number[]; vectors: Float64Array[] } {
  const byColumns = columns <= rows;
  const n = byColumns ? columns : rows;
  const place = kernels.allocate("float64", x.length);
  place.set(x);
  const square = kernels.allocate("float64", n * n);
  const eigenvalues = kernels.allocate("float64", n);
  kernels.syrk(byColumns, n, byColumns ? rows : columns, 1, place, columns, 0, square, n);
  kernels.symmetricEigen(n, square, n, eigenvalues);
  const cutoff = Math.max(rows, columns) * Number.EPSILON * (eigenvalues[n - 1] ?? 0);
  const values: number[] = [];
  for (let l = n - 1; l >= 0 && eigenvalues[l]! > cutoff; l--) values.push(eigenvalues[l]!);
  return { values, vectors: byColumns ? leftVectors() : rowsOf(square, n) };

  /** u = X v / σ for all vectors at once, each a row. */
  function leftVectors(): Float64Array[] {
    const u = kernels.allocate("float64", columns * rows);
    kernels.gemm(false, true, columns, rows, columns, 1, square, columns, place, columns, 0, u, rows);
    return rowsOf(u, rows).map((vector, l) => {
      for (let i = 0; i < rows; i++) vector[i]! /= Math.sqrt(values[l]!);
      return vector;
    });
  }

  /** The rows that belong to `values`, from the last one on. */
  function rowsOf(matrix: Float64Array, length: number): Float64Array[] {
    return values.map((_, l) => matrix.subarray((n - 1 - l) * length, (n - l) * length));
  }
}

function project(u: Float64Array, y: Float64Array, outputs: number): Float64Array {
  const b = new Float64Array(outputs);
  for (let i = 0; i < y.length; i++) b[i % outputs]! += u[Math.floor(i / outputs)]! * y[i]!;
  return b;
}

/** What no penalty reaches: of each row the part outside the span of the vectors. */
interface Outside {
  /** 1 - 1/n - Σ_l u_il², rows. */
  readonly leverage: Float64Array;
  /** y - U Uᵀ y, rows × outputs. */
  readonly residuals: Float64Array;
}

function outsideOf(
  vectors: readonly Float64Array[],
  B: readonly Float64Array[],
  y: Float64Array,
  rows: number,
  outputs: number,
): Outside {
  const leverage = new Float64Array(rows).fill(1 - 1 / rows);
  const residuals = y.slice();
  for (const [l, u] of vectors.entries())
    for (let i = 0; i < rows; i++) {
      leverage[i]! -= u[i]! ** 2;
      for (let k = 0; k < outputs; k++) residuals[i * outputs + k]! -= u[i]! * B[l]![k]!;
    }
  return { leverage: leverage.map((value) => Math.max(value, 0)), residuals };
}

/**
 * Root mean square of (y_i - ŷ_i) / (1 - h_i). With t_l = λ / (s_l + λ)
 *
 *     1 - h_i = 1 - 1/n - Σ_l u_il² + Σ_l u_il² t_l,   y_i - ŷ_i = (y - U Uᵀ y)_i + Σ_l u_il t_l (Uᵀ y)_l
 *
 * as sums of what is left, not differences from 1 and y: of a row that the fit all but interpolates both are of the
 * order of λ.
 */
function leaveOneOut(
  vectors: readonly Float64Array[],
  values: readonly number[],
  B: readonly Float64Array[],
  { leverage, residuals }: Outside,
  lambda: number,
): number {
  const rows = leverage.length;
  const outputs = residuals.length / rows;
  const rest = leverage.slice();
  const errors = residuals.slice();
  // Vector by vector: their numbers lie one after the other.
  for (const [l, u] of vectors.entries()) {
    const left = lambda / (values[l]! + lambda);
    for (let i = 0; i < rows; i++) {
      rest[i]! += u[i]! ** 2 * left;
      for (let k = 0; k < outputs; k++) errors[i * outputs + k]! += u[i]! * left * B[l]![k]!;
    }
  }
  let sum = 0;
  for (let i = 0; i < errors.length; i++)
    sum += (errors[i]! / Math.max(rest[Math.floor(i / outputs)]!, rows * Number.EPSILON)) ** 2;
  return Math.sqrt(sum / errors.length);
}

/** Xᵀ U diag(1 / (s + λ)) Uᵀ y. */
function weightsOf(
  vectors: readonly Float64Array[],
  values: readonly number[],
  B: readonly Float64Array[],
  x: Float64Array,
  lambda: number,
  columns: number,
  outputs: number,
): Float64Array {
  const rows = x.length / columns;
  const dual = new Float64Array(rows * outputs);
  for (const [l, u] of vectors.entries())
    for (let i = 0; i < dual.length; i++)
      dual[i]! += (u[Math.floor(i / outputs)]! * B[l]![i % outputs]!) / (values[l]! + lambda);
  const weights = new Float64Array(columns * outputs);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k < outputs; k++)
        weights[j * outputs + k]! += x[i * columns + j]! * dual[i * outputs + k]!;
  return weights;
}

/** Predictions of a linear model, rows × outputs. A position of no level has no part in them. */
export function predictLinear(
  { weights, bias, levels }: Pick<LinearModel, "weights" | "bias" | "levels">,
  inputs: Float64Array,
  rows: number,
): Float64Array {
  const outputs = bias.length;
  const columns = rows === 0 ? 0 : inputs.length / rows;
  const out = new Float64Array(rows * outputs);
  for (let i = 0; i < rows; i++) {
    out.set(bias, i * outputs);
    let place = 0;
    for (let j = 0; j < columns; j++) {
      const x = inputs[i * columns + j]!;
      const count = levels?.[j] ?? 0;
      const [row, factor] = count === 0 ? [place, x] : [place + x, x < 0 ? 0 : 1];
      if (factor !== 0)
        for (let k = 0; k < outputs; k++) out[i * outputs + k]! += factor * weights[row * outputs + k]!;
      place += count || 1;
    }
  }
  return out;
}
