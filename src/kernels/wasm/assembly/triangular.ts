import { nmadd } from "./lanes";
import { gemm } from "./products";
import { rowDot } from "./rows";
import { addScaled } from "./vectors";
import { scratch } from "./workspace";

// Solves with a lower triangular matrix L, float64, by halving it until a block is small:
//
//     [L1    ] [X1]   [B1]       X1 = L1⁻¹ B1
//     [L21 L2] [X2] = [B2]       X2 = L2⁻¹ (B2 - L21 X1)      the product is almost all of the work

/** Size at which L is no longer halved: 32 columns of 8 float64 and the block of L stay in the first cache. */
export const leaf: usize = 32;

/** Columns that are solved at once, in four vectors. */
const strip: usize = 8;
const stripBytes: usize = 64;

/** The larger half of n, in whole leaves. */
export function half(n: usize): usize {
  return leaf * ((n / leaf + 1) / 2);
}

/** B <- L⁻¹ B (transpose: L⁻ᵀ B) with L n × n and B n × m. */
export function solveTriangular(
  transpose: bool,
  n: usize,
  m: usize,
  l: usize,
  ldl: usize,
  b: usize,
  ldb: usize,
): void {
  if (m == 1 && ldb == 1) solveVector(transpose, n, l, ldl, b);
  else if (n <= leaf) solveLeaf(transpose, n, m, l, ldl, b, ldb);
  else {
    const n1 = half(n);
    const n2 = n - n1;
    const l21 = l + n1 * ldl * 8;
    const l2 = l21 + n1 * 8;
    const b2 = b + n1 * ldb * 8;
    if (transpose) {
      solveTriangular(true, n2, m, l2, ldl, b2, ldb);
      gemm<f64>(true, false, n1, m, n2, -1, l21, ldl, b2, ldb, 1, b, ldb);
      solveTriangular(true, n1, m, l, ldl, b, ldb);
    } else {
      solveTriangular(false, n1, m, l, ldl, b, ldb);
      gemm<f64>(false, false, n2, m, n1, -1, l21, ldl, b, ldb, 1, b2, ldb);
      solveTriangular(false, n2, m, l2, ldl, b2, ldb);
    }
  }
}

/** B <- B L⁻ᵀ with L n × n and B m × n: the rows of B are the columns of L⁻¹ Bᵀ. */
export function solveRight(m: usize, n: usize, l: usize, ldl: usize, b: usize, ldb: usize): void {
  if (n <= leaf) {
    const columns = scratch();
    for (let i: usize = 0; i < m; i += strip) {
      const count = min(strip, m - i);
      copyStrip(true, n, count, b + i * ldb * 8, ldb, columns);
      solveStrip(n, l, ldl, columns, stripBytes);
      copyStripBack(true, n, count, columns, b + i * ldb * 8, ldb);
    }
    return;
  }
  const n1 = half(n);
  const l21 = l + n1 * ldl * 8;
  const b2 = b + n1 * 8;
  solveRight(m, n1, l, ldl, b, ldb);
  gemm<f64>(false, true, m, n - n1, n1, -1, b, ldb, l21, ldl, 1, b2, ldb);
  solveRight(m, n - n1, l21 + n1 * 8, ldl, b2, ldb);
}

/** One right-hand side in contiguous memory: every row of L is read once, in a dot product or an update. */
function solveVector(transpose: bool, n: usize, l: usize, ldl: usize, b: usize): void {
  if (transpose)
    for (let i = n; i-- > 0; ) {
      const row = l + i * ldl * 8;
      const x = load<f64>(b + i * 8) / load<f64>(row + i * 8);
      store<f64>(b + i * 8, x);
      addScaled<f64>(i, -x, row, b);
    }
  else
    for (let i: usize = 0; i < n; i++) {
      const row = l + i * ldl * 8;
      store<f64>(b + i * 8, (load<f64>(b + i * 8) - rowDot<f64>(i, row, b)) / load<f64>(row + i * 8));
    }
}

function solveLeaf(transpose: bool, n: usize, m: usize, l: usize, ldl: usize, b: usize, ldb: usize): void {
  for (let j: usize = 0; j < m; j += strip, b += stripBytes) {
    if (m - j >= strip) {
      if (transpose) solveStripTransposed(n, l, ldl, b, ldb * 8);
      else solveStrip(n, l, ldl, b, ldb * 8);
      continue;
    }
    copyStrip(false, n, m - j, b, ldb, scratch());
    if (transpose) solveStripTransposed(n, l, ldl, scratch(), stripBytes);
    else solveStrip(n, l, ldl, scratch(), stripBytes);
    copyStripBack(false, n, m - j, scratch(), b, ldb);
  }
}

/** X <- L⁻¹ X for 8 columns; rows of X `stride` bytes apart. */
function solveStrip(n: usize, l: usize, ldl: usize, x: usize, stride: usize): void {
  let row = x;
  for (let i: usize = 0; i < n; i++, row += stride, l += ldl * 8)
    solveRow(0, i, l, 8, l + i * 8, x, row, stride);
}

/** X <- L⁻ᵀ X for 8 columns, from the last row up. */
function solveStripTransposed(n: usize, l: usize, ldl: usize, x: usize, stride: usize): void {
  for (let i = n; i-- > 0; )
    solveRow(i + 1, n, l + i * 8, ldl * 8, l + i * (ldl + 1) * 8, x, x + i * stride, stride);
}

/** row <- (row - Σ_k l[k] X[k, :]) / pivot for start <= k < end, with l[k] `lStride` bytes apart. */
// @ts-expect-error: decorator
@inline
function solveRow(
  start: usize,
  end: usize,
  l: usize,
  lStride: usize,
  pivot: usize,
  x: usize,
  row: usize,
  stride: usize,
): void {
  let x0 = v128.load(row);
  let x1 = v128.load(row, 16);
  let x2 = v128.load(row, 32);
  let x3 = v128.load(row, 48);
  let xk = x + start * stride;
  let lk = l + start * lStride;
  for (let k = start; k < end; k++, xk += stride, lk += lStride) {
    const factor = v128.load64_splat(lk);
    x0 = nmadd<f64>(factor, v128.load(xk), x0);
    x1 = nmadd<f64>(factor, v128.load(xk, 16), x1);
    x2 = nmadd<f64>(factor, v128.load(xk, 32), x2);
    x3 = nmadd<f64>(factor, v128.load(xk, 48), x3);
  }
  const divisor = v128.load64_splat(pivot);
  v128.store(row, f64x2.div(x0, divisor));
  v128.store(row, f64x2.div(x1, divisor), 16);
  v128.store(row, f64x2.div(x2, divisor), 32);
  v128.store(row, f64x2.div(x3, divisor), 48);
}

/** out (n × 8) <- b (n × count) or, transposed, b (count × n); missing columns are 0. */
function copyStrip(transpose: bool, n: usize, count: usize, b: usize, ldb: usize, out: usize): void {
  memory.fill(out, 0, n * stripBytes);
  for (let k: usize = 0; k < n; k++)
    for (let j: usize = 0; j < count; j++)
      store<f64>(out + k * stripBytes + j * 8, load<f64>(b + 8 * (transpose ? j * ldb + k : k * ldb + j)));
}

/** The way back of `copyStrip`. */
function copyStripBack(transpose: bool, n: usize, count: usize, x: usize, b: usize, ldb: usize): void {
  for (let k: usize = 0; k < n; k++)
    for (let j: usize = 0; j < count; j++)
      store<f64>(b + 8 * (transpose ? j * ldb + k : k * ldb + j), load<f64>(x + k * stripBytes + j * 8));
}
