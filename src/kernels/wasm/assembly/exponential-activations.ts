import { exp, expm1OfRest, exponent, log1p, powerOfTwo } from "./exponential";
import { cubic, line, madd, nmadd, select, signs } from "./lanes";

// One vector of each activation that is made of exponentials. `a`, `slope` and `curvature` are addresses, 0 where
// not wanted. Relative errors, in units of ε = 2⁻²³ or 2⁻⁵²: σ within 4, σ' within 6, σ'' within 8, of the sum of the
// magnitudes of the terms where a formula has several. Below the least normal number results are 0.
//
// E = exp(-|z|) and e = exp(-|z|) - 1 (with 2|z| for tanh) neither overflow nor cancel.

/** With d = -e: tanh |z| = d / (2 - d), σ' = 1 / cosh² z = 4 E / (2 - d)², σ'' = -2 tanh z σ'. */
// @ts-expect-error: decorator
@inline
export function tanhVector<T>(z: v128, a: usize, slope: usize, curvature: usize): void {
  const x = v128.mul<T>(v128.abs<T>(z), v128.splat<T>(-2));
  const k = exponent<T>(x);
  const s = powerOfTwo<T>(k);
  const p = expm1OfRest<T>(x, k);
  const d = nmadd<T>(s, p, v128.sub<T>(v128.splat<T>(1), s));
  const inverse = v128.div<T>(v128.splat<T>(1), v128.sub<T>(v128.splat<T>(2), d));
  const y = v128.xor(v128.mul<T>(d, inverse), signs<T>(z));
  v128.store(a, y);
  if (!(slope | curvature)) return;
  const twice = v128.add<T>(inverse, inverse);
  const first = v128.mul<T>(v128.mul<T>(madd<T>(s, p, s), twice), twice);
  if (slope) v128.store(slope, first);
  if (curvature) v128.store(curvature, v128.mul<T>(v128.mul<T>(y, v128.splat<T>(-2)), first));
}

/** σ = q or E q with q = 1 / (1 + E), σ' = E q², σ'' = -tanh(z/2) σ' = ±e q σ'. */
// @ts-expect-error: decorator
@inline
export function sigmoidVector<T>(z: v128, a: usize, slope: usize, curvature: usize): void {
  const x = v128.neg<T>(v128.abs<T>(z));
  const k = exponent<T>(x);
  const s = powerOfTwo<T>(k);
  const p = expm1OfRest<T>(x, k);
  const E = madd<T>(s, p, s);
  const q = v128.div<T>(v128.splat<T>(1), v128.add<T>(E, v128.splat<T>(1)));
  const Eq = v128.mul<T>(E, q);
  v128.store(a, select<T>(v128.lt<T>(z, v128.splat<T>(0)), Eq, q));
  const d = v128.mul<T>(Eq, q);
  if (slope) v128.store(slope, d);
  if (!curvature) return;
  const e = madd<T>(s, p, v128.sub<T>(s, v128.splat<T>(1)));
  v128.store(curvature, v128.xor(v128.mul<T>(v128.mul<T>(e, q), d), signs<T>(z)));
}

/** Beyond this |z| every exp(-|z|) and exp(-z²/2) is 0 here; bounding z by it avoids 0 · ∞. */
// @ts-expect-error: decorator
@inline
function bound<T>(z: v128): v128 {
  const limit: T = <T>(sizeof<T>() == 4 ? 100 : 800);
  return v128.pmin<T>(v128.pmax<T>(z, v128.splat<T>(-limit)), v128.splat<T>(limit));
}

