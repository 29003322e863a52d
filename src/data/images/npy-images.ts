import { DataError } from "../../errors.ts";
import { type NpyArray, type NpyLayout, readNpy, readNpyLayout } from "../read-npy.ts";
import { type ImageShape, isShape } from "./image-shape.ts";
import { type ImageSource, memoryImages } from "./image-source.ts";
import { streamedImages } from "./streamed-images.ts";

/**
 * Takes an array of bytes for pictures: count × height × width, or with 1 or 3 channels innermost.
 *
 * @throws {DataError} If it has another shape, or numbers that are no bytes.
 */
export function npyImages({ shape, data }: NpyArray, name: string): ImageSource {
  const type = data.constructor.name.replace("Array", "").toLowerCase();
  return memoryImages(pictureShape(shape, type, name), data as Uint8Array);
}

/** Of NumPy, for numbers that are a byte each. */
const byteTypes = ["|u1", "|b1"];

/**
 * Opens the pictures of a NumPy file: in memory, or where they are more than `memoryLimit` bytes and not compressed,
 * read batch by batch. Node only.
 *
 * @throws {FileError} If the file can't be read. @throws {DataError} If it is no array of pictures.
 */
export async function openNpyImages(path: string, memoryLimit: number): Promise<ImageSource> {
  const layout = await readNpyLayout(path);
  if (layout && layout.bytes > memoryLimit) return await streamNpy(path, layout);
  return npyImages(await readNpy(path), path);
}

async function streamNpy(path: string, { shape, type, offset }: NpyLayout): Promise<ImageSource> {
  const picture = pictureShape(shape, byteTypes.includes(type) ? "uint8" : type, path);
  return await streamedImages(path, offset, picture, shape[0]!);
}

/** @throws {DataError} If an array of this shape and type holds no pictures. */
function pictureShape(shape: readonly number[], type: string, name: string): ImageShape {
  const [, height, width, channels = 1] = shape;
  const picture = { height, width, channels } as ImageShape;
  if (type === "uint8" && (shape.length === 3 || shape.length === 4) && isShape(picture)) return picture;
  throw new DataError(
    "shape",
    { file: name },
    `holds ${shape.join(" × ")} ${type}; save pictures as count × height × width, or with 1 or 3 channels after the width, of uint8, 0 to 255`,
  );
}
