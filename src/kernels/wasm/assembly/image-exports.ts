// The operations of layers with shared weights, for float32 and float64 arrays as in index.ts. Those that move a window
// take it from the last call of `setWindow`.

import { channelDots, scaleChannels } from "./channels";
import { denormalizeGroups, normalizeGroups } from "./normalize";
import { averagePool, averageUnpool, maxPool, maxUnpool } from "./pools";
import { fold, unfold } from "./unfold";

export { setWindow } from "./window";

export function unfold32(
  count: i32,
  firstChannel: i32,
  channels: i32,
  image: usize,
  ldImage: usize,
  out: usize,
  ldOut: usize,
): void {
  unfold<f32>(count, firstChannel, channels, image, ldImage, out, ldOut);
}

export function unfold64(
  count: i32,
  firstChannel: i32,
  channels: i32,
  image: usize,
  ldImage: usize,
  out: usize,
  ldOut: usize,
): void {
  unfold<f64>(count, firstChannel, channels, image, ldImage, out, ldOut);
}

export function fold32(
  count: i32,
  firstChannel: i32,
  channels: i32,
  patches: usize,
  ldPatches: usize,
  image: usize,
  ldImage: usize,
): void {
  fold<f32>(count, firstChannel, channels, patches, ldPatches, image, ldImage);
}

export function fold64(
  count: i32,
  firstChannel: i32,
  channels: i32,
  patches: usize,
  ldPatches: usize,
  image: usize,
  ldImage: usize,
): void {
  fold<f64>(count, firstChannel, channels, patches, ldPatches, image, ldImage);
}

export function maxPool32(
  count: i32,
  image: usize,
  ldImage: usize,
  out: usize,
  ldOut: usize,
  places: usize,
): void {
  maxPool<f32>(count, image, ldImage, out, ldOut, places);
}

export function maxPool64(
  count: i32,
  image: usize,
  ldImage: usize,
  out: usize,
  ldOut: usize,
  places: usize,
): void {
  maxPool<f64>(count, image, ldImage, out, ldOut, places);
}

export function maxUnpool32(
  count: i32,
  repeat: i32,
  places: usize,
  d: usize,
  ldd: usize,
  out: usize,
  ldOut: usize,
): void {
  maxUnpool<f32>(count, repeat, places, d, ldd, out, ldOut);
}

export function maxUnpool64(
  count: i32,
  repeat: i32,
  places: usize,
  d: usize,
  ldd: usize,
  out: usize,
  ldOut: usize,
): void {
  maxUnpool<f64>(count, repeat, places, d, ldd, out, ldOut);
}

export function averagePool32(count: i32, image: usize, ldImage: usize, out: usize, ldOut: usize): void {
  averagePool<f32>(count, image, ldImage, out, ldOut);
}

export function averagePool64(count: i32, image: usize, ldImage: usize, out: usize, ldOut: usize): void {
  averagePool<f64>(count, image, ldImage, out, ldOut);
}

export function averageUnpool32(rows: i32, d: usize, ldd: usize, out: usize, ldOut: usize): void {
  averageUnpool<f32>(rows, d, ldd, out, ldOut);
}

export function averageUnpool64(rows: i32, d: usize, ldd: usize, out: usize, ldOut: usize): void {
  averageUnpool<f64>(rows, d, ldd, out, ldOut);
}

export function normalizeGroups32(
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
  normalizeGroups<f32>(count, positions, channels, groups, epsilon, x, ldx, out, ldOut, inverseDeviation);
}

export function normalizeGroups64(
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
  normalizeGroups<f64>(count, positions, channels, groups, epsilon, x, ldx, out, ldOut, inverseDeviation);
}

export function denormalizeGroups32(
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
  denormalizeGroups<f32>(count, repeat, positions, channels, groups, normalized, ldn, inverseDeviation, d, ldd);
}

export function denormalizeGroups64(
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
  denormalizeGroups<f64>(count, repeat, positions, channels, groups, normalized, ldn, inverseDeviation, d, ldd);
}

export function scaleChannels32(
  rows: usize,
  channels: usize,
  gamma: usize,
  beta: usize,
  x: usize,
  ldx: usize,
  out: usize,
  ldOut: usize,
): void {
  scaleChannels<f32>(rows, channels, gamma, beta, x, ldx, out, ldOut);
}

export function scaleChannels64(
  rows: usize,
  channels: usize,
  gamma: usize,
  beta: usize,
  x: usize,
  ldx: usize,
  out: usize,
  ldOut: usize,
): void {
  scaleChannels<f64>(rows, channels, gamma, beta, x, ldx, out, ldOut);
}

export function channelDots32(
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
  channelDots<f32>(m, repeat, positions, channels, a, lda, d, ldd, out, ldOut);
}

export function channelDots64(
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
  channelDots<f64>(m, repeat, positions, channels, a, lda, d, ldd, out, ldOut);
}
