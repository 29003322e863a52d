import { madd, sumLanes } from "./lanes";
import { denormalizeEight, isPartOfEight, normalizeEight } from "./normalize-eights";
import { loadPair } from "./vectors";

/** out <- (x - μ) ρ in each group of channels, ρ = 1 / sqrt(σ² + ε) into `inverseDeviation`; sums in float64. */
export function normalizeGroups<T>(
  count: usize,
  positions: usize,
  channels: usize,
  groups: usize,
  epsilon: f64,
  x: usize,
  ldx: usize,
  out: usize,
  ldOut: usize,
  inverseDeviation: usize,
): void {
  // One group is one span of memory.
  const spans: usize = groups == 1 ? 1 : positions;
  const n = groups == 1 ? positions * channels : channels / groups;
  const step = channels * sizeof<T>();
  const size = <f64>(spans * n);
  const eights = isPartOfEight(n, channels);
  for (let i: usize = 0; i < count; i++, x += ldx * sizeof<T>(), out += ldOut * sizeof<T>()) {
    if (eights) {
      for (let c: usize = 0; c < step; c += 8 * sizeof<T>()) {
        normalizeEight<T>(positions, n, x + c, out + c, step, epsilon, inverseDeviation);
        inverseDeviation += (8 / n) * sizeof<T>();
      }
      continue;
    }
    for (let g: usize = 0; g < groups; g++, inverseDeviation += sizeof<T>()) {
      const group = x + g * n * sizeof<T>();
      const mean = sum<T>(spans, n, group, step) / size;
      const inverse = 1 / sqrt<f64>(squares<T>(spans, n, group, step, mean) / size + epsilon);
      center<T>(spans, n, group, out + g * n * sizeof<T>(), step, mean, inverse);
      store<T>(inverseDeviation, <T>inverse);
    }
  }
}

/** Σ x over the spans. Several sums run beside each other. */
function sum<T>(spans: usize, n: usize, x: usize, step: usize): f64 {
  let sum0 = f64x2.splat(0);
  let sum1 = f64x2.splat(0);
  let sum2 = f64x2.splat(0);
  let sum3 = f64x2.splat(0);
  let rest: f64 = 0;
  for (let s: usize = 0; s < spans; s++, x += step) {
    let j: usize = 0;
    for (; j + 8 <= n; j += 8) {
      sum0 = f64x2.add(sum0, loadPair<T>(x + j * sizeof<T>()));
      sum1 = f64x2.add(sum1, loadPair<T>(x + (j + 2) * sizeof<T>()));
      sum2 = f64x2.add(sum2, loadPair<T>(x + (j + 4) * sizeof<T>()));
      sum3 = f64x2.add(sum3, loadPair<T>(x + (j + 6) * sizeof<T>()));
    }
    for (; j + 2 <= n; j += 2) sum0 = f64x2.add(sum0, loadPair<T>(x + j * sizeof<T>()));
    if (j < n) rest += <f64>load<T>(x + j * sizeof<T>());
  }
  return rest + sumLanes<f64>(f64x2.add(f64x2.add(sum0, sum1), f64x2.add(sum2, sum3)));
}

/** Σ (x - μ)² over the spans. */
function squares<T>(spans: usize, n: usize, x: usize, step: usize, mean: f64): f64 {
  const means = f64x2.splat(mean);
  let sum0 = f64x2.splat(0);
  let sum1 = f64x2.splat(0);
  let sum2 = f64x2.splat(0);
  let sum3 = f64x2.splat(0);
  let rest: f64 = 0;
  for (let s: usize = 0; s < spans; s++, x += step) {
    let j: usize = 0;
    for (; j + 8 <= n; j += 8) {
      const x0 = f64x2.sub(loadPair<T>(x + j * sizeof<T>()), means);
      const x1 = f64x2.sub(loadPair<T>(x + (j + 2) * sizeof<T>()), means);
      const x2 = f64x2.sub(loadPair<T>(x + (j + 4) * sizeof<T>()), means);
      const x3 = f64x2.sub(loadPair<T>(x + (j + 6) * sizeof<T>()), means);
      sum0 = madd<f64>(x0, x0, sum0);
      sum1 = madd<f64>(x1, x1, sum1);
      sum2 = madd<f64>(x2, x2, sum2);
      sum3 = madd<f64>(x3, x3, sum3);
    }
    for (; j + 2 <= n; j += 2) {
      const x0 = f64x2.sub(loadPair<T>(x + j * sizeof<T>()), means);
      sum0 = madd<f64>(x0, x0, sum0);
    }
    if (j < n) {
      const x0 = <f64>load<T>(x + j * sizeof<T>()) - mean;
      rest += x0 * x0;
    }
  }
  return rest + sumLanes<f64>(f64x2.add(f64x2.add(sum0, sum1), f64x2.add(sum2, sum3)));
}

