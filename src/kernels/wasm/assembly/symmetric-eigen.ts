import { diagonalize } from "./diagonalize";
import { addScaled, dot, scale } from "./vectors";
import { packedB } from "./workspace";

// The same scheme as src/kernels/reference/symmetric-eigen.ts, where it is derived, with every loop along a row:
//
//     A = Q T Qᵀ by Householder reflections,  T = Z diag(w) Zᵀ by plane rotations,  (Q Z)ᵀ in the rows of `a`.

/** A = V diag(w) Vᵀ with V in the rows of `a` and w ascending in `values`; false if it did not converge. */
export function symmetricEigen(n: usize, a: usize, lda: usize, values: usize): bool {
  if (n == 0) return true;
  const factor = powerOfTwoAbove(n, a, lda);
  if (factor == 0) return false;
  for (let i: usize = 0; i < n; i++) scale<f64>(i + 1, 1 / factor, a + i * lda * 8);
  const e = packedB();
  tridiagonalize(n, a, lda, values, e);
  if (!diagonalize(n, values, e, a, lda)) return false;
  scale<f64>(n, factor, values);
  sortAscending(n, values, a, lda);
  return true;
}

/**
 * 2ᵏ with max |A| / 2ᵏ in [1, 2), within the normal numbers; 1 if A is 0, and 0 if it holds a number that is not
 * finite. Dividing by it is exact and keeps squares from over- and underflow.
 */
function powerOfTwoAbove(n: usize, a: usize, lda: usize): f64 {
  let largest: f64 = 0;
  for (let i: usize = 0; i < n; i++)
    for (let j: usize = 0; j <= i; j++)
      largest = max<f64>(largest, abs<f64>(load<f64>(a + (i * lda + j) * 8)));
  if (!(largest < Infinity)) return 0;
  if (largest == 0) return 1;
  // 1 / 2ᵏ must be normal, too.
  const exponent = (reinterpret<u64>(largest) >> 52) & 0x7ff;
  return reinterpret<f64>(min<u64>(max<u64>(exponent, 2), 2044) << 52);
}

/** Reduces lower A to T with diagonal d and subdiagonal e, e[i] = T[i, i - 1]; leaves Qᵀ in `a`. */
function tridiagonalize(n: usize, a: usize, lda: usize, d: usize, e: usize): void {
  for (let i = n - 1; i > 0; i--) {
    const h = reflectRow(i, a + i * lda * 8, e);
    store<f64>(d + i * 8, h);
    if (h > 0) reflectBlock(i, a, lda, h, e);
  }
  store<f64>(e, 0);
  for (let i: usize = 0; i < n; i++) accumulate(i, a, lda, d + i * 8);
}

/** Turns the first i numbers of a row into u, writes e[i], returns h = uᵀu / 2. */
function reflectRow(i: usize, row: usize, e: usize): f64 {
  const head = dot<f64>(i - 1, row, row);
  const end = row + (i - 1) * 8;
  const last = load<f64>(end);
  if (head == 0) {
    store<f64>(e + i * 8, last);
    return 0;
  }
  const square = head + last * last;
  const ei = last > 0 ? -sqrt<f64>(square) : sqrt<f64>(square);
  store<f64>(e + i * 8, ei);
  store<f64>(end, last - ei);
  return square - last * ei;
}

/** Lower B <- B - u qᵀ - q uᵀ with p = B u / h, q = p - (uᵀp / 2h) u; q takes the place of e[0..i). */
function reflectBlock(i: usize, a: usize, lda: usize, h: f64, q: usize): void {
  const u = a + i * lda * 8;
  memory.fill(q, 0, i * 8);
  let row = a;
  for (let j: usize = 0; j < i; j++, row += lda * 8) {
    // Row j of lower B is also column j of its upper half.
    const uj = load<f64>(u + j * 8);
    const sum = dot<f64>(j, row, u) + load<f64>(row + j * 8) * uj;
    addScaled<f64>(j, uj, row, q);
    store<f64>(q + j * 8, load<f64>(q + j * 8) + sum);
  }
  scale<f64>(i, 1 / h, q);
  addScaled<f64>(i, -dot<f64>(i, u, q) / (2 * h), u, q);
  row = a;
  for (let j: usize = 0; j < i; j++, row += lda * 8) {
    addScaled<f64>(j + 1, -load<f64>(u + j * 8), q, row);
    addScaled<f64>(j + 1, -load<f64>(q + j * 8), u, row);
  }
}

/** W <- W (I - u uᵀ / h) for the leading i × i block W, then extends W by row and column i of the identity. */
function accumulate(i: usize, a: usize, lda: usize, d: usize): void {
  const u = a + i * lda * 8;
  const h = load<f64>(d);
  if (i > 0 && h > 0)
    for (let j: usize = 0; j < i; j++) {
      const row = a + j * lda * 8;
      addScaled<f64>(i, -dot<f64>(i, row, u) / h, u, row);
    }
  store<f64>(d, load<f64>(u + i * 8));
  memory.fill(u, 0, i * 8);
  for (let j: usize = 0; j < i; j++) store<f64>(a + (j * lda + i) * 8, 0);
  store<f64>(u + i * 8, 1);
}

/** Selection sort: at most n swaps of rows. */
function sortAscending(n: usize, values: usize, a: usize, lda: usize): void {
  for (let i: usize = 0; i < n; i++) {
    let least = i;
    for (let j = i + 1; j < n; j++) if (load<f64>(values + j * 8) < load<f64>(values + least * 8)) least = j;
    if (least == i) continue;
    swap(1, values + i * 8, values + least * 8);
    swap(n, a + i * lda * 8, a + least * lda * 8);
  }
}

function swap(n: usize, x: usize, y: usize): void {
  for (let k: usize = 0; k < n * 8; k += 8) {
    const xk = load<f64>(x + k);
    store<f64>(x + k, load<f64>(y + k));
    store<f64>(y + k, xk);
  }
}
