import { multiplyVector } from "./matrix-vector";
import { multiply } from "./multiply";
import { scale } from "./vectors";

// So few columns or rows leave most of a tile empty, and packing is most of the work: one product with a vector after
// the other is up to four times as fast (1024 × n × 256, n = 2: 32 µs, packed 155).
const fewColumns: usize = 4;
const fewRows: usize = 6;

/** C <- α op(A) op(B) + β C with op(A) m × k, op(B) k × n. */
export function gemm<T>(
  transposeA: bool,
  transposeB: bool,
  m: usize,
  n: usize,
  k: usize,
  alpha: T,
  a: usize,
  lda: usize,
  b: usize,
  ldb: usize,
  beta: T,
  c: usize,
  ldc: usize,
): void {
  if (k == 0) {
    for (let i: usize = 0; i < m; i++) scale<T>(n, beta, c + i * ldc * sizeof<T>());
  } else if (n <= fewColumns) {
    const step = sizeof<T>() * (transposeB ? ldb : 1);
    for (let j: usize = 0; j < n; j++, b += step, c += sizeof<T>())
      multiplyVector<T>(transposeA, m, k, alpha, a, lda, b, transposeB ? 1 : ldb, beta, c, ldc);
  } else if (m <= fewRows) {
    // A row of C = op(A) op(B) as a column of op(B)ᵀ op(A)ᵀ.
    const step = sizeof<T>() * (transposeA ? 1 : lda);
    for (let i: usize = 0; i < m; i++, a += step, c += ldc * sizeof<T>())
      multiplyVector<T>(!transposeB, n, k, alpha, b, ldb, a, transposeA ? lda : 1, beta, c, 1);
  } else {
    multiply<T>(false, transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  }
}

/** Lower C <- α A Aᵀ + β C with A n × k (transpose: α Aᵀ A + β C with A k × n). */
export function syrk<T>(
  transpose: bool,
  n: usize,
  k: usize,
  alpha: T,
  a: usize,
  lda: usize,
  beta: T,
  c: usize,
  ldc: usize,
): void {
  if (k == 0) for (let i: usize = 0; i < n; i++) scale<T>(i + 1, beta, c + i * ldc * sizeof<T>());
  else multiply<T>(true, transpose, !transpose, n, n, k, alpha, a, lda, a, lda, beta, c, ldc);
}
