import type { AugmentationOptions } from "../data/images/augmentation.ts";
import type { BadImages } from "../data/images/bad-images.ts";
import type { ImageFit } from "../data/images/decode-image.ts";
import { openImagesDefaults } from "../data/images/open-images.ts";
import { pictureDefaults } from "../data/images/open-pictures.ts";
import { type OptionTable, option } from "./command-options.ts";
import { type Parse, parseChoice, parsePath, parsePictureSize } from "./parse-value.ts";
import { UsageError } from "./usage-error.ts";

/** Where pictures are, and what becomes of those that can't be read. */
export interface ReadPicturesValues {
  readonly images: string;
  readonly fileColumn: string;
  readonly badImages: BadImages;
  readonly imageCache: string;
}

/** How pictures are prepared for training. */
export interface PictureValues extends ReadPicturesValues {
  readonly imageSize: readonly [number, number];
  readonly channels: 1 | 3;
  readonly imageFit: ImageFit;
  readonly augment: Partial<AugmentationOptions>;
}

const { shape } = pictureDefaults;

export const readPicturesOptions: OptionTable<ReadPicturesValues> = {
  images: option(
    "--images <folder or array>",
    "folder of pictures: named by a column of the data, or in a folder for each number; or a NumPy array of bytes, .npy or .npy.gz, with a picture for each row of the data",
    parsePath,
  ),
  fileColumn: option(
    "--file-column <name>",
    "column with the names of the pictures (default: found by its content)",
    parsePath,
  ),
  badImages: option(
    "--bad-images <how>",
    `pictures that can't be read: stop or skip (default: ${openImagesDefaults.badImages})`,
    parseChoice<BadImages>(["stop", "skip"]),
  ),
  imageCache: option(
    "--image-cache <folder>",
    'where decoded pictures are kept, or "none" (default: the folder for caches of the system)',
    parsePath,
  ),
};

export const pictureOptions: OptionTable<PictureValues> = {
  ...readPicturesOptions,
  imageSize: option(
    "--image-size <size>",
    `height x width that pictures are brought to (default: ${shape.height}x${shape.width}; of an array its own, which stays)`,
    parsePictureSize,
  ),
  channels: option(
    "--channels <count>",
    `3 for colour, 1 for gray (default: ${shape.channels}; of an array its own)`,
    (where, value) => Number(parseChoice<"1" | "3">(["1", "3"])(where, String(value))) as 1 | 3,
  ),
  imageFit: option(
    "--image-fit <how>",
    `stretch, crop or pad (default: ${openImagesDefaults.fit})`,
    parseChoice<ImageFit>(["stretch", "crop", "pad"]),
  ),
  augment: option(
    "--augment <changes>",
    "random changes in training: shift=<pixels>, crop=<pixels>, flip, or flip=negate where a mirrored picture has the target of the other sign; separated by commas (default: none)",
    parseAugmentation,
  ),
};

const changes: Readonly<Record<string, Parse<Partial<AugmentationOptions>>>> = {
  flip: (where, value) => {
    if (value === undefined) return { flip: true };
    if (value === "negate") return { flip: true, flipNegates: true };
    throw new UsageError(`${where}: flip=${String(value)} is unknown; use flip or flip=negate`);
  },
  shift: (where, value) => ({ shift: pixels(`${where}: shift`, value) }),
  crop: (where, value) => ({ crop: pixels(`${where}: crop`, value) }),
};

function pixels(where: string, value: unknown): number {
  const count = Number(value);
  if (value === undefined || !Number.isInteger(count) || count < 0)
    throw new UsageError(`${where}: "${String(value ?? "")}" is no number of pixels; write for example 3`);
  return count;
}

function parseAugmentation(where: string, value: unknown): Partial<AugmentationOptions> {
  let augment: Partial<AugmentationOptions> = {};
  for (const part of String(value).split(",")) {
    const [name = "", given] = part.trim().split("=");
    const read = Object.hasOwn(changes, name) ? changes[name]! : null;
    if (!read)
      throw new UsageError(`${where}: "${name}" is unknown; use some of flip, shift=<pixels>, crop=<pixels>`);
    augment = { ...augment, ...read(where, given) };
  }
  return augment;
}
