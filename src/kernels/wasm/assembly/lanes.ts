// Vectors of 128 bits for T = f32 (4 lanes) and f64 (2 lanes).

/** Numbers in a vector. */
// @ts-expect-error: decorator
@inline
export function lanes<T>(): usize {
  return 16 / sizeof<T>();
}

/** a b + c: in the relaxed build with one rounding where the processor can, otherwise with two. */
// @ts-expect-error: decorator
@inline
export function madd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  return v128.add<T>(v128.mul<T>(a, b), c);
}

/** c - a b, as `madd`. */
// @ts-expect-error: decorator
@inline
export function nmadd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_nmadd<T>(a, b, c);
  return v128.sub<T>(c, v128.mul<T>(a, b));
}

/** The sum of all lanes. */
// @ts-expect-error: decorator
@inline
export function sumLanes<T>(x: v128): T {
  if (sizeof<T>() == 8) return <T>(f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1));
  return <T>(
    (f32x4.extract_lane(x, 0) +
      f32x4.extract_lane(x, 1) +
      (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3)))
  );
}

/** Lanes of `a` where the mask is set, of `b` elsewhere. */
// @ts-expect-error: decorator
@inline
export function select<T>(mask: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, mask);
}

/** The sign bits of `x`, all other bits 0. */
// @ts-expect-error: decorator
@inline
export function signs<T>(x: v128): v128 {
  return v128.and(x, v128.splat<T>(-0.0));
}

/** c₀ + c₁ x. */
// @ts-expect-error: decorator
@inline
export function line<T>(x: v128, c0: f64, c1: f64): v128 {
  return madd<T>(x, v128.splat<T>(<T>c1), v128.splat<T>(<T>c0));
}

/**
 * c₀ + c₁ x + c₂ x² + c₃ x³. Long polynomials are cut into cubics, joined by Horner's rule in x⁴ (Estrin's scheme): in
 * Horner's rule alone each operation waits for the last, which made the exponential half as fast.
 */
// @ts-expect-error: decorator
@inline
export function cubic<T>(x: v128, square: v128, c0: f64, c1: f64, c2: f64, c3: f64): v128 {
  return madd<T>(square, line<T>(x, c2, c3), line<T>(x, c0, c1));
}