/** out <- (x - μ) ρ. μ is a sum of two numbers: rounded to float32, it would be off by many ε of a small deviation. */
function center<T>(
  spans: usize,
  n: usize,
  x: usize,
  out: usize,
  step: usize,
  mean: f64,
  inverse: f64,
): void {
  const high = <T>mean;
  const low = <T>(mean - <f64>high);
  const end = n * sizeof<T>();
  const whole = end & ~15;
  const highs = v128.splat<T>(high);
  const lows = v128.splat<T>(low);
  const factors = v128.splat<T>(<T>inverse);
  for (let s: usize = 0; s < spans; s++, x += step, out += step) {
    for (let j: usize = 0; j < whole; j += 16) {
      const centered = v128.sub<T>(v128.sub<T>(v128.load(x + j), highs), lows);
      v128.store(out + j, v128.mul<T>(centered, factors));
    }
    for (let j = whole; j < end; j += sizeof<T>())
      store<T>(out + j, (load<T>(x + j) - high - low) * <T>inverse);
  }
}

/** d <- ρ (d - mean(d) - x̂ mean(d ∘ x̂)) in each row and group of channels; sums in float64. */
export function denormalizeGroups<T>(
  count: usize,
  repeat: usize,
  positions: usize,
  channels: usize,
  groups: usize,
  normalized: usize,
  ldn: usize,
  inverseDeviation: usize,
  d: usize,
  ldd: usize,
): void {
  const spans: usize = groups == 1 ? 1 : positions;
  const n = groups == 1 ? positions * channels : channels / groups;
  const step = channels * sizeof<T>();
  for (let i: usize = 0; i < count; i++, normalized += ldn * sizeof<T>()) {
    for (let k: usize = 0; k < repeat; k++, d += ldd * sizeof<T>()) {
      if (isPartOfEight(n, channels)) {
        for (let c: usize = 0; c < channels; c += 8) {
          const offset = c * sizeof<T>();
          const inverse = inverseDeviation + (c / n) * sizeof<T>();
          denormalizeEight<T>(positions, n, normalized + offset, d + offset, step, inverse);
        }
        continue;
      }
      for (let g: usize = 0; g < groups; g++) {
        const offset = g * n * sizeof<T>();
        const inverse = load<T>(inverseDeviation + g * sizeof<T>());
        denormalize<T>(spans, n, normalized + offset, d + offset, step, inverse);
      }
    }
    inverseDeviation += groups * sizeof<T>();
  }
}

function denormalize<T>(spans: usize, n: usize, x: usize, d: usize, step: usize, inverse: T): void {
  const size = <f64>(spans * n);
  const shift = <T>(sum<T>(spans, n, d, step) / size);
  const slope = <T>(products<T>(spans, n, x, d, step) / size);
  const end = n * sizeof<T>();
  const whole = end & ~15;
  const shifts = v128.splat<T>(shift);
  const slopes = v128.splat<T>(slope);
  const factors = v128.splat<T>(inverse);
  for (let s: usize = 0; s < spans; s++, x += step, d += step) {
    for (let j: usize = 0; j < whole; j += 16) {
      const centered = v128.sub<T>(v128.load(d + j), shifts);
      const rest = v128.sub<T>(centered, v128.mul<T>(v128.load(x + j), slopes));
      v128.store(d + j, v128.mul<T>(rest, factors));
    }
    for (let j = whole; j < end; j += sizeof<T>())
      store<T>(d + j, (load<T>(d + j) - shift - load<T>(x + j) * slope) * inverse);
  }
}

/** Σ x y over the spans. */
function products<T>(spans: usize, n: usize, x: usize, y: usize, step: usize): f64 {
  let sum0 = f64x2.splat(0);
  let sum1 = f64x2.splat(0);
  let rest: f64 = 0;
  for (let s: usize = 0; s < spans; s++, x += step, y += step) {
    let j: usize = 0;
    for (; j + 4 <= n; j += 4) {
      const next = (j + 2) * sizeof<T>();
      sum0 = madd<f64>(loadPair<T>(x + j * sizeof<T>()), loadPair<T>(y + j * sizeof<T>()), sum0);
      sum1 = madd<f64>(loadPair<T>(x + next), loadPair<T>(y + next), sum1);
    }
    for (; j < n; j++) rest += <f64>load<T>(x + j * sizeof<T>()) * <f64>load<T>(y + j * sizeof<T>());
  }
  return rest + sumLanes<f64>(f64x2.add(sum0, sum1));
}
