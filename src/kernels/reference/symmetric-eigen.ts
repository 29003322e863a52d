/*
 * Eigenvalues and eigenvectors of a symmetric matrix by Householder tridiagonalization and implicit QL.
 *
 *     A = Q T Qᵀ          Q orthogonal, T tridiagonal with diagonal d and subdiagonal e, e[i] = T[i, i - 1]
 *     T = Z diag(w) Zᵀ    by plane rotations
 *     V = Q Z             kept transposed, so that every inner loop runs along a row
 *
 * Source: Martin, Reinsch and Wilkinson 1968 (tred2) and Bowdler, Martin, Reinsch and Wilkinson 1968 (tql2), in
 * Wilkinson and Reinsch 1971, Handbook for Automatic Computation II, chapters 2 and 3.
 */

/** Rotations converge cubically; 30 sweeps for one eigenvalue are never needed (Handbook, tql2). */
const maxSweeps = 30;

/** A = V diag(w) Vᵀ with V in the rows of `a`; see `Kernels`. */
export function symmetricEigen(n: number, a: Float64Array, lda: number, values: Float64Array): boolean {
  const exponent = scaleToOne(n, a, lda);
  if (!Number.isFinite(exponent)) return false;
  const e = new Float64Array(n);
  tridiagonalize(n, a, lda, values, e);
  if (!diagonalize(n, values, e, a, lda)) return false;
  for (let i = 0; i < n; i++) values[i]! *= 2 ** exponent;
  sortAscending(n, values, a, lda);
  return true;
}

/** Scales lower A by a power of two, which is exact, to max |A| in [1, 2): no square over- or underflows. */
function scaleToOne(n: number, a: Float64Array, lda: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) largest = Math.max(largest, Math.abs(a[i * lda + j]!));
  if (largest === 0) return 0;
  const exponent = Math.max(Math.floor(Math.log2(largest)), -1022);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * lda + j]! /= 2 ** exponent;
  return exponent;
}

/**
 * Reduces lower A to tridiagonal form, d and e; leaves Qᵀ in `a`.
 *
 * The reflection Pᵢ = I - u uᵀ / h, i = n - 1 down to 1, clears row i left of its last element. Its u replaces
 * that row's first i elements and h stands in d[i], until Qᵀ = P₁ P₂ ⋯ Pₙ₋₁ has been multiplied out.
 */
function tridiagonalize(n: number, a: Float64Array, lda: number, d: Float64Array, e: Float64Array): void {
  for (let i = n - 1; i > 0; i--) {
    d[i] = reflectRow(i, a, lda, e);
    if (d[i]! > 0) reflectBlock(i, a, lda, d[i]!, e);
  }
  if (n > 0) e[0] = 0;
  for (let i = 0; i < n; i++) accumulate(i, a, lda, d);
}

/**
 * Turns x = A[i, 0..i) into u with P x = (0, …, 0, e[i]), |e[i]| = ‖x‖, and answers with h = uᵀu / 2: 0 if
 * there is nothing to clear.
 */
function reflectRow(i: number, a: Float64Array, lda: number, e: Float64Array): number {
  const row = i * lda;
  let head = 0;
  for (let j = 0; j < i - 1; j++) head += a[row + j]! ** 2;
  const last = a[row + i - 1]!;
  if (head === 0) {
    e[i] = last;
    return 0;
  }
  // The sign that adds magnitudes in u = x - e[i] (0, …, 0, 1).
  e[i] = last > 0 ? -Math.sqrt(head + last ** 2) : Math.sqrt(head + last ** 2);
  a[row + i - 1] = last - e[i]!;
  return head + last ** 2 - last * e[i]!;
}

/** Lower B <- P B P = B - u qᵀ - q uᵀ for the leading i × i block B, with p = B u / h, q = p - (uᵀp / 2h) u. */
function reflectBlock(i: number, a: Float64Array, lda: number, h: number, e: Float64Array): void {
  const u = (j: number) => a[i * lda + j]!;
  const q = e; // e[0..i) is not in use yet.
  for (let j = 0; j < i; j++) {
    let sum = 0;
    for (let k = 0; k < i; k++) sum += (k <= j ? a[j * lda + k]! : a[k * lda + j]!) * u(k);
    q[j] = sum / h;
  }
  let up = 0;
  for (let j = 0; j < i; j++) up += u(j) * q[j]!;
  for (let j = 0; j < i; j++) q[j]! -= (up / (2 * h)) * u(j);
  for (let j = 0; j < i; j++) for (let k = 0; k <= j; k++) a[j * lda + k]! -= u(j) * q[k]! + q[j]! * u(k);
}

