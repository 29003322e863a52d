import { lanes, madd, nmadd, sumLanes } from "./lanes";

/** x · y, accumulated in float64. */
export function dot<T>(n: usize, x: usize, y: usize): f64 {
  let sum0 = f64x2.splat(0);
  let sum1 = f64x2.splat(0);
  const whole = n & ~3;
  for (let i: usize = 0; i < whole; i += 4) {
    sum0 = madd<f64>(loadPair<T>(x + i * sizeof<T>()), loadPair<T>(y + i * sizeof<T>()), sum0);
    const next = (i + 2) * sizeof<T>();
    sum1 = madd<f64>(loadPair<T>(x + next), loadPair<T>(y + next), sum1);
  }
  let sum = sumLanes<f64>(f64x2.add(sum0, sum1));
  for (let i = whole; i < n; i++)
    sum += <f64>load<T>(x + i * sizeof<T>()) * <f64>load<T>(y + i * sizeof<T>());
  return sum;
}

/** Two numbers as float64. */
// @ts-expect-error: decorator
@inline
export function loadPair<T>(x: usize): v128 {
  if (sizeof<T>() == 8) return v128.load(x);
  return f64x2.promote_low_f32x4(v128.load64_zero(x));
}

/** The reverse of `loadPair`. */
// @ts-expect-error: decorator
@inline
export function storePair<T>(x: usize, pair: v128): void {
  if (sizeof<T>() == 8) v128.store(x, pair);
  else v128.store64_lane(x, f32x4.demote_f64x2_zero(pair), 0);
}

/** y <- α x + y for x in X and y in Y; in float64 where they differ. */
export function axpy<X, Y>(n: usize, alpha: f64, x: usize, y: usize): void {
  if (sizeof<X>() == sizeof<Y>()) {
    addScaled<X>(n, <X>alpha, x, y);
    return;
  }
  for (let i: usize = 0; i < n; i++, x += sizeof<X>(), y += sizeof<Y>())
    store<Y>(y, <Y>(<f64>load<Y>(y) + alpha * <f64>load<X>(x)));
}

/** y <- α x + y for vectors of one precision. */
export function addScaled<T>(n: usize, alpha: T, x: usize, y: usize): void {
  const alphas = v128.splat<T>(alpha);
  const whole = n & ~(lanes<T>() - 1);
  for (let i: usize = 0; i < whole * sizeof<T>(); i += 16)
    v128.store(y + i, madd<T>(alphas, v128.load(x + i), v128.load(y + i)));
  for (let i = whole * sizeof<T>(); i < n * sizeof<T>(); i += sizeof<T>())
    store<T>(y + i, load<T>(y + i) + alpha * load<T>(x + i));
}

/** x <- α x; α = 0 overwrites. */
export function scale<T>(n: usize, alpha: T, x: usize): void {
  if (alpha == 0) {
    memory.fill(x, 0, n * sizeof<T>());
    return;
  }
  const alphas = v128.splat<T>(alpha);
  const whole = n & ~(lanes<T>() - 1);
  for (let i: usize = 0; i < whole * sizeof<T>(); i += 16)
    v128.store(x + i, v128.mul<T>(alphas, v128.load(x + i)));
  for (let i = whole * sizeof<T>(); i < n * sizeof<T>(); i += sizeof<T>())
    store<T>(x + i, alpha * load<T>(x + i));
}

/** y <- x for x in X and y in Y. */
export function copy<X, Y>(n: usize, x: usize, y: usize): void {
  if (sizeof<X>() == sizeof<Y>()) {
    memory.copy(y, x, n * sizeof<X>());
    return;
  }
  for (let i: usize = 0; i < n; i++, x += sizeof<X>(), y += sizeof<Y>()) store<Y>(y, <Y>load<X>(x));
}

/** m <- β₁ m + (1 - β₁) g; v <- β₂ v + (1 - β₂) g²; θ <- θ - rate m / (√v + ε). */
export function adam<T>(
  n: usize,
  rate: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
  g: usize,
  m: usize,
  v: usize,
  theta: usize,
): void {
  const end = n * sizeof<T>();
  const whole = end & ~15;
  const keptM = <T>beta1;
  const newM = <T>(1 - beta1);
  const keptV = <T>beta2;
  const newV = <T>(1 - beta2);
  for (let i: usize = 0; i < whole; i += 16) {
    const gi = v128.load(g + i);
    const mi = madd<T>(v128.splat<T>(keptM), v128.load(m + i), v128.mul<T>(v128.splat<T>(newM), gi));
    const square = v128.mul<T>(gi, gi);
    const vi = madd<T>(v128.splat<T>(keptV), v128.load(v + i), v128.mul<T>(v128.splat<T>(newV), square));
    const step = v128.div<T>(mi, v128.add<T>(v128.sqrt<T>(vi), v128.splat<T>(<T>epsilon)));
    v128.store(m + i, mi);
    v128.store(v + i, vi);
    v128.store(theta + i, nmadd<T>(v128.splat<T>(<T>rate), step, v128.load(theta + i)));
  }
  for (let i = whole; i < end; i += sizeof<T>()) {
    const gi = load<T>(g + i);
    const mi = keptM * load<T>(m + i) + newM * gi;
    const vi = keptV * load<T>(v + i) + newV * gi * gi;
    store<T>(m + i, mi);
    store<T>(v + i, vi);
    store<T>(theta + i, load<T>(theta + i) - <T>rate * (mi / (sqrt<T>(vi) + <T>epsilon)));
  }
}
