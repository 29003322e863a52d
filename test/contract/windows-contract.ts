import { describe, expect, test } from "vitest";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { seededRandom } from "../../src/random/random.ts";
import { type Expected, epsilon, expectMatrix, expectUnchanged, matrices } from "./guarded-matrix.ts";
import {
  checkWindows,
  pixelsUnder,
  pixelUnder,
  positionsOf,
  sizeOf,
  tapsOf,
  type WindowCase,
} from "./window-cases.ts";

/** All channels of the image, and some in their midst. */
function channelRanges({ window, setting }: WindowCase): [first: number, channels: number][] {
  const random = seededRandom(setting.seed);
  const first = Math.floor(random() * window.channels);
  const channels = 1 + Math.floor(random() * (window.channels - first));
  return [
    [0, window.channels],
    [first, channels],
  ];
}

/** For each pixel the (p, k) with pixels(p)[k] = pixel. */
function invert(positions: readonly number[], pixels: (p: number) => readonly (number | null)[]) {
  const found = new Map<number | null, [p: number, k: number][]>();
  for (const p of positions)
    for (const [k, pixel] of pixels(p).entries()) {
      const pairs = found.get(pixel);
      if (pairs) pairs.push([p, k]);
      else found.set(pixel, [[p, k]]);
    }
  return found;
}

/** A sum of numbers, each addition rounded: n ε/2 Σ |x|, twice that for what is rounded before it is added. */
function sumOf(values: readonly number[], eps: number): Expected {
  const absolute = values.reduce((sum, x) => sum + Math.abs(x), 0);
  return [values.reduce((sum, x) => sum + x, 0), (values.length + 1) * eps * absolute];
}

function checkUnfold(kernels: Kernels, given: WindowCase): void {
  const { count, window, setting } = given;
  const positions = positionsOf(window).length;
  for (const [first, channels] of channelRanges(given)) {
    const { input, output } = matrices(kernels, setting);
    const image = input(count, sizeOf(window));
    const out = output(count * positions, tapsOf(window).length * channels, { value: () => Number.NaN });
    kernels.unfold(count, window, first, channels, image.data, image.ld, out.data, out.ld);
    expectMatrix(out, (row, column) => {
      const pixel = pixelUnder(window, row % positions, Math.floor(column / channels));
      if (pixel === null) return [0, 0];
      const place = pixel * window.channels + first + (column % channels);
      return [image.at(Math.floor(row / positions), place), 0];
    });
    expectUnchanged(image);
  }
}

function checkFold(kernels: Kernels, given: WindowCase): void {
  const { count, window, setting } = given;
  const positions = positionsOf(window);
  for (const [first, channels] of channelRanges(given)) {
    const { input, output } = matrices(kernels, setting);
    const patches = input(count * positions.length, tapsOf(window).length * channels);
    const image = output(count, sizeOf(window));
    const tapsOver = invert(positions, (p) => tapsOf(window).map((k) => pixelUnder(window, p, k)));
    kernels.fold(count, window, first, channels, patches.data, patches.ld, image.data, image.ld);
    expectMatrix(image, (i, place) => {
      const c = (place % window.channels) - first;
      if (c < 0 || c >= channels) return [image.at(i, place), 0];
      const pixel = Math.floor(place / window.channels);
      const added = (tapsOver.get(pixel) ?? []).map(([p, k]) =>
        patches.at(i * positions.length + p, k * channels + c),
      );
      return sumOf([image.at(i, place), ...added], epsilon[setting.dtype]);
    });
    expectUnchanged(patches);
  }
}

/** The place of the largest of a window's numbers, NaN the largest of all, by sorting. */
function placeOfMaximum({ window }: WindowCase, p: number, c: number, at: (place: number) => number): number {
  const places = pixelsUnder(window, p).map((pixel) => pixel * window.channels + c);
  const rank = (x: number) => (Number.isNaN(x) ? Number.POSITIVE_INFINITY : x);
  return places.toSorted((a, b) => rank(at(b)) - rank(at(a)) || a - b)[0]!;
}

