import { DataError } from "../data-error.ts";
import type { NpyArray } from "../read-npy.ts";
import { type ImageShape, isShape } from "./image-shape.ts";
import { type ImageSource, memoryImages } from "./image-source.ts";

/**
 * Takes an array of bytes for pictures: count × height × width, or with 1 or 3 channels innermost.
 *
 * @throws {DataError} If it has another shape, or numbers that are no bytes.
 */
export function npyImages({ shape, data }: NpyArray, name: string): ImageSource {
  const [, height, width, channels = 1] = shape;
  const picture = { height, width, channels } as ImageShape;
  if (data instanceof Uint8Array && (shape.length === 3 || shape.length === 4) && isShape(picture))
    return memoryImages(picture, data);
  const sizes = `${shape.join(" × ")} ${data.constructor.name.replace("Array", "").toLowerCase()}`;
  throw new DataError(
    "shape",
    { file: name },
    `holds ${sizes}; save pictures as count × height × width, or with 1 or 3 channels after the width, of uint8, 0 to 255`,
  );
}
