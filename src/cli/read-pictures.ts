import type { OpenImagesOptions } from "../data/images/open-images.ts";
import { isPictureArray } from "../data/images/picture-array.ts";
import type { ImageLabelOptions } from "../data/images/read-image-labels.ts";
import { UsageError } from "../errors.ts";
import type { CommandOptions } from "../model/option-entry.ts";
import { flagOf } from "./command-options.ts";
import { plainDuration } from "./plain-text.ts";
import type { Terminal } from "./terminal.ts";

/**
 * What the options say about reading pictures; what they do not say stays away.
 *
 * @throws {UsageError} If one is for files of pictures, and they are an array.
 */
export function readingOptions(
  options: CommandOptions,
  talk: Terminal,
): ImageLabelOptions & Partial<Pick<OpenImagesOptions, "badImages" | "cache" | "onProgress">> {
  const { images, fileColumn, badImages, imageCache } = options;
  if (isPictureArray(images!)) refuseFileOptions(images!, options);
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

/** Options of pictures in files. An option without effect would seem to have one. */
const fileOptions = ["fileColumn", "badImages", "imageCache", "imageFit"] as const;

function refuseFileOptions(images: string, options: CommandOptions): void {
  const name = fileOptions.find((option) => options[option] !== undefined);
  if (name !== undefined)
    throw new UsageError(
      `${flagOf(name)}: is for pictures in files, and ${images} is an array; leave it out`,
    );
}