/** With the sigmoid s and its slope d: σ = z s, σ' = s + z d, σ'' = d (2 - z tanh(z/2)) = d (2 + |z| e q). */
// @ts-expect-error: decorator
@inline
export function siluVector<T>(z: v128, a: usize, slope: usize, curvature: usize): void {
  const bounded = bound<T>(z);
  const x = v128.neg<T>(v128.abs<T>(z));
  const k = exponent<T>(x);
  const s = powerOfTwo<T>(k);
  const p = expm1OfRest<T>(x, k);
  const E = madd<T>(s, p, s);
  const q = v128.div<T>(v128.splat<T>(1), v128.add<T>(E, v128.splat<T>(1)));
  const Eq = v128.mul<T>(E, q);
  const isNegative = v128.lt<T>(z, v128.splat<T>(0));
  const sigmoid = select<T>(isNegative, Eq, q);
  v128.store(a, v128.mul<T>(select<T>(isNegative, bounded, z), sigmoid));
  const d = v128.mul<T>(Eq, q);
  if (slope) v128.store(slope, madd<T>(bounded, d, sigmoid));
  if (!curvature) return;
  const e = madd<T>(s, p, v128.sub<T>(s, v128.splat<T>(1)));
  const zt = v128.mul<T>(v128.abs<T>(bounded), v128.mul<T>(e, q));
  v128.store(curvature, v128.mul<T>(d, v128.add<T>(zt, v128.splat<T>(2))));
}

/** σ = z or exp z - 1, σ' = 1 or exp z, σ'' = 0 or exp z. */
// @ts-expect-error: decorator
@inline
export function eluVector<T>(z: v128, a: usize, slope: usize, curvature: usize): void {
  const x = v128.pmin<T>(z, v128.splat<T>(0));
  const k = exponent<T>(x);
  const s = powerOfTwo<T>(k);
  const p = expm1OfRest<T>(x, k);
  const isPositive = v128.gt<T>(z, v128.splat<T>(0));
  v128.store(a, select<T>(isPositive, z, madd<T>(s, p, v128.sub<T>(s, v128.splat<T>(1)))));
  const E = madd<T>(s, p, s);
  if (slope) v128.store(slope, E); // exp(min(z, 0)) is already 1 where z > 0.
  if (curvature) v128.store(curvature, v128.andnot(E, isPositive));
}

/** σ = max(z, 0) + log(1 + E), σ' the sigmoid, σ'' its slope. */
// @ts-expect-error: decorator
@inline
export function softplusVector<T>(z: v128, a: usize, slope: usize, curvature: usize): void {
  const E = exp<T>(v128.neg<T>(v128.abs<T>(z)));
  v128.store(a, v128.add<T>(v128.pmax<T>(z, v128.splat<T>(0)), log1p<T>(E)));
  if (!(slope | curvature)) return;
  const q = v128.div<T>(v128.splat<T>(1), v128.add<T>(E, v128.splat<T>(1)));
  const Eq = v128.mul<T>(E, q);
  if (slope) v128.store(slope, select<T>(v128.lt<T>(z, v128.splat<T>(0)), Eq, q));
  if (curvature) v128.store(curvature, v128.mul<T>(Eq, q));
}

/** With the normal distribution Φ and its density φ: σ = z Φ, σ' = Φ + z φ, σ'' = (2 - z²) φ. */
// @ts-expect-error: decorator
@inline
export function geluVector<T>(z: v128, a: usize, slope: usize, curvature: usize): void {
  const bounded = bound<T>(z);
  const G = gauss<T>(bounded);
  const tail = v128.mul<T>(G, scaledTail<T>(v128.abs<T>(bounded)));
  const isNegative = v128.lt<T>(z, v128.splat<T>(0));
  const Phi = select<T>(isNegative, tail, v128.sub<T>(v128.splat<T>(1), tail));
  v128.store(a, v128.mul<T>(select<T>(isNegative, bounded, z), Phi));
  const phi = v128.mul<T>(G, v128.splat<T>(<T>0.3989422804014327));
  if (slope) v128.store(slope, madd<T>(bounded, phi, Phi));
  if (curvature) v128.store(curvature, v128.mul<T>(nmadd<T>(bounded, bounded, v128.splat<T>(2)), phi));
}

