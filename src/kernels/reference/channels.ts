import type { FloatArray } from "../kernels.ts";

/** Calls `visit` for each row and group with the places of the group's numbers in a row. */
function visitGroups(
  rows: number,
  positions: number,
  channels: number,
  groups: number,
  visit: (row: number, group: number, places: readonly number[]) => void,
): void {
  const size = channels / groups;
  for (let group = 0; group < groups; group++) {
    const places: number[] = [];
    for (let s = 0; s < positions; s++)
      for (let c = 0; c < size; c++) places.push(s * channels + group * size + c);
    for (let row = 0; row < rows; row++) visit(row, group, places);
  }
}

function mean(places: readonly number[], value: (place: number) => number): number {
  let sum = 0;
  for (const place of places) sum += value(place);
  return sum / places.length;
}

/** out <- (x - μ) ρ in each group of channels, ρ = 1 / sqrt(σ² + ε) into `inverseDeviation`; see `ImageKernels`. */
export function normalizeGroups(
  count: number,
  positions: number,
  channels: number,
  groups: number,
  epsilon: number,
  x: FloatArray,
  ldx: number,
  out: FloatArray,
  ldOut: number,
  inverseDeviation: FloatArray,
): void {
  visitGroups(count, positions, channels, groups, (i, group, places) => {
    const mu = mean(places, (place) => x[i * ldx + place]!);
    const variance = mean(places, (place) => (x[i * ldx + place]! - mu) ** 2);
    const inverse = 1 / Math.sqrt(variance + epsilon);
    for (const place of places) out[i * ldOut + place] = (x[i * ldx + place]! - mu) * inverse;
    inverseDeviation[i * groups + group] = inverse;
  });
}

/** d <- ρ (d - mean(d) - x̂ mean(d ∘ x̂)) in each row and group of channels; see `ImageKernels`. */
export function denormalizeGroups(
  count: number,
  repeat: number,
  positions: number,
  channels: number,
  groups: number,
  normalized: FloatArray,
  ldn: number,
  inverseDeviation: FloatArray,
  d: FloatArray,
  ldd: number,
): void {
  visitGroups(count * repeat, positions, channels, groups, (row, group, places) => {
    const i = Math.floor(row / repeat);
    const inverse = inverseDeviation[i * groups + group]!;
    const shift = mean(places, (place) => d[row * ldd + place]!);
    const slope = mean(places, (place) => d[row * ldd + place]! * normalized[i * ldn + place]!);
    for (const place of places) {
      const value = d[row * ldd + place]! - shift - normalized[i * ldn + place]! * slope;
      d[row * ldd + place] = inverse * value;
    }
  });
}

/** out[i, c] <- γ[c] x[i, c] + β[c]; see `ImageKernels`. */
export function scaleChannels(
  rows: number,
  channels: number,
  gamma: FloatArray | null,
  beta: FloatArray | null,
  x: FloatArray,
  ldx: number,
  out: FloatArray,
  ldOut: number,
): void {
  for (let i = 0; i < rows; i++)
    for (let c = 0; c < channels; c++)
      out[i * ldOut + c] = (gamma?.[c] ?? 1) * x[i * ldx + c]! + (beta?.[c] ?? 0);
}

/** out[i r + k, c] <- Σ_s a[i, s C + c] d[i r + k, s C + c]; see `ImageKernels`. */
export function channelDots(
  m: number,
  repeat: number,
  positions: number,
  channels: number,
  a: FloatArray | null,
  lda: number,
  d: FloatArray,
  ldd: number,
  out: FloatArray,
  ldOut: number,
): void {
  for (let row = 0; row < m * repeat; row++) {
    const i = Math.floor(row / repeat);
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let j = c; j < positions * channels; j += channels)
        sum += (a ? a[i * lda + j]! : 1) * d[row * ldd + j]!;
      out[row * ldOut + c] = sum;
    }
  }
}
