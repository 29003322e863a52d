import { syrk } from "./products";
import { rowDot } from "./rows";
import { half, leaf, solveRight } from "./triangular";

/**
 * Lower A = L Lᵀ in place, by halving:
 *
 *     [A11     ]   [L11    ] [L11ᵀ L21ᵀ]      L11 L11ᵀ = A11
 *     [A21 A22 ] = [L21 L22] [     L22ᵀ]      L21 = A21 L11⁻ᵀ,  L22 L22ᵀ = A22 - L21 L21ᵀ
 *
 * so that almost all of the work is products of large blocks. Returns 0, or 1 + the column whose pivot is not
 * positive and finite.
 *
 * Source: Gustavson 1997, Recursion leads to automatic variable blocking for dense linear-algebra algorithms, IBM J.
 * Res. Dev. 41, 737-755.
 */
export function cholesky(n: usize, a: usize, lda: usize): usize {
  if (n <= leaf) return choleskyLeaf(n, a, lda);
  const n1 = half(n);
  const n2 = n - n1;
  const a21 = a + n1 * lda * 8;
  const a22 = a21 + n1 * 8;
  const failed = cholesky(n1, a, lda);
  if (failed) return failed;
  solveRight(n2, n1, a, lda, a21, lda);
  syrk<f64>(false, n2, n1, -1, a21, lda, 1, a22, lda);
  const failed2 = cholesky(n2, a22, lda);
  return failed2 ? n1 + failed2 : 0;
}

/** Row after row (Cholesky-Banachiewicz), along rows only. */
function choleskyLeaf(n: usize, a: usize, lda: usize): usize {
  const stride = lda * 8;
  let row = a;
  for (let i: usize = 0; i < n; i++, row += stride) {
    let other = a;
    for (let j: usize = 0; j < i; j++, other += stride) {
      const x = load<f64>(row + j * 8) - rowDot<f64>(j, row, other);
      store<f64>(row + j * 8, x / load<f64>(other + j * 8));
    }
    const pivot = load<f64>(row + i * 8) - rowDot<f64>(i, row, row);
    if (!(pivot > 0 && pivot < Infinity)) return i + 1;
    store<f64>(row + i * 8, sqrt<f64>(pivot));
  }
  return 0;
}
