import type { Augmentation } from "../../src/data/images/augmentation.ts";
import { type ChannelStatistics, channelScaler } from "../../src/data/images/channel-statistics.ts";
import { bytesOf } from "../../src/data/images/image-shape.ts";
import type { ImageSource } from "../../src/data/images/image-source.ts";
import type { PlanMatrix } from "../../src/network/plan-matrix.ts";
import type { Random } from "../../src/random/random.ts";
import type { InputSource } from "../../src/training/dataset.ts";

/**
 * Standardized pixels of pictures; for a training step, of pictures that are changed at random. Targets stay: the
 * augmentation must be one that does not negate them.
 */
export function pictureInputs(
  images: ImageSource,
  statistics: ChannelStatistics,
  augmentation: Augmentation,
  random: Random,
): InputSource {
  const size = bytesOf(images);
  const scale = channelScaler(images, statistics);
  const pixels = new Uint8Array(images.count * size);
  const changed = new Uint8Array(images.count * size);
  const write = (from: Uint8Array, count: number, { data, stride }: PlanMatrix) => {
    for (let i = 0; i < count; i++)
      scale(from.subarray(i * size, (i + 1) * size), 1, data.subarray(i * stride, i * stride + size));
  };
  return {
    columns: size,
    gather(rows, start, count, out) {
      images.read(rows, start, count, pixels);
      write(pixels, count, out);
    },
    vary(rows, start, count, out) {
      images.read(rows, start, count, pixels);
      for (let i = 0; i < count; i++) augmentation.apply(pixels, i * size, changed, i * size, random);
      write(changed, count, out);
    },
  };
}
