import type { ChannelStatistics } from "../data/images/channel-statistics.ts";
import type { ImageFit } from "../data/images/decode-image.ts";
import type { ImageShape } from "../data/images/image-shape.ts";

/** How a model reads pictures: as it was taught with. Plain data, a part of the model file. */
export interface PictureEncoder {
  readonly shape: ImageShape;
  readonly fit: ImageFit;
  readonly channels: ChannelStatistics;
}
