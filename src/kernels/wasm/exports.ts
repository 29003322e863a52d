import type { Window } from "../image-kernels.ts";
import type { FloatArray } from "../kernels.ts";

/**
 * The functions that a module exports. They take addresses in place of arrays; see assembly/index.ts, and
 * generated/bind-exports.ts, which calls them.
 */
export type Exports = Readonly<Record<string, (...values: (number | boolean)[]) => number>>;

/** The address of an array; 0 of none. */
export function addressOf(array: FloatArray | Int32Array | null): number {
  return array?.byteOffset ?? 0;
}

/** Hands over a window for the next call. */
export function setWindow(exports: Exports, w: Window): void {
  exports.setWindow!(
    w.height,
    w.width,
    w.channels,
    w.kernelHeight,
    w.kernelWidth,
    w.strideHeight,
    w.strideWidth,
    w.dilationHeight,
    w.dilationWidth,
    w.paddingTop,
    w.paddingLeft,
    w.outHeight,
    w.outWidth,
  );
}
