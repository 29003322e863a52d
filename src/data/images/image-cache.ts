import type { FileHandle } from "node:fs/promises";
import type { ImageFault } from "./decode-images.ts";
import { bytesOf, type ImageShape } from "./image-shape.ts";

/**
 * A cache file: pictures that were decoded and resized once.
 *
 *     0    8 bytes   "gramimg1"
 *     8    32        SHA-256 of what it was made from
 *     40   4 × 4     height, width, channels, pictures; little endian
 *     56   8         zeros
 *     64   pictures × height × width × channels
 *     then           the pictures that can't be used, in JSON: [[row, "why"], ...]
 *
 * A bad picture has its place, black, so that rows keep their numbers.
 */
export const pixelOffset = 64;

const magic = "gramimg1";

/** The bytes before the pictures. */
export function cacheHeader(
  digest: string,
  { height, width, channels }: ImageShape,
  count: number,
): Uint8Array {
  const header = new Uint8Array(pixelOffset);
  header.set(new TextEncoder().encode(magic));
  header.set(digestBytes(digest), 8);
  const view = new DataView(header.buffer);
  for (const [i, value] of [height, width, channels, count].entries())
    view.setUint32(40 + 4 * i, value, true);
  return header;
}

/** The bytes after the pictures. */
export function cacheTrailer(faults: readonly ImageFault[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(faults.map(({ row, fault }) => [row, fault])));
}

/**
 * The bad pictures of a cache file; null if there is no such file, or it was made from something else, or is broken.
 * Node only.
 */
export async function matchCache(
  path: string,
  digest: string,
  shape: ImageShape,
  names: readonly string[],
): Promise<readonly ImageFault[] | null> {
  const { open } = await import("node:fs/promises");
  const file = await open(path, "r").catch(() => null);
  if (!file) return null;
  try {
    const wanted = cacheHeader(digest, shape, names.length);
    const found = await readPart(file, 0, pixelOffset);
    if (!found.every((byte, i) => byte === wanted[i])) return null;
    const end = pixelOffset + names.length * bytesOf(shape);
    const { size } = await file.stat();
    if (size <= end) return null;
    return readFaults(await readPart(file, end, size - end), names);
  } catch {
    // What can't be read or makes no sense is made anew.
    return null;
  } finally {
    await file.close();
  }
}

function readFaults(bytes: Uint8Array, names: readonly string[]): readonly ImageFault[] {
  const pairs = JSON.parse(new TextDecoder().decode(bytes)) as readonly [number, string][];
  return pairs.map(([row, fault]) => ({ row, file: names[row]!, fault }));
}

/** Reads all pictures of a cache file that matches. */
export async function readCachedPixels(path: string, bytes: number): Promise<Uint8Array> {
  const { open } = await import("node:fs/promises");
  const file = await open(path, "r");
  return await readPart(file, pixelOffset, bytes).finally(() => file.close());
}

/** A single read can't give more than 2³¹ - 1 bytes. */
const largestRead = 2 ** 28;

async function readPart(file: FileHandle, position: number, bytes: number): Promise<Uint8Array> {
  const part = new Uint8Array(bytes);
  for (let done = 0; done < bytes; ) {
    const wanted = Math.min(bytes - done, largestRead);
    const { bytesRead } = await file.read(part, done, wanted, position + done);
    if (bytesRead === 0) throw new Error("the file is shorter than expected");
    done += bytesRead;
  }
  return part;
}

/** Writes all bytes at a place. */
export async function writePart(file: FileHandle, part: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < part.length; ) {
    const wanted = Math.min(part.length - done, largestRead);
    const { bytesWritten } = await file.write(part, done, wanted, position + done);
    done += bytesWritten;
  }
}

function digestBytes(digest: string): Uint8Array {
  return Uint8Array.from(digest.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}
