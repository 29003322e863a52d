import { lanes } from "./lanes";
import { addScaled } from "./vectors";
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

// The pixels of the current window inside the image.
let firstPixel: i32 = 0;
let rowsInside: i32 = 0;
let columnsInside: i32 = 0;

function placeWindow(oy: i32, ox: i32): void {
  const y = oy * strideHeight - paddingTop;
  const x = ox * strideWidth - paddingLeft;
  const ky = firstInside(y, dilationHeight);
  const kx = firstInside(x, dilationWidth);
  rowsInside = endInside(y, dilationHeight, kernelHeight, height) - ky;
  columnsInside = endInside(x, dilationWidth, kernelWidth, width) - kx;
  firstPixel = (y + ky * dilationHeight) * width + x + kx * dilationWidth;
}

/** out[i, p C + c] <- the largest image[i, y, x, c] of window p and its place; NaN is larger than any number. */
export function maxPool<T>(
  count: usize,
  image: usize,
  ldImage: usize,
  out: usize,
  ldOut: usize,
  places: usize,
): void {
  const c = imageChannels;
  const whole = c & ~(<i32>lanes<T>() - 1);
  for (let i: usize = 0; i < count; i++, image += ldImage * sizeof<T>(), out += ldOut * sizeof<T>()) {
    let target = out;
    for (let oy = 0; oy < outHeight; oy++)
      for (let ox = 0; ox < outWidth; ox++) {
        placeWindow(oy, ox);
        const place = firstPixel * c;
        for (let j = 0; j < whole; j += <i32>lanes<T>())
          maxOfVectors<T>(image, place + j, target + <usize>j * sizeof<T>(), places + <usize>j * 4);
        for (let j = whole; j < c; j++)
          maxOfNumbers<T>(image, place + j, target + <usize>j * sizeof<T>(), places + <usize>j * 4);
        target += <usize>c * sizeof<T>();
        places += <usize>c * 4;
      }
  }
}

function maxOfVectors<T>(image: usize, first: i32, out: usize, places: usize): void {
  const columns = columnsInside;
  const step = dilationWidth * imageChannels;
  const rowStep = dilationHeight * width * imageChannels;
  let best = v128.load(image + <usize>first * sizeof<T>());
  let bestPlace = splatPlace<T>(first);
  for (let ky = 0, row = first; ky < rowsInside; ky++, row += rowStep)
    for (let kx = 0, place = row; kx < columns; kx++, place += step) {
      const x = v128.load(image + <usize>place * sizeof<T>());
      const larger = v128.andnot(v128.eq<T>(best, best), v128.le<T>(x, best));
      best = v128.bitselect(x, best, larger);
      bestPlace = v128.bitselect(splatPlace<T>(place), bestPlace, larger);
    }
  v128.store(out, best);
  storePlaces<T>(places, bestPlace);
}

/** A place in each lane as wide as T. */
// @ts-expect-error: decorator
@inline
function splatPlace<T>(place: i32): v128 {
  return sizeof<T>() == 4 ? i32x4.splat(place) : i64x2.splat(place);
}

/** Lane l is the place of channel l less l. */
// @ts-expect-error: decorator
@inline
function storePlaces<T>(places: usize, x: v128): void {
  if (sizeof<T>() == 4) {
    v128.store(places, i32x4.add(x, i32x4(0, 1, 2, 3)));
    return;
  }
  store<i32>(places, i32x4.extract_lane(x, 0));
  store<i32>(places, i32x4.extract_lane(x, 2) + 1, 4);
}

function maxOfNumbers<T>(image: usize, first: i32, out: usize, places: usize): void {
  const step = dilationWidth * imageChannels;
  const rowStep = dilationHeight * width * imageChannels;
  let best = load<T>(image + <usize>first * sizeof<T>());
  let bestPlace = first;
  for (let ky = 0, row = first; ky < rowsInside; ky++, row += rowStep)
    for (let kx = 0, place = row; kx < columnsInside; kx++, place += step) {
      const x = load<T>(image + <usize>place * sizeof<T>());
      if (x <= best || best != best) continue;
      best = x;
      bestPlace = place;
    }
  store<T>(out, best);
  store<i32>(places, bestPlace);
}

