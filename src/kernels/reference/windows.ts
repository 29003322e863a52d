import type { Window } from "../image-kernels.ts";
import type { FloatArray } from "../kernels.ts";

/** The number of the pixel (ky, kx) of the window at `position`, row by row; -1 outside of the image. */
function pixelAt(window: Window, position: number, ky: number, kx: number): number {
  const oy = Math.floor(position / window.outWidth);
  const ox = position % window.outWidth;
  const y = oy * window.strideHeight - window.paddingTop + ky * window.dilationHeight;
  const x = ox * window.strideWidth - window.paddingLeft + kx * window.dilationWidth;
  return y >= 0 && y < window.height && x >= 0 && x < window.width ? y * window.width + x : -1;
}

/** The numbers of the window's pixels inside the image. */
function pixelsOf(window: Window, position: number): number[] {
  const pixels: number[] = [];
  for (let ky = 0; ky < window.kernelHeight; ky++)
    for (let kx = 0; kx < window.kernelWidth; kx++) {
      const pixel = pixelAt(window, position, ky, kx);
      if (pixel >= 0) pixels.push(pixel);
    }
  return pixels;
}

/** Calls `visit` with each element of the patches, and its place in the image or -1. */
function visitPatches(
  count: number,
  window: Window,
  firstChannel: number,
  channels: number,
  ldPatches: number,
  ldImage: number,
  visit: (patch: number, place: number) => void,
): void {
  const { kernelHeight, kernelWidth, outHeight, outWidth } = window;
  const positions = outHeight * outWidth;
  for (let row = 0; row < count * positions; row++)
    for (let k = 0; k < kernelHeight * kernelWidth; k++) {
      const pixel = pixelAt(window, row % positions, Math.floor(k / kernelWidth), k % kernelWidth);
      const place = Math.floor(row / positions) * ldImage + pixel * window.channels + firstChannel;
      for (let c = 0; c < channels; c++)
        visit(row * ldPatches + k * channels + c, pixel < 0 ? -1 : place + c);
    }
}

/** out[i P + p, (ky kernelWidth + kx) channels + c] <- image[i, y, x, firstChannel + c]; see `ImageKernels`. */
export function unfold(
  count: number,
  window: Window,
  firstChannel: number,
  channels: number,
  image: FloatArray,
  ldImage: number,
  out: FloatArray,
  ldOut: number,
): void {
  visitPatches(count, window, firstChannel, channels, ldOut, ldImage, (patch, place) => {
    out[patch] = place < 0 ? 0 : image[place]!;
  });
}

/** image[i, y, x, firstChannel + c] += patches[i P + p, (ky kernelWidth + kx) channels + c]; see `ImageKernels`. */
export function fold(
  count: number,
  window: Window,
  firstChannel: number,
  channels: number,
  patches: FloatArray,
  ldPatches: number,
  image: FloatArray,
  ldImage: number,
): void {
  visitPatches(count, window, firstChannel, channels, ldPatches, ldImage, (patch, place) => {
    if (place >= 0) image[place]! += patches[patch]!;
  });
}

/** out[i, p C + c] <- the largest image[i, y, x, c] of window p, its place into `places`; see `ImageKernels`. */
export function maxPool(
  count: number,
  window: Window,
  image: FloatArray,
  ldImage: number,
  out: FloatArray,
  ldOut: number,
  places: Int32Array,
): void {
  const { channels } = window;
  const positions = window.outHeight * window.outWidth;
  for (let p = 0; p < positions; p++) {
    const pixels = pixelsOf(window, p);
    for (let i = 0; i < count; i++)
      for (let c = 0; c < channels; c++) {
        const at = (pixel: number) => image[i * ldImage + pixel * channels + c]!;
        const best = pixels.reduce((first, pixel) => (isLarger(at(pixel), at(first)) ? pixel : first));
        out[i * ldOut + p * channels + c] = at(best);
        places[(i * positions + p) * channels + c] = best * channels + c;
      }
  }
}

/** x > y, where NaN is larger than any number. */
function isLarger(x: number, y: number): boolean {
  return x > y || (Number.isNaN(x) && !Number.isNaN(y));
}

/** out[i r + k, places[(i P + p) C + c]] += d[i r + k, p C + c]; see `ImageKernels`. */
export function maxUnpool(
  count: number,
  repeat: number,
  window: Window,
  places: Int32Array,
  d: FloatArray,
  ldd: number,
  out: FloatArray,
  ldOut: number,
): void {
  const n = window.outHeight * window.outWidth * window.channels;
  for (let row = 0; row < count * repeat; row++) {
    const i = Math.floor(row / repeat);
    for (let j = 0; j < n; j++) out[row * ldOut + places[i * n + j]!]! += d[row * ldd + j]!;
  }
}

/** out[i, p C + c] <- mean of image[i, y, x, c] in window p; see `ImageKernels`. */
export function averagePool(
  count: number,
  window: Window,
  image: FloatArray,
  ldImage: number,
  out: FloatArray,
  ldOut: number,
): void {
  const { channels } = window;
  for (let p = 0; p < window.outHeight * window.outWidth; p++) {
    const pixels = pixelsOf(window, p);
    for (let i = 0; i < count; i++)
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (const pixel of pixels) sum += image[i * ldImage + pixel * channels + c]!;
        out[i * ldOut + p * channels + c] = sum / pixels.length;
      }
  }
}

/** out[i, y, x, c] += d[i, p C + c] / (pixels of window p) in each window p; see `ImageKernels`. */
export function averageUnpool(
  rows: number,
  window: Window,
  d: FloatArray,
  ldd: number,
  out: FloatArray,
  ldOut: number,
): void {
  const { channels } = window;
  for (let p = 0; p < window.outHeight * window.outWidth; p++) {
    const pixels = pixelsOf(window, p);
    for (let i = 0; i < rows; i++)
      for (const pixel of pixels)
        for (let c = 0; c < channels; c++)
          out[i * ldOut + pixel * channels + c]! += d[i * ldd + p * channels + c]! / pixels.length;
  }
}
