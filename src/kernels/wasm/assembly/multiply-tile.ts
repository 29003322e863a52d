import { madd } from "./lanes";
import { tileRows } from "./workspace";

/**
 * C <- α A B + β C for one tile, 6 rows × 2 vectors: 6 × 8 float32 or 6 × 4 float64.
 *
 * a: packed panel of A, k × 6; b: packed panel of B, k × 2 vectors; c: the tile, its rows ldc numbers apart.
 * overwrite ignores C (and β), also NaN in it.
 *
 * Longer than a function should be: the 12 accumulators stay in registers only as locals that are written
 * out, and nothing can hold them in a loop. 12 accumulators, two vectors of B and one number of A are what 16
 * registers hold. k is unrolled by 4.
 */
export function multiplyTile<T>(
  k: usize,
  a: usize,
  b: usize,
  alpha: T,
  beta: T,
  c: usize,
  ldc: usize,
  overwrite: bool,
): void {
  let c00 = v128.splat<T>(0);
  let c01 = v128.splat<T>(0);
  let c10 = v128.splat<T>(0);
  let c11 = v128.splat<T>(0);
  let c20 = v128.splat<T>(0);
  let c21 = v128.splat<T>(0);
  let c30 = v128.splat<T>(0);
  let c31 = v128.splat<T>(0);
  let c40 = v128.splat<T>(0);
  let c41 = v128.splat<T>(0);
  let c50 = v128.splat<T>(0);
  let c51 = v128.splat<T>(0);
  let b0: v128;
  let b1: v128;
  let x: v128;
  for (; k >= 4; k -= 4) {
    b0 = v128.load(b, 0);
    b1 = v128.load(b, 16);
    x = v128.load_splat<T>(a, 0 * sizeof<T>());
    c00 = madd<T>(x, b0, c00);
    c01 = madd<T>(x, b1, c01);
    x = v128.load_splat<T>(a, 1 * sizeof<T>());
    c10 = madd<T>(x, b0, c10);
    c11 = madd<T>(x, b1, c11);
    x = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = madd<T>(x, b0, c20);
    c21 = madd<T>(x, b1, c21);
    x = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = madd<T>(x, b0, c30);
    c31 = madd<T>(x, b1, c31);
    x = v128.load_splat<T>(a, 4 * sizeof<T>());
    c40 = madd<T>(x, b0, c40);
    c41 = madd<T>(x, b1, c41);
    x = v128.load_splat<T>(a, 5 * sizeof<T>());
    c50 = madd<T>(x, b0, c50);
    c51 = madd<T>(x, b1, c51);
    b0 = v128.load(b, 32);
    b1 = v128.load(b, 48);
    x = v128.load_splat<T>(a, 6 * sizeof<T>());
    c00 = madd<T>(x, b0, c00);
    c01 = madd<T>(x, b1, c01);
    x = v128.load_splat<T>(a, 7 * sizeof<T>());
    c10 = madd<T>(x, b0, c10);
    c11 = madd<T>(x, b1, c11);
    x = v128.load_splat<T>(a, 8 * sizeof<T>());
    c20 = madd<T>(x, b0, c20);
    c21 = madd<T>(x, b1, c21);
    x = v128.load_splat<T>(a, 9 * sizeof<T>());
    c30 = madd<T>(x, b0, c30);
    c31 = madd<T>(x, b1, c31);
    x = v128.load_splat<T>(a, 10 * sizeof<T>());
    c40 = madd<T>(x, b0, c40);
    c41 = madd<T>(x, b1, c41);
    x = v128.load_splat<T>(a, 11 * sizeof<T>());
    c50 = madd<T>(x, b0, c50);
    c51 = madd<T>(x, b1, c51);
    b0 = v128.load(b, 64);
    b1 = v128.load(b, 80);
    x = v128.load_splat<T>(a, 12 * sizeof<T>());
    c00 = madd<T>(x, b0, c00);
    c01 = madd<T>(x, b1, c01);
    x = v128.load_splat<T>(a, 13 * sizeof<T>());
    c10 = madd<T>(x, b0, c10);
    c11 = madd<T>(x, b1, c11);
    x = v128.load_splat<T>(a, 14 * sizeof<T>());
    c20 = madd<T>(x, b0, c20);
    c21 = madd<T>(x, b1, c21);
    x = v128.load_splat<T>(a, 15 * sizeof<T>());
    c30 = madd<T>(x, b0, c30);
    c31 = madd<T>(x, b1, c31);
    x = v128.load_splat<T>(a, 16 * sizeof<T>());
    c40 = madd<T>(x, b0, c40);
    c41 = madd<T>(x, b1, c41);
    x = v128.load_splat<T>(a, 17 * sizeof<T>());
    c50 = madd<T>(x, b0, c50);
    c51 = madd<T>(x, b1, c51);
    b0 = v128.load(b, 96);
    b1 = v128.load(b, 112);
    x = v128.load_splat<T>(a, 18 * sizeof<T>());
    c00 = madd<T>(x, b0, c00);
    c01 = madd<T>(x, b1, c01);
    x = v128.load_splat<T>(a, 19 * sizeof<T>());
    c10 = madd<T>(x, b0, c10);
    c11 = madd<T>(x, b1, c11);
    x = v128.load_splat<T>(a, 20 * sizeof<T>());
    c20 = madd<T>(x, b0, c20);
    c21 = madd<T>(x, b1, c21);
    x = v128.load_splat<T>(a, 21 * sizeof<T>());
    c30 = madd<T>(x, b0, c30);
    c31 = madd<T>(x, b1, c31);
    x = v128.load_splat<T>(a, 22 * sizeof<T>());
    c40 = madd<T>(x, b0, c40);
    c41 = madd<T>(x, b1, c41);
    x = v128.load_splat<T>(a, 23 * sizeof<T>());
    c50 = madd<T>(x, b0, c50);
    c51 = madd<T>(x, b1, c51);
    a += 4 * tileRows * sizeof<T>();
    b += 4 * 32;
  }
  for (; k > 0; k--) {
    b0 = v128.load(b, 0);
    b1 = v128.load(b, 16);
    x = v128.load_splat<T>(a, 0 * sizeof<T>());
    c00 = madd<T>(x, b0, c00);
    c01 = madd<T>(x, b1, c01);
    x = v128.load_splat<T>(a, 1 * sizeof<T>());
    c10 = madd<T>(x, b0, c10);
    c11 = madd<T>(x, b1, c11);
    x = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = madd<T>(x, b0, c20);
    c21 = madd<T>(x, b1, c21);
    x = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = madd<T>(x, b0, c30);
    c31 = madd<T>(x, b1, c31);
    x = v128.load_splat<T>(a, 4 * sizeof<T>());
    c40 = madd<T>(x, b0, c40);
    c41 = madd<T>(x, b1, c41);
    x = v128.load_splat<T>(a, 5 * sizeof<T>());
    c50 = madd<T>(x, b0, c50);
    c51 = madd<T>(x, b1, c51);
    a += tileRows * sizeof<T>();
    b += 32;
  }

  const alphas = v128.splat<T>(alpha);
  const betas = v128.splat<T>(beta);
  const stride = ldc * sizeof<T>();
  storeRow<T>(c, c00, c01, alphas, betas, overwrite);
  c += stride;
  storeRow<T>(c, c10, c11, alphas, betas, overwrite);
  c += stride;
  storeRow<T>(c, c20, c21, alphas, betas, overwrite);
  c += stride;
  storeRow<T>(c, c30, c31, alphas, betas, overwrite);
  c += stride;
  storeRow<T>(c, c40, c41, alphas, betas, overwrite);
  c += stride;
  storeRow<T>(c, c50, c51, alphas, betas, overwrite);
}

/** One row of the tile: c <- α x + β c. */
// @ts-expect-error: decorator
@inline
function storeRow<T>(c: usize, x0: v128, x1: v128, alpha: v128, beta: v128, overwrite: bool): void {
  let y0 = v128.mul<T>(alpha, x0);
  let y1 = v128.mul<T>(alpha, x1);
  if (!overwrite) {
    y0 = madd<T>(beta, v128.load(c), y0);
    y1 = madd<T>(beta, v128.load(c, 16), y1);
  }
  v128.store(c, y0);
  v128.store(c, y1, 16);
}