/** Few different numbers, so that many are equal; some NaN. */
function checkMaxPool(kernels: Kernels, given: WindowCase): void {
  const { count, window, setting } = given;
  const n = positionsOf(window).length * window.channels;
  const { input, output } = matrices(kernels, setting);
  const random = seededRandom(setting.seed);
  const value = () => (random() < 0.05 ? Number.NaN : Math.floor(random() * 5) - 2);
  const image = input(count, sizeOf(window), { value });
  const out = output(count, n);
  const places = kernels.allocateIndices(count * n + 5).fill(-7);
  kernels.maxPool(count, window, image.data, image.ld, out.data, out.ld, places);
  expectMatrix(out, (i, j) => {
    const at = (place: number) => image.at(i, place);
    const best = placeOfMaximum(given, Math.floor(j / window.channels), j % window.channels, at);
    if (places[i * n + j] !== best)
      throw new Error(`[${i}, ${j}]: the place is ${places[i * n + j]}, not ${best}`);
    return [at(best), 0];
  });
  expect([...places.subarray(count * n)]).toEqual(new Array(5).fill(-7));
  expectUnchanged(image);
}

function checkMaxUnpool(kernels: Kernels, { count, repeat, window, setting }: WindowCase): void {
  const n = positionsOf(window).length * window.channels;
  const { input, output } = matrices(kernels, setting);
  const image = input(count, sizeOf(window));
  const pooled = output(count, n);
  const places = kernels.allocateIndices(count * n);
  kernels.maxPool(count, window, image.data, image.ld, pooled.data, pooled.ld, places);
  const d = input(count * repeat, n);
  const out = output(count * repeat, sizeOf(window));
  kernels.maxUnpool(count, repeat, window, places, d.data, d.ld, out.data, out.ld);
  const examples = [...new Array(count).keys()];
  const sources = invert(examples, (i) => [...places.subarray(i * n, (i + 1) * n)]);
  expectMatrix(out, (row, place) => {
    const i = Math.floor(row / repeat);
    const added = (sources.get(place) ?? []).flatMap(([example, j]) => (example === i ? d.at(row, j) : []));
    return sumOf([out.at(row, place), ...added], epsilon[setting.dtype]);
  });
  expectUnchanged(d);
}

function checkAveragePool(kernels: Kernels, { count, window, setting }: WindowCase): void {
  const { input, output } = matrices(kernels, setting);
  const image = input(count, sizeOf(window));
  const out = output(count, positionsOf(window).length * window.channels, { value: () => Number.NaN });
  kernels.averagePool(count, window, image.data, image.ld, out.data, out.ld);
  expectMatrix(out, (i, j) => {
    const pixels = pixelsUnder(window, Math.floor(j / window.channels));
    const values = pixels.map((pixel) => image.at(i, pixel * window.channels + (j % window.channels)));
    const [sum, tolerance] = sumOf(values, epsilon[setting.dtype]);
    return [sum / pixels.length, tolerance / pixels.length];
  });
  expectUnchanged(image);
}

function checkAverageUnpool(kernels: Kernels, { count, window, setting }: WindowCase): void {
  const { input, output } = matrices(kernels, setting);
  const d = input(count, positionsOf(window).length * window.channels);
  const out = output(count, sizeOf(window));
  const windowsOver = invert(positionsOf(window), (p) => pixelsUnder(window, p));
  kernels.averageUnpool(count, window, d.data, d.ld, out.data, out.ld);
  expectMatrix(out, (i, place) => {
    const pixel = Math.floor(place / window.channels);
    const c = place % window.channels;
    const added = (windowsOver.get(pixel) ?? []).map(
      ([p]) => d.at(i, p * window.channels + c) / pixelsUnder(window, p).length,
    );
    return sumOf([out.at(i, place), ...added], epsilon[setting.dtype]);
  });
  expectUnchanged(d);
}

export function windowsContract(makeKernels: () => Kernels): void {
  describe("windows", () => {
    test("unfold copies what is under each position of the window, and 0 outside of the image", () => {
      checkWindows(makeKernels, 61, false, checkUnfold);
    });

    test("fold adds what unfold would have taken from each pixel", () => {
      checkWindows(makeKernels, 62, false, checkFold);
    });

    test("maxPool takes the first of the largest numbers, and NaN before all", () => {
      checkWindows(makeKernels, 63, true, checkMaxPool);
    });

    test("maxUnpool adds to where each maximum was, for r rows", () => {
      checkWindows(makeKernels, 64, true, checkMaxUnpool);
    });

    test("averagePool is the mean of the pixels inside the image", () => {
      checkWindows(makeKernels, 65, true, checkAveragePool);
    });

    test("averageUnpool gives each pixel its share", () => {
      checkWindows(makeKernels, 66, true, checkAverageUnpool);
    });
  });
}
