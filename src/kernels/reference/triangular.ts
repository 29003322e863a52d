/** Lower A = L Lᵀ in place, column after column (Cholesky-Crout); see `Kernels`. */
export function cholesky(n: number, a: Float64Array, lda: number): number {
  for (let j = 0; j < n; j++) {
    const pivot = a[j * lda + j]! - rowProduct(a, j * lda, j * lda, j);
    if (!(pivot > 0 && pivot < Number.POSITIVE_INFINITY)) return j + 1;
    a[j * lda + j] = Math.sqrt(pivot);
    for (let i = j + 1; i < n; i++)
      a[i * lda + j] = (a[i * lda + j]! - rowProduct(a, i * lda, j * lda, j)) / a[j * lda + j]!;
  }
  return 0;
}

/** Σ_k a[x + k] a[y + k] for k < count. */
function rowProduct(a: Float64Array, x: number, y: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += a[x + k]! * a[y + k]!;
  return sum;
}

/** B <- L⁻¹ B by forward or L⁻ᵀ B by backward substitution; see `Kernels`. */
export function solveTriangular(
  transpose: boolean,
  n: number,
  m: number,
  l: Float64Array,
  ldl: number,
  b: Float64Array,
  ldb: number,
): void {
  for (let step = 0; step < n; step++) {
    const i = transpose ? n - 1 - step : step;
    for (let j = 0; j < m; j++) {
      let sum = b[i * ldb + j]!;
      if (transpose) for (let k = i + 1; k < n; k++) sum -= l[k * ldl + i]! * b[k * ldb + j]!;
      else for (let k = 0; k < i; k++) sum -= l[i * ldl + k]! * b[k * ldb + j]!;
      b[i * ldb + j] = sum / l[i * ldl + i]!;
    }
  }
}
