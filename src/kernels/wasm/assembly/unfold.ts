import { addStrips, clearStrips, copyStrips } from "./strips";
import {
  dilationHeight,
  dilationWidth,
  endInside,
  firstInside,
  height,
  imageChannels,
  kernelHeight,
  kernelWidth,
  outHeight,
  outWidth,
  paddingLeft,
  paddingTop,
  strideHeight,
  strideWidth,
  width,
} from "./window";

/**
 * out[i P + p, (ky kernelWidth + kx) channels + c] <- image[i, y, x, firstChannel + c], 0 outside of the image. A row of
 * positions at a time: its patches stay in the first-level cache while each row of the window is written.
 */
export function unfold<T>(
  count: usize,
  firstChannel: usize,
  channels: usize,
  image: usize,
  ldImage: usize,
  out: usize,
  ldOut: usize,
): void {
  const step = ldOut * sizeof<T>();
  const pixelBytes = channels * sizeof<T>();
  const rowBytes = <usize>kernelWidth * pixelBytes;
  const whole = dilationWidth == 1 && <i32>channels == imageChannels;
  image += firstChannel * sizeof<T>();
  for (let i: usize = 0; i < count; i++, image += ldImage * sizeof<T>())
    for (let oy = 0; oy < outHeight; oy++, out += <usize>outWidth * step)
      for (let ky = 0; ky < kernelHeight; ky++) {
        const y = oy * strideHeight - paddingTop + ky * dilationHeight;
        const target = out + <usize>ky * rowBytes;
        const row = image + <usize>(y * width * imageChannels) * sizeof<T>();
        if (y < 0 || y >= height) clearStrips(outWidth, rowBytes, target, step);
        else if (whole) unfoldRow(pixelBytes, row, target, step);
        else unfoldPixels<T>(pixelBytes, row, target, step);
      }
}

/** One row of the window at a row of positions, where the pixels of a window's row are neighbours in memory. */
function unfoldRow(pixelBytes: usize, row: usize, target: usize, step: usize): void {
  const first = min(firstInside(-paddingLeft, strideWidth), outWidth);
  const end = max(first, endInside(kernelWidth - 1 - paddingLeft, strideWidth, outWidth, width));
  const inside = row + <usize>(first * strideWidth - paddingLeft) * pixelBytes;
  unfoldEdge(0, first, pixelBytes, row, target, step);
  copyStrips(
    end - first,
    <usize>kernelWidth * pixelBytes,
    inside,
    <usize>strideWidth * pixelBytes,
    target + <usize>first * step,
    step,
  );
  unfoldEdge(end, outWidth, pixelBytes, row, target, step);
}

/** The positions from `from` to `to`, whose windows reach over an end of the image's row: three spans each. */
function unfoldEdge(from: i32, to: i32, pixelBytes: usize, row: usize, target: usize, step: usize): void {
  target += <usize>from * step;
  for (let position = from; position < to; position++, target += step) {
    const x = position * strideWidth - paddingLeft;
    const first = max(0, min(kernelWidth, -x));
    const end = max(first, min(kernelWidth, width - x));
    const inside = target + <usize>first * pixelBytes;
    const after = target + <usize>end * pixelBytes;
    clearStrips(1, <usize>first * pixelBytes, target, step);
    copyStrips(1, <usize>(end - first) * pixelBytes, row + <usize>(x + first) * pixelBytes, 0, inside, step);
    clearStrips(1, <usize>(kernelWidth - end) * pixelBytes, after, step);
  }
}

/** The same for a window of any kind, pixel by pixel. */
function unfoldPixels<T>(pixelBytes: usize, row: usize, target: usize, step: usize): void {
  const imageStep = <usize>(strideWidth * imageChannels) * sizeof<T>();
  for (let kx = 0; kx < kernelWidth; kx++, target += pixelBytes) {
    const start = kx * dilationWidth - paddingLeft;
    const first = min(firstInside(start, strideWidth), outWidth);
    const end = max(endInside(start, strideWidth, outWidth, width), first);
    const source = row + <usize>((start + first * strideWidth) * imageChannels) * sizeof<T>();
    clearStrips(first, pixelBytes, target, step);
    copyStrips(end - first, pixelBytes, source, imageStep, target + <usize>first * step, step);
    clearStrips(outWidth - end, pixelBytes, target + <usize>end * step, step);
  }
}

/**
 * image[i, y, x, firstChannel + c] += patches[i P + p, (ky kernelWidth + kx) channels + c]. Pixel by pixel of the
 * window, so that no sum waits for the one before it.
 */
export function fold<T>(
  count: usize,
  firstChannel: usize,
  channels: usize,
  patches: usize,
  ldPatches: usize,
  image: usize,
  ldImage: usize,
): void {
  const step = ldPatches * sizeof<T>();
  const pixelBytes = channels * sizeof<T>();
  image += firstChannel * sizeof<T>();
  for (let i: usize = 0; i < count; i++, image += ldImage * sizeof<T>())
    for (let oy = 0; oy < outHeight; oy++, patches += <usize>outWidth * step)
      for (let ky = 0; ky < kernelHeight; ky++) {
        const y = oy * strideHeight - paddingTop + ky * dilationHeight;
        if (y < 0 || y >= height) continue;
        const source = patches + <usize>(ky * kernelWidth) * pixelBytes;
        const row = image + <usize>(y * width * imageChannels) * sizeof<T>();
        foldRow<T>(pixelBytes, source, step, row);
      }
}

function foldRow<T>(pixelBytes: usize, source: usize, step: usize, row: usize): void {
  const imageStep = <usize>(strideWidth * imageChannels) * sizeof<T>();
  for (let kx = 0; kx < kernelWidth; kx++, source += pixelBytes) {
    const start = kx * dilationWidth - paddingLeft;
    const first = firstInside(start, strideWidth);
    const end = endInside(start, strideWidth, outWidth, width);
    const target = row + <usize>((start + first * strideWidth) * imageChannels) * sizeof<T>();
    addStrips<T>(end - first, pixelBytes, source + <usize>first * step, step, target, imageStep);
  }
}
