import { DataError, FileError } from "../errors.ts";

/** Whether bytes begin like a gzip file. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** @throws {DataError} If the bytes can't be decompressed. */
export async function gunzip(bytes: Uint8Array, path: string): Promise<Uint8Array> {
  try {
    const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw cutShort(path);
  }
}

/** Decompresses a file part by part. Node only. @throws {DataError} If it can't be decompressed. */
export async function* gunzipParts(
  parts: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { pipeline, Readable } = await import("node:stream");
  const { createGunzip } = await import("node:zlib");
  // An error of either ends the iteration.
  const plain = pipeline(Readable.from(parts), createGunzip({ chunkSize: 1 << 18 }), () => {});
  try {
    yield* plain;
  } catch (error) {
    throw error instanceof FileError ? error : cutShort(path);
  }
}

function cutShort(path: string): DataError {
  return new DataError(
    "gzip",
    { file: path },
    "begins like a gzip file but can't be decompressed; it may be cut short",
  );
}
