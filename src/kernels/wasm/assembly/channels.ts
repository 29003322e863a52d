import { madd, sumLanes } from "./lanes";
import { rowDot } from "./rows";

/** out[i, c] <- γ[c] x[i, c] + β[c]; the address 0 stands for ones or zeros. */
export function scaleChannels<T>(
  rows: usize,
  channels: usize,
  gamma: usize,
  beta: usize,
  x: usize,
  ldx: usize,
  out: usize,
  ldOut: usize,
): void {
  const end = channels * sizeof<T>();
  const whole = end & ~15;
  for (let i: usize = 0; i < rows; i++, x += ldx * sizeof<T>(), out += ldOut * sizeof<T>()) {
    for (let j: usize = 0; j < whole; j += 16) {
      let value = v128.load(x + j);
      const shift = beta ? v128.load(beta + j) : v128.splat<T>(0);
      value = gamma ? madd<T>(v128.load(gamma + j), value, shift) : v128.add<T>(value, shift);
      v128.store(out + j, value);
    }
    for (let j = whole; j < end; j += sizeof<T>()) {
      const factor = gamma ? load<T>(gamma + j) : <T>1;
      const shift = beta ? load<T>(beta + j) : <T>0;
      store<T>(out + j, factor * load<T>(x + j) + shift);
    }
  }
}

/** out[i r + k, c] <- Σ_s a[i, s C + c] d[i r + k, s C + c]; the address 0 stands for ones. */
export function channelDots<T>(
  m: usize,
  repeat: usize,
  positions: usize,
  channels: usize,
  a: usize,
  lda: usize,
  d: usize,
  ldd: usize,
  out: usize,
  ldOut: usize,
): void {
  for (let i: usize = 0; i < m; i++) {
    for (let k: usize = 0; k < repeat; k++, d += ldd * sizeof<T>(), out += ldOut * sizeof<T>())
      if (channels == 1) store<T>(out, a ? rowDot<T>(positions, a, d) : rowSum<T>(positions, d));
      else if (a) dots<T>(positions, channels, a, d, out);
      else sums<T>(positions, channels, d, out);
    if (a) a += lda * sizeof<T>();
  }
}

/** Σ x in the precision of T: with one channel the vectors run along the positions. */
// @ts-expect-error: decorator
@inline
function rowSum<T>(n: usize, x: usize): T {
  const end = n * sizeof<T>();
  const paired = end & ~31;
  let sum0 = v128.splat<T>(0);
  let sum1 = v128.splat<T>(0);
  let i: usize = 0;
  for (; i < paired; i += 32) {
    sum0 = v128.add<T>(v128.load(x + i), sum0);
    sum1 = v128.add<T>(v128.load(x + i, 16), sum1);
  }
  let sum = sumLanes<T>(v128.add<T>(sum0, sum1));
  for (; i < end; i += sizeof<T>()) sum += load<T>(x + i);
  return sum;
}

/** Four vectors of channels at a time, so that four sums run beside each other; then one, then the rest. */
function dots<T>(positions: usize, channels: usize, a: usize, d: usize, out: usize): void {
  const step = channels * sizeof<T>();
  const end = positions * step;
  let j: usize = 0;
  for (; j + 64 <= step; j += 64) {
    let sum0 = v128.splat<T>(0);
    let sum1 = v128.splat<T>(0);
    let sum2 = v128.splat<T>(0);
    let sum3 = v128.splat<T>(0);
    for (let p = j; p < end; p += step) {
      sum0 = madd<T>(v128.load(a + p), v128.load(d + p), sum0);
      sum1 = madd<T>(v128.load(a + p, 16), v128.load(d + p, 16), sum1);
      sum2 = madd<T>(v128.load(a + p, 32), v128.load(d + p, 32), sum2);
      sum3 = madd<T>(v128.load(a + p, 48), v128.load(d + p, 48), sum3);
    }
    storeFour(out + j, sum0, sum1, sum2, sum3);
  }
  for (; j + 16 <= step; j += 16) {
    let sum = v128.splat<T>(0);
    for (let p = j; p < end; p += step) sum = madd<T>(v128.load(a + p), v128.load(d + p), sum);
    v128.store(out + j, sum);
  }
  for (; j < step; j += sizeof<T>()) {
    let sum: T = 0;
    for (let p = j; p < end; p += step) sum += load<T>(a + p) * load<T>(d + p);
    store<T>(out + j, sum);
  }
}

/** The same with ones in place of `a`. */
function sums<T>(positions: usize, channels: usize, d: usize, out: usize): void {
  const step = channels * sizeof<T>();
  const end = positions * step;
  let j: usize = 0;
  for (; j + 64 <= step; j += 64) {
    let sum0 = v128.splat<T>(0);
    let sum1 = v128.splat<T>(0);
    let sum2 = v128.splat<T>(0);
    let sum3 = v128.splat<T>(0);
    for (let p = j; p < end; p += step) {
      sum0 = v128.add<T>(v128.load(d + p), sum0);
      sum1 = v128.add<T>(v128.load(d + p, 16), sum1);
      sum2 = v128.add<T>(v128.load(d + p, 32), sum2);
      sum3 = v128.add<T>(v128.load(d + p, 48), sum3);
    }
    storeFour(out + j, sum0, sum1, sum2, sum3);
  }
  for (; j + 16 <= step; j += 16) {
    let sum = v128.splat<T>(0);
    for (let p = j; p < end; p += step) sum = v128.add<T>(v128.load(d + p), sum);
    v128.store(out + j, sum);
  }
  for (; j < step; j += sizeof<T>()) {
    let sum: T = 0;
    for (let p = j; p < end; p += step) sum += load<T>(d + p);
    store<T>(out + j, sum);
  }
}

// @ts-expect-error: decorator
@inline
function storeFour(out: usize, x0: v128, x1: v128, x2: v128, x3: v128): void {
  v128.store(out, x0);
  v128.store(out, x1, 16);
  v128.store(out, x2, 32);
  v128.store(out, x3, 48);
}
