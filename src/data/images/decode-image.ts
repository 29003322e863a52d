import { FileError } from "../../errors.ts";
import { readFileBytes } from "../../formats/files.ts";
import { recognize } from "../../formats/recognize.ts";
import { bytesOf, type ImageShape } from "./image-shape.ts";
import { loadSharp, type Sharp } from "./load-sharp.ts";

/**
 * How a picture of other proportions is brought to the shape.
 *
 *     stretch    every part of the picture is kept, its proportions change
 *     crop       the largest middle part of the right proportions
 *     pad        the whole picture, with black bars
 */
export type ImageFit = "stretch" | "crop" | "pad";

/** A picture's bytes, or why there are none. */
export type DecodedImage =
  | { readonly pixels: Uint8Array; readonly fault: null }
  | { readonly pixels: null; readonly fault: string };

/** Decodes a file into a picture of the shape. A bad picture is a value; nothing is thrown for it. */
export type ImageDecoder = (path: string) => Promise<DecodedImage>;

const sharpFits: Readonly<Record<ImageFit, string>> = { stretch: "fill", crop: "cover", pad: "contain" };

/**
 * Makes a decoder for JPEG, PNG and WebP. The picture stands as its EXIF orientation says; what is transparent
 * becomes black; 16 bits become 8; of an animation it is the first frame. Gray from color is the luminance. Node only.
 *
 * @throws {DataError} If sharp, the optional dependency that decodes, is missing.
 */
export async function imageDecoder(shape: ImageShape, fit: ImageFit): Promise<ImageDecoder> {
  const sharp = await loadSharp();
  return async (path) => {
    try {
      const bytes = await readFileBytes(path);
      return await decodeBytes(sharp, bytes, shape, fit);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return { pixels: null, fault: error.message.slice(path.length + 2) };
    }
  };
}

async function decodeBytes(
  sharp: Sharp,
  bytes: Uint8Array,
  shape: ImageShape,
  fit: ImageFit,
): Promise<DecodedImage> {
  if (bytes.length === 0) return { pixels: null, fault: "is empty, 0 bytes" };
  const { height, width, channels } = shape;
  try {
    // "warning": a file that is cut short is bad, not a picture with a gray lower half.
    const pixels = await sharp(bytes, { failOn: "warning" })
      .autoOrient()
      .flatten({ background: "#000000" })
      .resize({ width, height, fit: sharpFits[fit], background: "#000000" })
      .toColourspace(channels === 1 ? "b-w" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer();
    if (pixels.length === bytesOf(shape)) return { pixels, fault: null };
    return { pixels: null, fault: `was decoded to ${pixels.length} bytes in place of ${bytesOf(shape)}` };
  } catch (error) {
    return { pixels: null, fault: describeFailure(bytes, error) };
  }
}

function describeFailure(bytes: Uint8Array, error: unknown): string {
  const [reason] = String(error instanceof Error ? error.message : error).split("\n");
  const kind = recognize(bytes);
  const look = kind.startsWith("binary") ? "" : `, it looks like ${kind}`;
  return `can't be decoded${look} (${reason})`;
}
