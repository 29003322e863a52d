import { bytesOf, type ImageShape } from "./image-shape.ts";
import { findBadRow, type ImageSource, requireRead } from "./image-source.ts";
import { closePixelFile, openPixelFile, readRows } from "./pixel-file.ts";
import { readAhead } from "./read-ahead.ts";

/**
 * Pictures in a file, one after the other from `offset`, for sets that do not fit in memory. Node only.
 *
 * `prefetch` has the system read ahead into one of two buffers, allocated at the first use for the largest batch:
 * one can be filled while the other waits to be read. Where both are busy, or what was fetched has not arrived,
 * `read` reads from the file itself: then mostly from the system's cache, which the fetch has filled.
 *
 * @throws {FileError} If the file can't be opened.
 */
export async function streamedImages(
  path: string,
  offset: number,
  shape: ImageShape,
  count: number,
): Promise<ImageSource> {
  const file = await openPixelFile(path, offset, bytesOf(shape));
  const slots = [readAhead(file), readAhead(file)] as const;
  return {
    ...shape,
    count,
    read: (rows, start, n, out) => {
      requireRead(rows, start, n, count, out, file.size);
      if (!slots.some((slot) => slot.take(rows, start, n, out))) readRows(file, rows, start, n, out);
    },
    prefetch: (rows, start, n) => {
      if (file.isClosed || findBadRow(rows, start, n, count) >= 0) return;
      const free = slots.find((slot) => slot.isFree()) ?? slots.find((slot) => slot.isIdle());
      free?.fetch(rows, start, n);
    },
    close: () => closePixelFile(file),
  };
}
