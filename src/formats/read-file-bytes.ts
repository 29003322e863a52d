import { fileError } from "./file-error.ts";

/**
 * Reads a whole file. Node only.
 *
 * @throws {FileError} If it is missing, a folder, or may not be read.
 */
export async function readFileBytes(path: string): Promise<Uint8Array> {
  const { readFile } = await import("node:fs/promises");
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError(path, error);
  }
}
