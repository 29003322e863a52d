import type { Kernels } from "../kernels/kernels.ts";

/**
 * A symmetric matrix A that outlives what is done to its own lower triangle.
 *
 * One square holds both: the factor of A its lower triangle, A itself the upper one, turned by 180°. Turned, not transposed,
 * because then a row goes to a row. The diagonal is kept apart.
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
      turnLower(n, a);
      isWhole = true;
    },
    restore(diagonal, lambda) {
      if (!isWhole) turnUpper(n, a);
      isWhole = false;
      for (let i = 0; i < n; i++) a[i * n + i] = kept[i]! + lambda * (diagonal?.[i] ?? 1);
    },
  };
}

/** Upper A <- lower A, without the diagonal, turned by 180°. */
function turnLower(n: number, a: Float64Array): void {
  for (let i = 1; i < n; i++) {
    const start = i * n;
    const turned = (n - 1 - i) * n + n - 1;
    for (let j = 0; j < i; j++) a[turned - j] = a[start + j]!;
  }
}

/** Lower A <- upper A, without the diagonal, turned by 180°. */
function turnUpper(n: number, a: Float64Array): void {
  for (let i = 1; i < n; i++) {
    const start = i * n;
    const turned = (n - 1 - i) * n + n - 1;
    for (let j = 0; j < i; j++) a[start + j] = a[turned - j]!;
  }
}
