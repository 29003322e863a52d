import type { FloatArray } from "../kernels.ts";

/** C <- α op(A) op(B) + β C; see `Kernels`. */
export function gemm(
  transposeA: boolean,
  transposeB: boolean,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: FloatArray,
  lda: number,
  b: FloatArray,
  ldb: number,
  beta: number,
  c: FloatArray,
  ldc: number,
): void {
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++)
        sum += a[transposeA ? l * lda + i : i * lda + l]! * b[transposeB ? j * ldb + l : l * ldb + j]!;
      c[i * ldc + j] = combine(alpha, sum, beta, c[i * ldc + j]!);
    }
}

/** Lower C <- α A Aᵀ + β C, or α Aᵀ A + β C; see `Kernels`. */
export function syrk(
  transpose: boolean,
  n: number,
  k: number,
  alpha: number,
  a: FloatArray,
  lda: number,
  beta: number,
  c: FloatArray,
  ldc: number,
): void {
  const at = (i: number, l: number) => a[transpose ? l * lda + i : i * lda + l]!;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += at(i, l) * at(j, l);
      c[i * ldc + j] = combine(alpha, sum, beta, c[i * ldc + j]!);
    }
}

/** α x + β y, where β = 0 ignores even a NaN in y. */
function combine(alpha: number, x: number, beta: number, y: number): number {
  return beta === 0 ? alpha * x : alpha * x + beta * y;
}
