import { FileError } from "../../errors.ts";
import { fileError } from "../../formats/files.ts";

/** An open file of pictures, one after the other. */
export interface PixelFile {
  readonly path: string;
  /** Where picture 0 begins. */
  readonly offset: number;
  /** Bytes of a picture. */
  readonly size: number;
  readonly descriptor: number;
  readonly fs: typeof import("node:fs");
  /** Reads that the system has not finished. */
  pending: number;
  isClosed: boolean;
}

/** @throws {FileError} If the file can't be opened. */
export async function openPixelFile(path: string, offset: number, size: number): Promise<PixelFile> {
  const fs = await import("node:fs");
  try {
    return { path, offset, size, fs, descriptor: fs.openSync(path, "r"), pending: 0, isClosed: false };
  } catch (error) {
    throw fileError(path, error);
  }
}

/** Closes the file as soon as no read is under way: its number may be another file's at once. */
export function closePixelFile(file: PixelFile): void {
  if (file.isClosed) return;
  file.isClosed = true;
  if (file.pending === 0) file.fs.closeSync(file.descriptor);
}

/** Begins a read of one picture; `done` is told whether it went well. */
export function beginRead(
  file: PixelFile,
  row: number,
  out: Uint8Array,
  at: number,
  done: (isGood: boolean) => void,
): void {
  const { fs, descriptor, size, offset } = file;
  file.pending++;
  fs.read(descriptor, out, at, size, offset + row * size, (error, got) => {
    file.pending--;
    if (file.isClosed && file.pending === 0) fs.closeSync(descriptor);
    done(!error && got === size);
  });
}

/** Reads pictures now; neighbouring rows at once. */
export function readRows(
  file: PixelFile,
  rows: Int32Array,
  start: number,
  count: number,
  out: Uint8Array,
): void {
  for (let i = 0; i < count; ) {
    const first = rows[start + i]!;
    let run = 1;
    while (i + run < count && rows[start + i + run] === first + run) run++;
    readFully(file, out, i * file.size, run * file.size, file.offset + first * file.size);
    i += run;
  }
}

/** A single read can't give more than 2³¹ - 1 bytes. */
const largestRead = 2 ** 30;

function readFully(file: PixelFile, out: Uint8Array, at: number, bytes: number, position: number): void {
  const { fs, descriptor, path } = file;
  if (file.isClosed) throw new FileError("system", path, "was closed; open the pictures again");
  try {
    for (let done = 0; done < bytes; ) {
      const wanted = Math.min(bytes - done, largestRead);
      const got = fs.readSync(descriptor, out, at + done, wanted, position + done);
      if (got === 0) throw new FileError("system", path, "was cut short while it was read; prepare it again");
      done += got;
    }
  } catch (error) {
    throw fileError(path, error);
  }
}
