import { madd, sumLanes } from "./lanes";
import { loadPair, storePair } from "./vectors";

/** d[i r + k, j] <- d[i r + k, j] s[i, j]. */
export function scaleRows<T>(
  m: usize,
  repeat: usize,
  n: usize,
  s: usize,
  lds: usize,
  d: usize,
  ldd: usize,
): void {
  for (let i: usize = 0; i < m; i++, s += lds * sizeof<T>())
    for (let k: usize = 0; k < repeat; k++, d += ldd * sizeof<T>()) multiplyRow<T>(n, s, d);
}

// @ts-expect-error: decorator
@inline
function multiplyRow<T>(n: usize, s: usize, d: usize): void {
  const end = n * sizeof<T>();
  const whole = end & ~15;
  for (let j: usize = 0; j < whole; j += 16)
    v128.store(d + j, v128.mul<T>(v128.load(d + j), v128.load(s + j)));
  for (let j = whole; j < end; j += sizeof<T>()) store<T>(d + j, load<T>(d + j) * load<T>(s + j));
}

/** out[i, j] <- Σ_k u[i r + k] d[i r + k, j]. */
export function contractRows<T>(
  m: usize,
  repeat: usize,
  n: usize,
  u: usize,
  d: usize,
  ldd: usize,
  out: usize,
  ldOut: usize,
): void {
  const end = n * sizeof<T>();
  const whole = end & ~15;
  const stride = ldd * sizeof<T>();
  for (let i: usize = 0; i < m; i++) {
    for (let j: usize = 0; j < whole; j += 16) {
      let sum = v128.splat<T>(0);
      for (let k: usize = 0; k < repeat; k++)
        sum = madd<T>(v128.load_splat<T>(u + k * sizeof<T>()), v128.load(d + k * stride + j), sum);
      v128.store(out + j, sum);
    }
    for (let j = whole; j < end; j += sizeof<T>()) {
      let sum: T = 0;
      for (let k: usize = 0; k < repeat; k++)
        sum += load<T>(u + k * sizeof<T>()) * load<T>(d + k * stride + j);
      store<T>(out + j, sum);
    }
    u += repeat * sizeof<T>();
    d += repeat * stride;
    out += ldOut * sizeof<T>();
  }
}

/** out[i r + k] <- out[i r + k] + α d[i r + k, :] · t[i, :]. */
export function rowDots<T>(
  m: usize,
  repeat: usize,
  n: usize,
  alpha: T,
  d: usize,
  ldd: usize,
  t: usize,
  ldt: usize,
  out: usize,
): void {
  for (let i: usize = 0; i < m; i++, t += ldt * sizeof<T>())
    for (let k: usize = 0; k < repeat; k++, d += ldd * sizeof<T>(), out += sizeof<T>())
      store<T>(out, load<T>(out) + alpha * rowDot<T>(n, d, t));
}

/** x · y in the precision of T. */
// @ts-expect-error: decorator
@inline
export function rowDot<T>(n: usize, x: usize, y: usize): T {
  const end = n * sizeof<T>();
  const paired = end & ~31;
  let sum0 = v128.splat<T>(0);
  let sum1 = v128.splat<T>(0);
  let i: usize = 0;
  for (; i < paired; i += 32) {
    sum0 = madd<T>(v128.load(x + i), v128.load(y + i), sum0);
    sum1 = madd<T>(v128.load(x + i, 16), v128.load(y + i, 16), sum1);
  }
  let sum = sumLanes<T>(v128.add<T>(sum0, sum1));
  for (; i < end; i += sizeof<T>()) sum += load<T>(x + i) * load<T>(y + i);
  return sum;
}

/** out[i r + k, α d_n + j] <- s a[i, α] d[i r + k, j]. */
export function faceSplit<T>(
  m: usize,
  repeat: usize,
  an: usize,
  dn: usize,
  s: T,
  a: usize,
  lda: usize,
  d: usize,
  ldd: usize,
  out: usize,
  ldOut: usize,
): void {
  const width = dn * sizeof<T>();
  for (let i: usize = 0; i < m; i++, a += lda * sizeof<T>())
    for (let k: usize = 0; k < repeat; k++, d += ldd * sizeof<T>(), out += ldOut * sizeof<T>()) {
      let target = out;
      for (let alpha: usize = 0; alpha < an; alpha++, target += width)
        scaledRow<T>(width, s * load<T>(a + alpha * sizeof<T>()), d, target);
    }
}

