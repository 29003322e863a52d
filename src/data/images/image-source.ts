import { DataError } from "../../errors.ts";
import { bytesOf, type ImageShape } from "./image-shape.ts";

/** Pictures of one shape, as bytes, by rows. They need not be in memory. */
export interface ImageSource extends ImageShape {
  /** Rows, from 0. */
  readonly count: number;
  /**
   * Copies the pictures `rows[start]`, ..., `rows[start + count - 1]` to the beginning of `out`, one after the other.
   *
   * @throws {DataError} If there is no such row, or `out` is too short.
   * @throws {FileError} If the pictures are in a file that can't be read any more.
   */
  read(rows: Int32Array, start: number, count: number, out: Uint8Array): void;
  /** Begins to fetch what a `read` with the same rows will ask for; `read` then finds it. Never fails. */
  prefetch(rows: Int32Array, start: number, count: number): void;
  /** Gives back what the source holds. */
  close(): void;
}

/** Pictures in memory, count × height × width × channels. */
export function memoryImages(shape: ImageShape, pixels: Uint8Array): ImageSource {
  const size = bytesOf(shape);
  const total = pixels.length / size;
  if (!Number.isInteger(total))
    throw new DataError(
      "shape",
      { file: "images" },
      `have ${pixels.length} bytes, no whole number of pictures of ${size} bytes`,
    );
  return {
    ...shape,
    count: total,
    read: (rows, start, count, out) => {
      requireRead(rows, start, count, total, out, size);
      for (let i = 0; i < count; i++) {
        const at = rows[start + i]! * size;
        out.set(pixels.subarray(at, at + size), i * size);
      }
    },
    prefetch: () => {},
    close: () => {},
  };
}

/** The place in `rows`, of those from `start`, of the first that is no row; -1 if all are. */
export function findBadRow(rows: Int32Array, start: number, count: number, total: number): number {
  // Written so that undefined is bad: past the end of `rows`.
  for (let i = start; i < start + count; i++) if (!(rows[i]! >= 0 && rows[i]! < total)) return i;
  return -1;
}

/** @throws {DataError} If a row is not in [0, total), or `out` is too short for them. */
export function requireRead(
  rows: Int32Array,
  start: number,
  count: number,
  total: number,
  out: Uint8Array,
  size: number,
): void {
  const bad = findBadRow(rows, start, count, total);
  if (bad >= 0)
    throw new DataError(
      "image-row",
      { file: "images" },
      `have no row ${rows[bad]}; rows are whole numbers from 0 to ${total - 1}`,
    );
  if (out.length < count * size)
    throw new DataError(
      "shape",
      { file: "images" },
      `${count} pictures of ${size} bytes don't fit in ${out.length} bytes`,
    );
}
