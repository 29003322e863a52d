import { roundingShift } from "./exponential";
import { lanes, madd, nmadd, select, signs } from "./lanes";

/** Largest |z| whose multiple of π/2 can be subtracted in three parts; beyond it each lane is computed alone. */
// @ts-expect-error: decorator
@inline
function limit<T>(): T {
  return <T>(sizeof<T>() == 4 ? 8192.0 : 1647099.0);
}

/** One vector of the sine: σ = sin z, σ' = cos z, σ'' = -sin z. */
// @ts-expect-error: decorator
@inline
export function sineVector<T>(z: v128, a: usize, slope: usize, curvature: usize): void {
  if (v128.any_true(v128.gt<T>(v128.abs<T>(z), v128.splat<T>(limit<T>())))) {
    sineLanes<T>(z, a, slope, curvature);
    return;
  }
  const q = v128.add<T>(
    v128.mul<T>(z, v128.splat<T>(<T>0.6366197723675814)),
    v128.splat<T>(roundingShift<T>()),
  );
  const r = restOfQuarters<T>(z, v128.sub<T>(q, v128.splat<T>(roundingShift<T>())));
  const square = v128.mul<T>(r, r);
  const sine = sineOfRest<T>(r, square);
  const cosine = cosineOfRest<T>(square);
  const swapped = isOdd<T>(q);
  // Quarter turns q = 0, 1, 2, 3: sin z = s, c, -s, -c and cos z = c, -s, -c, s.
  const y = v128.xor(select<T>(swapped, cosine, sine), secondBitAsSign<T>(q));
  if (slope) v128.store(slope, v128.xor(select<T>(swapped, sine, cosine), secondBitAsSign<T>(next<T>(q))));
  if (curvature) v128.store(curvature, v128.neg<T>(y));
  v128.store(a, y);
}

/**
 * z - n π/2 with π/2 in three parts, of which the products of the first two with n are exact. Their bits: cephes
 * sinf for float32, fdlibm e_rem_pio2 for float64.
 */
// @ts-expect-error: decorator
@inline
function restOfQuarters<T>(z: v128, n: v128): v128 {
  const p1 = v128.splat<T>(<T>(sizeof<T>() == 4 ? 1.5703125 : 1.57079632673412561417));
  const p2 = v128.splat<T>(<T>(sizeof<T>() == 4 ? 4.837512969970703125e-4 : 6.0771005063039659766e-11));
  const p3 = v128.splat<T>(<T>(sizeof<T>() == 4 ? 7.54978995489188216e-8 : 2.02226624879595063154e-21));
  return nmadd<T>(n, p3, nmadd<T>(n, p2, nmadd<T>(n, p1, z)));
}

/** sin r for |r| <= π/4; minimax coefficients of cephes sinf and of fdlibm k_sin. */
// @ts-expect-error: decorator
@inline
function sineOfRest<T>(r: v128, square: v128): v128 {
  let sum: v128;
  if (sizeof<T>() == 4) {
    sum = v128.splat<T>(<T>-1.9515295891e-4);
    sum = madd<T>(sum, square, v128.splat<T>(<T>8.3321608736e-3));
    sum = madd<T>(sum, square, v128.splat<T>(<T>-1.6666654611e-1));
  } else {
    sum = v128.splat<T>(<T>1.58969099521155010221e-10);
    sum = madd<T>(sum, square, v128.splat<T>(<T>-2.50507602534068634195e-8));
    sum = madd<T>(sum, square, v128.splat<T>(<T>2.75573137070700676789e-6));
    sum = madd<T>(sum, square, v128.splat<T>(<T>-1.98412698298579493134e-4));
    sum = madd<T>(sum, square, v128.splat<T>(<T>8.33333333332248946124e-3));
    sum = madd<T>(sum, square, v128.splat<T>(<T>-1.66666666666666324348e-1));
  }
  return madd<T>(v128.mul<T>(r, square), sum, r);
}

/** cos r for |r| <= π/4, from its square; minimax coefficients of cephes cosf and of fdlibm k_cos. */
// @ts-expect-error: decorator
@inline
function cosineOfRest<T>(square: v128): v128 {
  let sum: v128;
  if (sizeof<T>() == 4) {
    sum = v128.splat<T>(<T>2.443315711809948e-5);
    sum = madd<T>(sum, square, v128.splat<T>(<T>-1.388731625493765e-3));
    sum = madd<T>(sum, square, v128.splat<T>(<T>4.166664568298827e-2));
  } else {
    sum = v128.splat<T>(<T>-1.13596475577881948265e-11);
    sum = madd<T>(sum, square, v128.splat<T>(<T>2.0875723212981748279e-9));
    sum = madd<T>(sum, square, v128.splat<T>(<T>-2.75573143513906633035e-7));
    sum = madd<T>(sum, square, v128.splat<T>(<T>2.48015872894767294178e-5));
    sum = madd<T>(sum, square, v128.splat<T>(<T>-1.38888888888741095749e-3));
    sum = madd<T>(sum, square, v128.splat<T>(<T>4.16666666666666019037e-2));
  }
  const half = nmadd<T>(square, v128.splat<T>(0.5), v128.splat<T>(1));
  return madd<T>(v128.mul<T>(square, square), sum, half);
}

// The quarter turns stand as integers in the lowest bits of each lane.

// @ts-expect-error: decorator
@inline
function isOdd<T>(q: v128): v128 {
  if (sizeof<T>() == 4) return i32x4.eq(v128.and(q, i32x4.splat(1)), i32x4.splat(1));
  return i64x2.eq(v128.and(q, i64x2.splat(1)), i64x2.splat(1));
}

// @ts-expect-error: decorator
@inline
function next<T>(q: v128): v128 {
  if (sizeof<T>() == 4) return i32x4.add(q, i32x4.splat(1));
  return i64x2.add(q, i64x2.splat(1));
}

// @ts-expect-error: decorator
@inline
function secondBitAsSign<T>(q: v128): v128 {
  return signs<T>(sizeof<T>() == 4 ? i32x4.shl(q, 30) : i64x2.shl(q, 62));
}

/** A vector with a large |z|, lane by lane with the exact reduction of the standard library. */
function sineLanes<T>(z: v128, a: usize, slope: usize, curvature: usize): void {
  // `a` may be where z came from: z is a copy already, and is written there first.
  v128.store(a, z);
  for (let i: usize = 0; i < lanes<T>(); i++) {
    const offset = i * sizeof<T>();
    const x = load<T>(a + offset);
    const y = sizeof<T>() == 4 ? <T>NativeMathf.sin(<f32>x) : <T>NativeMath.sin(<f64>x);
    if (slope)
      store<T>(slope + offset, sizeof<T>() == 4 ? <T>NativeMathf.cos(<f32>x) : <T>NativeMath.cos(<f64>x));
    if (curvature) store<T>(curvature + offset, -y);
    store<T>(a + offset, y);
  }
}