/** out <- factor x. */
// @ts-expect-error: decorator
@inline
function scaledRow<T>(bytes: usize, factor: T, x: usize, out: usize): void {
  const whole = bytes & ~15;
  const factors = v128.splat<T>(factor);
  for (let j: usize = 0; j < whole; j += 16) v128.store(out + j, v128.mul<T>(factors, v128.load(x + j)));
  for (let j = whole; j < bytes; j += sizeof<T>()) store<T>(out + j, factor * load<T>(x + j));
}

/** Rows `first` ... of lower G[i r + k, j r + l] += (s P[i, j] + t) Q[i r + k, j r + l], in float64 (X: P, Q; Y: G). */
export function accumulateGram<X, Y>(
  first: usize,
  m: usize,
  repeat: usize,
  s: f64,
  t: f64,
  p: usize,
  ldp: usize,
  q: usize,
  ldq: usize,
  g: usize,
  ldg: usize,
): void {
  for (let i = first; i < first + m; i++, p += ldp * sizeof<X>())
    for (let k: usize = 0; k < repeat; k++, q += ldq * sizeof<X>(), g += ldg * sizeof<Y>())
      if (repeat == 1) accumulateRow<X, Y>(i + 1, s, t, p, q, g);
      else accumulateBlocks<X, Y>(i, k, repeat, s, t, p, q, g);
}

/** One row of G for repeat = 1: two columns at a time. */
// @ts-expect-error: decorator
@inline
function accumulateRow<X, Y>(n: usize, s: f64, t: f64, p: usize, q: usize, g: usize): void {
  const whole = n & ~1;
  const ss = f64x2.splat(s);
  const ts = f64x2.splat(t);
  for (let j: usize = 0; j < whole; j += 2) {
    const factor = madd<f64>(ss, loadPair<X>(p + j * sizeof<X>()), ts);
    const address = g + j * sizeof<Y>();
    storePair<Y>(address, madd<f64>(factor, loadPair<X>(q + j * sizeof<X>()), loadPair<Y>(address)));
  }
  for (let j = whole; j < n; j++) {
    const factor = s * <f64>load<X>(p + j * sizeof<X>()) + t;
    const address = g + j * sizeof<Y>();
    store<Y>(address, <Y>(<f64>load<Y>(address) + factor * <f64>load<X>(q + j * sizeof<X>())));
  }
}

/** Row i r + k of G: blocks of `repeat` columns share a factor; the last, on the diagonal, ends at column k. */
function accumulateBlocks<X, Y>(
  i: usize,
  k: usize,
  repeat: usize,
  s: f64,
  t: f64,
  p: usize,
  q: usize,
  g: usize,
): void {
  for (let j: usize = 0; j <= i; j++) {
    const factor = s * <f64>load<X>(p + j * sizeof<X>()) + t;
    const factors = f64x2.splat(factor);
    const end = j < i ? repeat : k + 1;
    let l: usize = 0;
    for (; l + 2 <= end; l += 2, q += 2 * sizeof<X>(), g += 2 * sizeof<Y>())
      storePair<Y>(g, madd<f64>(factors, loadPair<X>(q), loadPair<Y>(g)));
    if (l == end) continue;
    store<Y>(g, <Y>(<f64>load<Y>(g) + factor * <f64>load<X>(q)));
    q += sizeof<X>();
    g += sizeof<Y>();
  }
}

/** out[i, j] <- source[rows[i], j] for source in X and out in Y. */
export function gatherRows<X, Y>(
  m: usize,
  n: usize,
  source: usize,
  lds: usize,
  rows: usize,
  out: usize,
  ldOut: usize,
): void {
  for (let i: usize = 0; i < m; i++, rows += 4, out += ldOut * sizeof<Y>()) {
    let x = source + <usize>load<i32>(rows) * lds * sizeof<X>();
    if (sizeof<X>() == sizeof<Y>()) {
      memory.copy(out, x, n * sizeof<X>());
      continue;
    }
    for (let j: usize = 0; j < n; j++, x += sizeof<X>()) store<Y>(out + j * sizeof<Y>(), <Y>load<X>(x));
  }
}
