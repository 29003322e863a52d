import type { OpenImagesOptions } from "../data/images/open-images.ts";
import type { ImageLabelOptions } from "../data/images/read-image-labels.ts";
import type { ReadPicturesValues } from "./picture-options.ts";
import { plainDuration } from "./plain-number.ts";
import type { Terminal } from "./terminal.ts";

/** What the options say about reading pictures; what they do not say stays away. */
export function readingOptions(
  { images, fileColumn, badImages, imageCache }: Partial<ReadPicturesValues>,
  talk: Terminal,
): ImageLabelOptions & Partial<Pick<OpenImagesOptions, "badImages" | "cache" | "onProgress">> {
  return {
    images: images!,
    fileColumn,
    ...(badImages ? { badImages } : {}),
    ...(imageCache ? { cache: imageCache === "none" ? null : imageCache } : {}),
    onProgress: ({ done, total, bad, secondsLeft }) =>
      talk.progress(() => {
        const faults = bad > 0 ? `, ${bad} bad` : "";
        return `decoded ${done} of ${total}${faults}, ${plainDuration(secondsLeft)} left`;
      }),
  };
}