/** out[i r + k, places[(i P + p) C + c]] += d[i r + k, p C + c]. */
export function maxUnpool<T>(
  count: usize,
  repeat: usize,
  places: usize,
  d: usize,
  ldd: usize,
  out: usize,
  ldOut: usize,
): void {
  const n = <usize>(outHeight * outWidth * imageChannels);
  for (let i: usize = 0; i < count; i++, places += n * 4)
    for (let k: usize = 0; k < repeat; k++, d += ldd * sizeof<T>(), out += ldOut * sizeof<T>())
      for (let j: usize = 0; j < n; j++) {
        const target = out + <usize>load<i32>(places + j * 4) * sizeof<T>();
        store<T>(target, load<T>(target) + load<T>(d + j * sizeof<T>()));
      }
}

/** out[i, p C + c] <- mean of image[i, y, x, c] in window p. */
export function averagePool<T>(count: usize, image: usize, ldImage: usize, out: usize, ldOut: usize): void {
  const bytes = <usize>imageChannels * sizeof<T>();
  for (let i: usize = 0; i < count; i++, image += ldImage * sizeof<T>(), out += ldOut * sizeof<T>()) {
    let target = out;
    for (let oy = 0; oy < outHeight; oy++)
      for (let ox = 0; ox < outWidth; ox++, target += bytes) {
        placeWindow(oy, ox);
        meanOfPixels<T>(bytes, image + <usize>firstPixel * bytes, target);
      }
  }
}

/** Four vectors of channels at a time, so that four sums run beside each other; then one, then the rest. */
function meanOfPixels<T>(bytes: usize, image: usize, out: usize): void {
  const step = <usize>dilationWidth * bytes;
  const rowStep = <usize>(dilationHeight * width) * bytes;
  const rows = rowsInside;
  const columns = columnsInside;
  const n = <T>(rows * columns);
  const divisors = v128.splat<T>(n);
  let j: usize = 0;
  for (; j + 64 <= bytes; j += 64) {
    let sum0 = v128.splat<T>(0);
    let sum1 = v128.splat<T>(0);
    let sum2 = v128.splat<T>(0);
    let sum3 = v128.splat<T>(0);
    for (let ky = 0, row = image + j; ky < rows; ky++, row += rowStep)
      for (let kx = 0, x = row; kx < columns; kx++, x += step) {
        sum0 = v128.add<T>(sum0, v128.load(x));
        sum1 = v128.add<T>(sum1, v128.load(x, 16));
        sum2 = v128.add<T>(sum2, v128.load(x, 32));
        sum3 = v128.add<T>(sum3, v128.load(x, 48));
      }
    v128.store(out + j, v128.div<T>(sum0, divisors));
    v128.store(out + j, v128.div<T>(sum1, divisors), 16);
    v128.store(out + j, v128.div<T>(sum2, divisors), 32);
    v128.store(out + j, v128.div<T>(sum3, divisors), 48);
  }
  for (; j + 16 <= bytes; j += 16) {
    let sum = v128.splat<T>(0);
    for (let ky = 0, row = image + j; ky < rows; ky++, row += rowStep)
      for (let kx = 0, x = row; kx < columns; kx++, x += step) sum = v128.add<T>(sum, v128.load(x));
    v128.store(out + j, v128.div<T>(sum, divisors));
  }
  for (; j < bytes; j += sizeof<T>()) {
    let sum: T = 0;
    for (let ky = 0, row = image + j; ky < rows; ky++, row += rowStep)
      for (let kx = 0, x = row; kx < columns; kx++, x += step) sum += load<T>(x);
    store<T>(out + j, sum / n);
  }
}

/** out[i, y, x, c] += d[i, p C + c] / (pixels of window p) in each window p. */
export function averageUnpool<T>(rows: usize, d: usize, ldd: usize, out: usize, ldOut: usize): void {
  const c = <usize>imageChannels;
  const bytes = c * sizeof<T>();
  const step = <usize>dilationWidth * bytes;
  const rowStep = <usize>(dilationHeight * width) * bytes;
  for (let i: usize = 0; i < rows; i++, d += ldd * sizeof<T>(), out += ldOut * sizeof<T>()) {
    let source = d;
    for (let oy = 0; oy < outHeight; oy++)
      for (let ox = 0; ox < outWidth; ox++, source += bytes) {
        placeWindow(oy, ox);
        const share = <T>1 / <T>(rowsInside * columnsInside);
        for (let ky = 0, row = out + <usize>firstPixel * bytes; ky < rowsInside; ky++, row += rowStep)
          for (let kx = 0, x = row; kx < columnsInside; kx++, x += step) addScaled<T>(c, share, source, x);
      }
  }
}