/**
 * exp(-z²/2). A rounded z² alone would cost z²/2 ulp: its rounding error, exact by Dekker's splitting
 * (Dekker 1971, Numer. Math. 18, 224-242), is put back to first order.
 */
// @ts-expect-error: decorator
@inline
function gauss<T>(z: v128): v128 {
  const mask = sizeof<T>() == 4 ? i32x4.splat(0xfffff000) : i64x2.splat(0xfffffffff8000000);
  const head = v128.and(z, mask);
  const rest = v128.sub<T>(z, head);
  const square = v128.mul<T>(z, z);
  let error = v128.sub<T>(v128.mul<T>(head, head), square);
  error = v128.add<T>(error, v128.mul<T>(v128.add<T>(head, head), rest));
  error = v128.add<T>(error, v128.mul<T>(rest, rest));
  const G = exp<T>(v128.mul<T>(square, v128.splat<T>(-0.5)));
  return nmadd<T>(v128.mul<T>(G, v128.splat<T>(0.5)), error, G);
}

/**
 * Φ(-x) exp(x²/2) for x >= 0, half the scaled complementary error function of x/√2, as P(t) / (x + c) with
 * t = (x - c) / (x + c): one smooth polynomial for all x (the form of Shepherd and Laframboise 1981, Math. Comp. 36,
 * 249-253). P interpolates at the Chebyshev nodes of the x with a normal exp(-x²/2): float32 c = 4, degree 9, relative
 * error 1.2e-8; float64 c = 5, degree 21, 4e-17.
 */
// @ts-expect-error: decorator
@inline
function scaledTail<T>(x: v128): v128 {
  const c = v128.splat<T>(<T>(sizeof<T>() == 4 ? 4 : 5));
  const inverse = v128.div<T>(v128.splat<T>(1), v128.add<T>(x, c));
  const t = v128.mul<T>(v128.sub<T>(x, c), inverse);
  const square = v128.mul<T>(t, t);
  const fourth = v128.mul<T>(square, square);
  let sum: v128;
  if (sizeof<T>() == 4) {
    sum = line<T>(t, 0.00020846616173452297, -0.0001171377523064853);
    sum = madd<T>(
      sum,
      fourth,
      cubic<T>(
        t,
        square,
        0.06040682434735087,
        -0.007531534601352409,
        -0.003528755526427452,
        0.0015760096554597856,
      ),
    );
    sum = madd<T>(
      sum,
      fourth,
      cubic<T>(t, square, 0.7552851380248612, -0.6078966306081963, 0.3871366971202861, -0.18652234548964364),
    );
  } else {
    sum = line<T>(t, 7.630410417873182e-9, 2.224938767716443e-9);
    sum = madd<T>(
      sum,
      fourth,
      cubic<T>(
        t,
        square,
        4.3443907263764586e-7,
        4.375841598285575e-8,
        -6.667529339227571e-8,
        -1.0618274174239376e-8,
      ),
    );
    sum = madd<T>(
      sum,
      fourth,
      cubic<T>(
        t,
        square,
        1.668170360977268e-5,
        3.981182741532577e-6,
        -2.7703209441469523e-6,
        -3.374965203524632e-7,
      ),
    );
    sum = madd<T>(
      sum,
      fourth,
      cubic<T>(
        t,
        square,
        -0.0007978693748911934,
        0.000544899062695852,
        -5.937586616736071e-5,
        -4.9762853165030135e-5,
      ),
    );
    sum = madd<T>(
      sum,
      fourth,
      cubic<T>(
        t,
        square,
        0.1650203661705007,
        -0.06911863870647982,
        0.020795066797569855,
        -0.002993376769094473,
      ),
    );
    sum = madd<T>(
      sum,
      fourth,
      cubic<T>(t, square, 0.769193049750063, -0.6653825028900567, 0.49530561596997413, -0.3135331566712971),
    );
  }
  return v128.mul<T>(sum, inverse);
}
