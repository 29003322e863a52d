// How a window moves over an image, for the next call: the fields of `Window`.

export let height: i32 = 0;
export let width: i32 = 0;
export let imageChannels: i32 = 0;
export let kernelHeight: i32 = 0;
export let kernelWidth: i32 = 0;
export let strideHeight: i32 = 0;
export let strideWidth: i32 = 0;
export let dilationHeight: i32 = 0;
export let dilationWidth: i32 = 0;
export let paddingTop: i32 = 0;
export let paddingLeft: i32 = 0;
export let outHeight: i32 = 0;
export let outWidth: i32 = 0;

/** Must be called before each call that moves a window. */
export function setWindow(
  imageHeight: i32,
  imageWidth: i32,
  channels: i32,
  windowHeight: i32,
  windowWidth: i32,
  strideDown: i32,
  strideRight: i32,
  dilationDown: i32,
  dilationRight: i32,
  top: i32,
  left: i32,
  positionsDown: i32,
  positionsRight: i32,
): void {
  height = imageHeight;
  width = imageWidth;
  imageChannels = channels;
  kernelHeight = windowHeight;
  kernelWidth = windowWidth;
  strideHeight = strideDown;
  strideWidth = strideRight;
  dilationHeight = dilationDown;
  dilationWidth = dilationRight;
  paddingTop = top;
  paddingLeft = left;
  outHeight = positionsDown;
  outWidth = positionsRight;
}

/** The first k >= 0 with start + k step >= 0. */
export function firstInside(start: i32, step: i32): i32 {
  return start >= 0 ? 0 : (step - 1 - start) / step;
}

/** The first k with start + k step >= size, at most n. */
export function endInside(start: i32, step: i32, n: i32, size: i32): i32 {
  if (start + (n - 1) * step < size) return n;
  return start >= size ? 0 : (size - 1 - start) / step + 1;
}
