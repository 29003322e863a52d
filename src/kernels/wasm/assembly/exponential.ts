import { cubic, line, madd, nmadd } from "./lanes";

// exp x = 2ᵏ exp r with k = round(x / ln 2), |r| <= ln 2 / 2, for x <= 0: no activation needs another.
//
// The parts are kept apart, p = exp r - 1 and s = 2ᵏ, since exp x = s p + s and exp x - 1 = s p + (s - 1) are then
// both accurate to 2 ulp, also where x is close to 0.

/** 1.5 · 2^(bits of the mantissa): adding it leaves the integer nearest to x in the lowest bits. */
// @ts-expect-error: decorator
@inline
export function roundingShift<T>(): T {
  return <T>(sizeof<T>() == 4 ? 12582912.0 : 6755399441055744.0);
}

/** `roundingShift` and the bias of an exponent: then the lowest bits are those of the exponent of 2ᵏ. */
// @ts-expect-error: decorator
@inline
function exponentShift<T>(): T {
  return roundingShift<T>() + <T>(sizeof<T>() == 4 ? 127 : 1023);
}

/** Just above -127 ln 2 and -1023 ln 2: k is there so low that the bits of 2ᵏ are those of 0, and exp x is 0. */
// @ts-expect-error: decorator
@inline
function lowest<T>(): T {
  return <T>(sizeof<T>() == 4 ? -88.0 : -709.0);
}

/** k = round(x / ln 2) and its bias in the lowest bits of each lane; x <= 0. */
// @ts-expect-error: decorator
@inline
export function exponent<T>(x: v128): v128 {
  // pmax(a, b) is a < b ? b : a, and so keeps a NaN in a.
  const bounded = v128.pmax<T>(x, v128.splat<T>(lowest<T>()));
  return madd<T>(bounded, v128.splat<T>(<T>1.4426950408889634), v128.splat<T>(exponentShift<T>()));
}

/** 2ᵏ, or 0 where exp x underflows. */
// @ts-expect-error: decorator
@inline
export function powerOfTwo<T>(k: v128): v128 {
  return sizeof<T>() == 4 ? i32x4.shl(k, 23) : i64x2.shl(k, 52);
}

/**
 * exp r - 1: for float64 by its Taylor series of degree 13, of which the next term is below 0.1 ulp; for float32 as
 * r + r² q(r), q of degree 4 through the Chebyshev nodes, relative error 0.21 · 2⁻²³.
 * ln 2 is subtracted in two parts, of which the first has so few bits that its product with k is exact
 * (Cody and Waite 1980, Software Manual for the Elementary Functions, chapter 6).
 */
// @ts-expect-error: decorator
@inline
export function expm1OfRest<T>(x: v128, k: v128): v128 {
  const n = v128.sub<T>(k, v128.splat<T>(exponentShift<T>()));
  const head = v128.splat<T>(<T>(sizeof<T>() == 4 ? 0.693359375 : 6.9314718036912381649e-1));
  const rest = v128.splat<T>(<T>(sizeof<T>() == 4 ? -2.12194440054690583e-4 : 1.90821492927058770002e-10));
  const r = nmadd<T>(n, rest, nmadd<T>(n, head, v128.pmax<T>(x, v128.splat<T>(lowest<T>()))));
  const square = v128.mul<T>(r, r);
  if (sizeof<T>() == 4) {
    const far = madd<T>(
      square,
      v128.splat<T>(<T>0.0013926183587875884),
      line<T>(r, 0.04166655461720141, 0.008363179052728216),
    );
    return madd<T>(square, madd<T>(square, far, line<T>(r, 0.5, 0.1666657698969869)), r);
  }
  // Below 2⁻⁵⁰ the fourth power does not count, but its products would be subnormal numbers, which are slow.
  const bounded = v128.pmax<T>(square, v128.splat<T>(<T>8.881784197001252e-16));
  const fourth = v128.mul<T>(bounded, bounded);
  let sum = cubic<T>(r, square, 1.0 / 3628800.0, 1.0 / 39916800.0, 1.0 / 479001600.0, 1.0 / 6227020800.0);
  sum = madd<T>(sum, fourth, cubic<T>(r, square, 1.0 / 720.0, 1.0 / 5040.0, 1.0 / 40320.0, 1.0 / 362880.0));
  sum = madd<T>(sum, fourth, cubic<T>(r, square, 1.0 / 2.0, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0));
  return madd<T>(square, sum, r);
}

/** exp x for x <= 0. */
// @ts-expect-error: decorator
@inline
export function exp<T>(x: v128): v128 {
  const k = exponent<T>(x);
  const s = powerOfTwo<T>(k);
  return madd<T>(s, expm1OfRest<T>(x, k), s);
}

/**
 * log(1 + x) for 0 <= x <= 1, as 2 artanh w = 2 w (1 + w²/3 + w⁴/5 + …) with w = x / (2 + x) <= 1/3; up to w¹⁷ for
 * float32 and w³³ for float64 the rest is below 0.1 ulp.
 */
// @ts-expect-error: decorator
@inline
export function log1p<T>(x: v128): v128 {
  const w = v128.div<T>(x, v128.add<T>(x, v128.splat<T>(2)));
  // Below 2⁻¹⁵ or 2⁻³⁰ the powers of w do not count, and are kept from becoming subnormal.
  const least: T = <T>(sizeof<T>() == 4 ? 3.0517578125e-5 : 9.313225746154785e-10);
  const bounded = v128.pmax<T>(w, v128.splat<T>(least));
  const square = v128.mul<T>(bounded, bounded);
  const fourth = v128.mul<T>(square, square);
  const eighth = v128.mul<T>(fourth, fourth);
  let sum = cubic<T>(square, fourth, 1.0 / 11.0, 1.0 / 13.0, 1.0 / 15.0, 1.0 / 17.0);
  if (sizeof<T>() == 8) {
    let far = cubic<T>(square, fourth, 1.0 / 27.0, 1.0 / 29.0, 1.0 / 31.0, 1.0 / 33.0);
    far = madd<T>(far, eighth, cubic<T>(square, fourth, 1.0 / 19.0, 1.0 / 21.0, 1.0 / 23.0, 1.0 / 25.0));
    sum = madd<T>(far, eighth, sum);
  }
  sum = madd<T>(sum, eighth, cubic<T>(square, fourth, 1.0 / 3.0, 1.0 / 5.0, 1.0 / 7.0, 1.0 / 9.0));
  return v128.mul<T>(v128.add<T>(w, w), madd<T>(sum, square, v128.splat<T>(1)));
}
