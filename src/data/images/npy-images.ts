import { DataError } from "../data-error.ts";
import type { NpyArray } from "../read-npy.ts";
import { type ImageShape, requireShape } from "./image-shape.ts";
import { type ImageSource, memoryImages } from "./image-source.ts";

/**
 * Takes an array of bytes for pictures: count × height × width, or with 1 or 3 channels innermost.
 *
 * @throws {DataError} If it has another shape, or numbers that are no bytes.
 */
export function npyImages({ shape, data }: NpyArray, name: string): ImageSource {
  const [, height, width, channels = 1] = shape;
  const sizes = `${shape.join(" × ")} ${data.constructor.name.replace("Array", "").toLowerCase()}`;
  if (!(data instanceof Uint8Array) || height === undefined || width === undefined || shape.length > 4)
    throw new DataError(
      "shape",
      { file: name },
      `holds ${sizes}; pictures are count × height × width or count × height × width × channels, uint8`,
    );
  const picture: ImageShape = { height, width, channels: channels as ImageShape["channels"] };
  requireShape(picture);
  return memoryImages(picture, data);
}
