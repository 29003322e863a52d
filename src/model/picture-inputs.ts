import type { Augmentation } from "../data/images/augmentation.ts";
import { type ChannelStatistics, channelScaler } from "../data/images/channel-statistics.ts";
import { bytesOf } from "../data/images/image-shape.ts";
import type { ImageSource } from "../data/images/image-source.ts";
import { type PlanMatrix, viewFrom } from "../network/plan-matrix.ts";
import { type RandomState, randomFrom } from "../random/random.ts";
import type { InputSource } from "../residuals/dataset.ts";

/** How pictures are changed at random in training steps. */
export interface PictureChanges {
  readonly augmentation: Augmentation;
  readonly random: RandomState;
  /** For each target mean / deviation of its standardization: the standardized t of a target of the other sign is -t - 2 of it. */
  readonly centers: ArrayLike<number>;
}

/**
 * Pictures as inputs: read when they are needed, standardized by channel, and changed at random in training.
 *
 * @param places For each example the row of its picture in the source.
 */
export function pictureInputs(
  source: ImageSource,
  places: Int32Array,
  channels: ChannelStatistics,
  changes: PictureChanges | null,
): InputSource {
  const size = bytesOf(source);
  const scale = channelScaler(source, channels);
  let pixels = new Uint8Array(0);
  let chosen = new Int32Array(0);
  const changed = new Uint8Array(size);

  const placesOf = (rows: Int32Array, start: number, count: number): Int32Array => {
    if (chosen.length < count) chosen = new Int32Array(count);
    for (let i = 0; i < count; i++) chosen[i] = places[rows[start + i]!]!;
    return chosen;
  };

  /** Reads into a buffer that grows to the largest batch. */
  const read = (rows: Int32Array, start: number, count: number): void => {
    if (pixels.length < count * size) pixels = new Uint8Array(count * size);
    source.read(placesOf(rows, start, count), 0, count, pixels);
  };

  const write = (count: number, { data, stride }: PlanMatrix): void => {
    if (stride === size) scale(pixels, count, data);
    else for (let i = 0; i < count; i++) scale(pixels.subarray(i * size), 1, viewFrom(data, i * stride));
  };

  const gather: InputSource["gather"] = (rows, start, count, out) => {
    read(rows, start, count);
    write(count, out);
  };

  const vary = (
    { augmentation, random, centers }: PictureChanges,
    rows: Int32Array,
    start: number,
    count: number,
    out: PlanMatrix,
    targets: Float32Array | Float64Array,
  ): void => {
    read(rows, start, count);
    const outputs = centers.length;
    const next = randomFrom(random);
    for (let i = 0; i < count; i++) {
      const sign = augmentation.apply(pixels, i * size, changed, 0, next);
      pixels.set(changed, i * size);
      if (sign > 0) continue;
      for (let k = 0; k < outputs; k++)
        targets[i * outputs + k] = -targets[i * outputs + k]! - 2 * centers[k]!;
    }
    write(count, out);
  };

  return {
    columns: size,
    gather,
    prefetch: (rows, start, count) => source.prefetch(placesOf(rows, start, count), 0, count),
    ...(changes
      ? {
          random: changes.random,
          vary: (rows, start, count, out, targets) => vary(changes, rows, start, count, out, targets),
        }
      : {}),
  };
}
