import fc from "fast-check";
import type { Window } from "../../src/kernels/image-kernels.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { type Setting, settings } from "./guarded-matrix.ts";

export interface WindowCase {
  readonly count: number;
  readonly repeat: number;
  readonly window: Window;
  readonly setting: Setting;
}

interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly out: number;
}

/** A window moved along one axis, with any padding behind the image, and positions left out at the end. */
const axes: fc.Arbitrary<Axis> = fc
  .record({
    size: fc.integer({ min: 1, max: 7 }),
    kernel: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    before: fc.integer({ min: 0, max: 4 }),
    out: fc.integer({ min: 1, max: 6 }),
  })
  .filter((axis) => (axis.out - 1) * axis.stride - axis.before < axis.size);

const windows: fc.Arbitrary<Window> = fc.tuple(axes, axes, fc.integer({ min: 1, max: 21 })).map(windowOf);

function windowOf([down, right, channels]: readonly [Axis, Axis, number]): Window {
  return {
    height: down.size,
    width: right.size,
    channels,
    kernelHeight: down.kernel,
    kernelWidth: right.kernel,
    strideHeight: down.stride,
    strideWidth: right.stride,
    dilationHeight: down.dilation,
    dilationWidth: right.dilation,
    paddingTop: down.before,
    paddingLeft: right.before,
    outHeight: down.out,
    outWidth: right.out,
  };
}

const same: Axis = { size: 8, kernel: 3, stride: 1, dilation: 1, before: 1, out: 8 };
const all: Axis = { size: 9, kernel: 9, stride: 1, dilation: 1, before: 0, out: 1 };

const examples: [WindowCase][] = (["float32", "float64"] as const).flatMap((dtype) =>
  [windowOf([same, same, 3]), windowOf([same, same, 16]), windowOf([all, all, 37])].map(
    (window): [WindowCase] => [
      { count: 2, repeat: 2, window, setting: { dtype, padding: 1, offset: 1, seed: 1 } },
    ],
  ),
);

/** Random windows and those of `examples`, all with the same kernels; for pools, each with a pixel in the image. */
export function checkWindows(
  makeKernels: () => Kernels,
  seed: number,
  pools: boolean,
  check: (k: Kernels, given: WindowCase) => void,
): void {
  const kernels = makeKernels();
  const cases = fc.record<WindowCase>({
    count: fc.integer({ min: 0, max: 3 }),
    repeat: fc.integer({ min: 1, max: 3 }),
    window: pools ? windows.filter(isNowhereEmpty) : windows,
    setting: settings,
  });
  fc.assert(
    fc.property(cases, (given) => check(kernels, given)),
    { seed, numRuns: 120, examples },
  );
}

function isNowhereEmpty(window: Window): boolean {
  return positionsOf(window).every((p) => tapsOf(window).some((k) => pixelUnder(window, p, k) !== null));
}

/** Of the images. */
export const sizeOf = (w: Window): number => w.height * w.width * w.channels;

export const positionsOf = (w: Window): number[] => [...new Array(w.outHeight * w.outWidth).keys()];

export const tapsOf = (w: Window): number[] => [...new Array(w.kernelHeight * w.kernelWidth).keys()];

/** The number of the pixel under tap k of the window at position p, or null outside of the image. */
export function pixelUnder(w: Window, p: number, k: number): number | null {
  const [oy, ox] = [Math.floor(p / w.outWidth), p % w.outWidth];
  const [ky, kx] = [Math.floor(k / w.kernelWidth), k % w.kernelWidth];
  const y = oy * w.strideHeight + ky * w.dilationHeight - w.paddingTop;
  const x = ox * w.strideWidth + kx * w.dilationWidth - w.paddingLeft;
  return y < 0 || x < 0 || y >= w.height || x >= w.width ? null : y * w.width + x;
}

/** The pixels under the window at position p that are in the image, in the order of its taps. */
export function pixelsUnder(w: Window, p: number): number[] {
  return tapsOf(w).flatMap((k) => pixelUnder(w, p, k) ?? []);
}
