import { bytesOf, type ImageShape } from "./image-shape.ts";
import type { ImageSource } from "./image-source.ts";

/** Mean and standard deviation of each channel, in units of a byte: 0 to 255. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  /** 1 where all bytes are equal: there is nothing to scale. */
  readonly deviation: readonly number[];
}

/** Pictures that are read at once. */
const batch = 64;

/**
 * Mean and standard deviation (n in the denominator) of each channel over all pixels of some rows: of the training
 * rows, so that nothing of the others is known. They come from counts of the 256 values, so they do not depend on
 * the order of the rows, and no sum loses digits.
 */
export function measureChannels(source: ImageSource, rows: Int32Array): ChannelStatistics {
  const { channels } = source;
  const counts = new Float64Array(256 * channels);
  const size = bytesOf(source);
  const pixels = new Uint8Array(Math.min(batch, rows.length) * size);
  for (let start = 0; start < rows.length; start += batch) {
    const count = Math.min(batch, rows.length - start);
    source.read(rows, start, count, pixels);
    for (let i = 0; i < count * size; i++) counts[(i % channels) * 256 + pixels[i]!]!++;
  }
  const all = Array.from({ length: channels }, (_, c) => spreadOf(counts.subarray(c * 256, (c + 1) * 256)));
  return { mean: all.map(({ mean }) => mean), deviation: all.map(({ deviation }) => deviation || 1) };
}

function spreadOf(counts: Float64Array): { mean: number; deviation: number } {
  let total = 0;
  let sum = 0;
  for (let value = 0; value < 256; value++) {
    total += counts[value]!;
    sum += value * counts[value]!;
  }
  if (total === 0) return { mean: 0, deviation: 0 };
  const mean = sum / total;
  let squares = 0;
  for (let value = 0; value < 256; value++) squares += counts[value]! * (value - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / total) };
}

/**
 * Makes a function that writes (pixel - mean) / deviation, by channel, of `count` pictures. It allocates nothing: each
 * of the 256 values of a channel is computed once.
 */
export function channelScaler(
  shape: ImageShape,
  { mean, deviation }: ChannelStatistics,
): (pixels: Uint8Array, count: number, out: Float32Array | Float64Array) => void {
  const { channels } = shape;
  const size = bytesOf(shape);
  const values = Float64Array.from({ length: 256 * channels }, (_, i) => {
    const c = i >> 8;
    return ((i & 255) - mean[c]!) / deviation[c]!;
  });
  return (pixels, count, out) => {
    const n = count * size;
    if (channels === 1) for (let i = 0; i < n; i++) out[i] = values[pixels[i]!]!;
    else
      for (let i = 0; i < n; i += 3) {
        out[i] = values[pixels[i]!]!;
        out[i + 1] = values[256 + pixels[i + 1]!]!;
        out[i + 2] = values[512 + pixels[i + 2]!]!;
      }
  };
}
