import { beginRead, type PixelFile } from "./pixel-file.ts";

/** A buffer that is filled by reads that run beside the program. */
export interface ReadAhead {
  /** Whether it neither is being filled nor holds what was not taken. */
  isFree(): boolean;
  /** Whether it is not being filled. */
  isIdle(): boolean;
  fetch(rows: Int32Array, start: number, count: number): void;
  /** Hands over these rows; false if it does not have them. */
  take(rows: Int32Array, start: number, count: number, out: Uint8Array): boolean;
}

/** Makes a buffer for pictures of a file. It is allocated at the first fetch, and again only for a larger one. */
export function readAhead(file: PixelFile): ReadAhead {
  const { size } = file;
  let bytes = new Uint8Array(0);
  let held = new Int32Array(0);
  let count = 0;
  let pending = 0;
  let failed = false;
  const onRead = (isGood: boolean): void => {
    pending--;
    if (!isGood) failed = true;
  };
  const holds = (rows: Int32Array, start: number, n: number): boolean => {
    if (n !== count) return false;
    for (let i = 0; i < n; i++) if (held[i] !== rows[start + i]) return false;
    return true;
  };
  return {
    isFree: () => pending === 0 && count === 0,
    isIdle: () => pending === 0,
    fetch: (rows, start, n) => {
      if (held.length < n) {
        held = new Int32Array(n);
        bytes = new Uint8Array(n * size);
      }
      held.set(rows.subarray(start, start + n));
      count = n;
      failed = false;
      pending = n;
      for (let i = 0; i < n; i++) beginRead(file, held[i]!, bytes, i * size, onRead);
    },
    take: (rows, start, n, out) => {
      if (!holds(rows, start, n)) return false;
      // What has not arrived is read by the caller, and this copy is not wanted when it comes.
      count = 0;
      if (pending > 0 || failed) return false;
      out.set(bytes.subarray(0, n * size));
      return true;
    },
  };
}
