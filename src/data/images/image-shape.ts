import { DataError } from "../../errors.ts";

/** Size of all pictures of a set. A picture is height × width × channels bytes, the channels innermost. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  /** 1: gray, 3: red, green, blue. */
  readonly channels: 1 | 3;
}

/** The largest height and width: beyond it a picture of bytes is larger than any network here can take. */
const largestSide = 8192;

/** Bytes of a picture. */
export function bytesOf({ height, width, channels }: ImageShape): number {
  return height * width * channels;
}

/** Writes a shape: "20 × 40 × 3". */
export function writeShape({ height, width, channels }: ImageShape): string {
  return `${height} × ${width} × ${channels}`;
}

/** Whether the sides are whole numbers from 1 to 8192, and the channels 1 or 3. */
export function isShape({ height, width, channels }: ImageShape): boolean {
  const isSide = (side: number) => Number.isInteger(side) && side >= 1 && side <= largestSide;
  return isSide(height) && isSide(width) && (channels === 1 || channels === 3);
}

/** @throws {DataError} If it is no shape. */
export function requireShape(shape: ImageShape): void {
  if (!isShape(shape))
    throw new DataError(
      "image-shape",
      { file: "images" },
      `can't be ${writeShape(shape)}; give whole numbers from 1 to ${largestSide}, and 1 or 3 channels`,
    );
}
