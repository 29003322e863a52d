import { DataError } from "../../errors.ts";
import type { Random } from "../../random/random.ts";
import type { ImageShape } from "./image-shape.ts";

/** Changes that leave a picture's meaning as it is, or change its target in a known way. */
export interface AugmentationOptions {
  /** Mirrors every other picture, left to right. */
  readonly flip: boolean;
  /** Whether the target of a mirrored picture changes its sign, as a steering angle does. */
  readonly flipNegates: boolean;
  /** Moves by up to so many pixels in each direction; the pixels of the edge are repeated. */
  readonly shift: number;
  /**
   * Adds so many pixels of `padding` on each side and cuts out a window of the old size at random (He et al. 2016,
   * section 4.2).
   */
  readonly crop: number;
  /** The byte that `crop` adds, for each channel or for all. */
  readonly padding: number | readonly number[];
}

export const augmentationDefaults: Readonly<AugmentationOptions> = Object.freeze({
  flip: false,
  flipNegates: false,
  shift: 0,
  crop: 0,
  padding: 0,
});

/** Random changes of pictures of one shape. */
export interface Augmentation {
  readonly options: AugmentationOptions;
  /**
   * Writes a changed copy of the picture at `from` in `pixels` to `at` in `out`, which must be another array. It takes
   * five numbers of `random`, whatever the options: the same seed gives the same pictures, and a change that is
   * switched on leaves the others as they were.
   *
   * @returns What the target, in its own units, is to be multiplied by: -1 for a mirrored picture where `flipNegates`.
   */
  apply(pixels: Uint8Array, from: number, out: Uint8Array, at: number, random: Random): 1 | -1;
}

/**
 * Makes a random change of pictures. It allocates nothing when it is applied.
 *
 * @throws {DataError} If `shift` or `crop` is no whole number from 0 to the smaller side, or `padding` is no byte.
 */
export function augmentation(shape: ImageShape, options: Partial<AugmentationOptions> = {}): Augmentation {
  const all = { ...augmentationDefaults, ...options };
  const { flip, flipNegates, shift, crop } = all;
  requireMove(shape, "shift", shift);
  requireMove(shape, "crop", crop);
  const padding = paddingOf(shape, all.padding);
  const move: Move = { flip: false, shiftY: 0, shiftX: 0, cropY: 0, cropX: 0 };
  return {
    options: all,
    apply: (pixels, from, out, at, random) => {
      move.flip = random() < 0.5 && flip;
      move.shiftY = draw(random, shift);
      move.shiftX = draw(random, shift);
      move.cropY = draw(random, crop);
      move.cropX = draw(random, crop);
      movePicture(shape, move, padding, pixels, from, out, at);
      return move.flip && flipNegates ? -1 : 1;
    },
  };
}

/** A uniform whole number from -most to most. */
function draw(random: Random, most: number): number {
  return Math.floor(random() * (2 * most + 1)) - most;
}

/** Where a picture's pixels come from. */
export interface Move {
  flip: boolean;
  /** Rows and columns by which it is moved, the edge repeated; then those by which a window in the padded one is. */
  shiftY: number;
  shiftX: number;
  cropY: number;
  cropX: number;
}

/**
 * Mirrors, shifts and crops in one pass:
 *
 *     out[y, x] = padded[y + cropY, x + cropX],   shifted[y, x] = edge[y + shiftY, x + shiftX],
 *
 * where `padded` is `shifted` with padding around it, and `edge` the picture, mirrored or not, with its edge repeated.
 */
export function movePicture(
  { height, width, channels }: ImageShape,
  { flip, shiftY, shiftX, cropY, cropX }: Move,
  padding: Uint8Array,
  pixels: Uint8Array,
  from: number,
  out: Uint8Array,
  at: number,
): void {
  for (let y = 0; y < height; y++) {
    const innerY = y + cropY;
    const row = from + clamp(innerY + shiftY, height) * width * channels;
    for (let x = 0; x < width; x++) {
      const to = at + (y * width + x) * channels;
      const innerX = x + cropX;
      if (innerY < 0 || innerY >= height || innerX < 0 || innerX >= width) {
        for (let c = 0; c < channels; c++) out[to + c] = padding[c]!;
        continue;
      }
      const column = clamp(innerX + shiftX, width);
      const source = row + (flip ? width - 1 - column : column) * channels;
      for (let c = 0; c < channels; c++) out[to + c] = pixels[source + c]!;
    }
  }
}

function clamp(i: number, size: number): number {
  return i < 0 ? 0 : i >= size ? size - 1 : i;
}

function requireMove({ height, width }: ImageShape, name: string, pixels: number): void {
  const most = Math.min(height, width);
  if (!Number.isInteger(pixels) || pixels < 0 || pixels > most)
    throw new DataError(
      "augmentation",
      { file: "augmentation" },
      `${name} is ${pixels}; give a whole number of pixels from 0 to ${most}`,
    );
}

function paddingOf({ channels }: ImageShape, padding: number | readonly number[]): Uint8Array {
  const bytes = typeof padding === "number" ? Array.from({ length: channels }, () => padding) : padding;
  if (bytes.length !== channels || !bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255))
    throw new DataError(
      "augmentation",
      { file: "augmentation" },
      `padding is ${JSON.stringify(padding)}; give a byte from 0 to 255, or ${channels} of them`,
    );
  return Uint8Array.from(bytes);
}
