import { multiplyVector } from "./matrix-vector";
import { multiply } from "./multiply";
import { isForTeam, multiplyTogether } from "./team";
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
    multiplyAll<T>(false, transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
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
  else multiplyAll<T>(true, transpose, !transpose, n, n, k, alpha, a, lda, a, lda, beta, c, ldc);
}

/** `multiply` of the whole of C, by all threads where it is large; half of a lower triangle is not computed. */
function multiplyAll<T>(
  lower: bool,
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
  if (isForTeam((lower ? 1.0 : 2.0) * <f64>m * <f64>n * <f64>k))
    multiplyTogether<T>(lower, transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  else multiply<T>(lower, transposeA, transposeB, 0, m, 0, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