/** W <- W Pᵢ for the leading i × i block W of `a`, then extends W by row and column i of the identity. */
function accumulate(i: number, a: Float64Array, lda: number, d: Float64Array): void {
  const row = i * lda;
  if (i > 0 && d[i]! > 0)
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = 0; k < i; k++) sum += a[j * lda + k]! * a[row + k]!;
      for (let k = 0; k < i; k++) a[j * lda + k]! -= (sum / d[i]!) * a[row + k]!;
    }
  d[i] = a[row + i]!;
  for (let j = 0; j < i; j++) {
    a[row + j] = 0;
    a[j * lda + i] = 0;
  }
  a[row + i] = 1;
}

/** Diagonalizes T by implicit QL and rotates the rows of `a` along; d becomes the eigenvalues, unsorted. */
function diagonalize(n: number, d: Float64Array, e: Float64Array, a: Float64Array, lda: number): boolean {
  for (let i = 1; i < n; i++) e[i - 1] = e[i]!; // From here on e[i] = T[i + 1, i].
  if (n > 0) e[n - 1] = 0;
  for (let l = 0; l < n; l++)
    for (let sweep = 0; ; sweep++) {
      const m = firstSplit(l, n, d, e);
      if (m === l) break;
      if (sweep === maxSweeps) return false;
      chase(l, m, d, e, (i, c, s) => rotateRows(n, a, i * lda, (i + 1) * lda, c, s));
    }
  return true;
}

/**
 * The first m >= l below which T falls apart, as e[m] is lost beside its neighbours on the diagonal, or beside
 * max |A| >= 1 where those are 0.
 */
function firstSplit(l: number, n: number, d: Float64Array, e: Float64Array): number {
  const isLost = (i: number) =>
    Math.abs(e[i]!) <= Number.EPSILON * (Math.abs(d[i]!) + Math.abs(d[i + 1]!) + Number.EPSILON);
  let m = l;
  while (m < n - 1 && !isLost(m)) m++;
  return m;
}

/** One implicit QL sweep with Wilkinson's shift over rows l to m of T. */
function chase(
  l: number,
  m: number,
  d: Float64Array,
  e: Float64Array,
  rotate: (i: number, c: number, s: number) => void,
): void {
  const half = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  const root = Math.hypot(half, 1);
  let g = d[m]! - d[l]! + e[l]! / (half + (half >= 0 ? root : -root));
  let [c, s, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      // T has split: undo the shift of row i + 1 and start again.
      d[i + 1]! -= p;
      e[m] = 0;
      return;
    }
    [s, c] = [f / r, g / r];
    const t = (d[i]! - (d[i + 1]! - p)) * s + 2 * c * b;
    const shifted = d[i + 1]! - p;
    p = s * t;
    d[i + 1] = shifted + p;
    g = c * t - b;
    rotate(i, c, s);
  }
  d[l]! -= p;
  e[l] = g;
  e[m] = 0;
}

/** (x, y) <- (c x - s y, s x + c y) for two rows at offsets x and y. */
function rotateRows(n: number, a: Float64Array, x: number, y: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const [xk, yk] = [a[x + k]!, a[y + k]!];
    a[x + k] = c * xk - s * yk;
    a[y + k] = s * xk + c * yk;
  }
}

/** Selection sort: at most n swaps of rows. */
function sortAscending(n: number, values: Float64Array, a: Float64Array, lda: number): void {
  for (let i = 0; i < n; i++) {
    let least = i;
    for (let j = i + 1; j < n; j++) if (values[j]! < values[least]!) least = j;
    if (least === i) continue;
    [values[i], values[least]] = [values[least]!, values[i]!];
    for (let k = 0; k < n; k++) [a[i * lda + k], a[least * lda + k]] = [a[least * lda + k]!, a[i * lda + k]!];
  }
}
