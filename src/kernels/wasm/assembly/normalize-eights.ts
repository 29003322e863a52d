// Normalization of groups of 1, 2 or 4 channels: eight channels at a time, each with a sum of its own. One group at a time,
// such short spans took three to ten times as long.

import { madd } from "./lanes";
import { loadPair, storePair } from "./vectors";
import { scratch } from "./workspace";

/** Whether eight channels are whole groups of n channels, and all channels whole eights. */
// @ts-expect-error: decorator
@inline
export function isPartOfEight(n: usize, channels: usize): bool {
  return (n == 1 || n == 2 || n == 4) && (channels & 7) == 0;
}

/** out <- (x - μ) ρ for the groups of n among eight channels, ρ of each group into `inverseDeviation`. */
export function normalizeEight<T>(
  positions: usize,
  n: usize,
  x: usize,
  out: usize,
  step: usize,
  epsilon: f64,
  inverseDeviation: usize,
): void {
  const end = positions * step;
  const statistics = scratch();
  sumEight<T>(end, x, step, statistics);
  averageGroups(n, positions, statistics);
  squareEight<T>(end, x, step, statistics, statistics + 64);
  averageGroups(n, positions, statistics + 64);
  for (let c: usize = 0; c < 8; c++) {
    const address = statistics + 64 + c * 8;
    const inverse = 1 / sqrt<f64>(load<f64>(address) + epsilon);
    store<f64>(address, inverse);
    store<T>(inverseDeviation + (c / n) * sizeof<T>(), <T>inverse);
  }
  centerEight<T>(end, x, out, step, statistics);
}

/** Eight sums <- the mean over the group of n that each belongs to. */
function averageGroups(n: usize, positions: usize, sums: usize): void {
  const size = <f64>(n * positions);
  for (let g: usize = 0; g < 8; g += n) {
    let sum: f64 = 0;
    for (let c = g; c < g + n; c++) sum += load<f64>(sums + c * 8);
    for (let c = g; c < g + n; c++) store<f64>(sums + c * 8, sum / size);
  }
}

/** sums <- Σ x for each channel. */
function sumEight<T>(end: usize, x: usize, step: usize, sums: usize): void {
  let sum0 = f64x2.splat(0);
  let sum1 = f64x2.splat(0);
  let sum2 = f64x2.splat(0);
  let sum3 = f64x2.splat(0);
  for (let p = x; p < x + end; p += step) {
    sum0 = f64x2.add(sum0, loadPair<T>(p));
    sum1 = f64x2.add(sum1, loadPair<T>(p + 2 * sizeof<T>()));
    sum2 = f64x2.add(sum2, loadPair<T>(p + 4 * sizeof<T>()));
    sum3 = f64x2.add(sum3, loadPair<T>(p + 6 * sizeof<T>()));
  }
  storeEight(sums, sum0, sum1, sum2, sum3);
}

/** sums <- Σ (x - μ)² for each channel. */
function squareEight<T>(end: usize, x: usize, step: usize, means: usize, sums: usize): void {
  let sum0 = f64x2.splat(0);
  let sum1 = f64x2.splat(0);
  let sum2 = f64x2.splat(0);
  let sum3 = f64x2.splat(0);
  for (let p = x; p < x + end; p += step) {
    const x0 = f64x2.sub(loadPair<T>(p), v128.load(means));
    const x1 = f64x2.sub(loadPair<T>(p + 2 * sizeof<T>()), v128.load(means, 16));
    const x2 = f64x2.sub(loadPair<T>(p + 4 * sizeof<T>()), v128.load(means, 32));
    const x3 = f64x2.sub(loadPair<T>(p + 6 * sizeof<T>()), v128.load(means, 48));
    sum0 = madd<f64>(x0, x0, sum0);
    sum1 = madd<f64>(x1, x1, sum1);
    sum2 = madd<f64>(x2, x2, sum2);
    sum3 = madd<f64>(x3, x3, sum3);
  }
  storeEight(sums, sum0, sum1, sum2, sum3);
}

// @ts-expect-error: decorator
@inline
function storeEight(sums: usize, x0: v128, x1: v128, x2: v128, x3: v128): void {
  v128.store(sums, x0);
  v128.store(sums, x1, 16);
  v128.store(sums, x2, 32);
  v128.store(sums, x3, 48);
}

/** out <- (x - μ) ρ with eight μ, then eight ρ at `statistics`. */
function centerEight<T>(end: usize, x: usize, out: usize, step: usize, statistics: usize): void {
  for (let p: usize = 0; p < end; p += step)
    for (let pair: usize = 0; pair < 4; pair++) {
      const place = p + pair * 2 * sizeof<T>();
      const centered = f64x2.sub(loadPair<T>(x + place), v128.load(statistics + pair * 16));
      storePair<T>(out + place, f64x2.mul(centered, v128.load(statistics + pair * 16, 64)));
    }
}

/** d <- ρ (d - mean(d) - x̂ mean(d ∘ x̂)) for the groups of n among eight channels. */
export function denormalizeEight<T>(
  positions: usize,
  n: usize,
  x: usize,
  d: usize,
  step: usize,
  inverseDeviation: usize,
): void {
  const end = positions * step;
  const statistics = scratch();
  sumEight<T>(end, d, step, statistics);
  averageGroups(n, positions, statistics);
  multiplyEight<T>(end, x, d, step, statistics + 64);
  averageGroups(n, positions, statistics + 64);
  for (let c: usize = 0; c < 8; c++)
    store<f64>(statistics + 128 + c * 8, <f64>load<T>(inverseDeviation + (c / n) * sizeof<T>()));
  for (let p: usize = 0; p < end; p += step)
    for (let pair: usize = 0; pair < 4; pair++) {
      const place = p + pair * 2 * sizeof<T>();
      const constants = statistics + pair * 16;
      const slopes = f64x2.mul(loadPair<T>(x + place), v128.load(constants, 64));
      const rest = f64x2.sub(f64x2.sub(loadPair<T>(d + place), v128.load(constants)), slopes);
      storePair<T>(d + place, f64x2.mul(rest, v128.load(constants, 128)));
    }
}

/** sums <- Σ x y for each channel. */
function multiplyEight<T>(end: usize, x: usize, y: usize, step: usize, sums: usize): void {
  let sum0 = f64x2.splat(0);
  let sum1 = f64x2.splat(0);
  let sum2 = f64x2.splat(0);
  let sum3 = f64x2.splat(0);
  for (let p: usize = 0; p < end; p += step) {
    const a = x + p;
    const b = y + p;
    sum0 = madd<f64>(loadPair<T>(a), loadPair<T>(b), sum0);
    sum1 = madd<f64>(loadPair<T>(a + 2 * sizeof<T>()), loadPair<T>(b + 2 * sizeof<T>()), sum1);
    sum2 = madd<f64>(loadPair<T>(a + 4 * sizeof<T>()), loadPair<T>(b + 4 * sizeof<T>()), sum2);
    sum3 = madd<f64>(loadPair<T>(a + 6 * sizeof<T>()), loadPair<T>(b + 6 * sizeof<T>()), sum3);
  }
  storeEight(sums, sum0, sum1, sum2, sum3);
}
