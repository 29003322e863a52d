import { DataError } from "../errors.ts";

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
    throw new DataError(
      "gzip",
      { file: path },
      "begins like a gzip file but can't be decompressed; it may be cut short",
    );
  }
}
