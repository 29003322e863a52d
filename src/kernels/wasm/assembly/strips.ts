// Strips: n spans of memory of one length, at regular distances; sizes in bytes, multiples of 4.

/**
 * target <- source for n spans that do not overlap. The last vectors of a span overlap those before them unless it is
 * whole vectors.
 */
export function copyStrips(
  n: i32,
  bytes: usize,
  source: usize,
  sourceStep: usize,
  target: usize,
  targetStep: usize,
): void {
  const last = bytes - 16;
  if (bytes < 16) {
    for (let t = 0; t < n; t++, source += sourceStep, target += targetStep) copyShort(bytes, source, target);
  } else if (bytes <= 32) {
    for (let t = 0; t < n; t++, source += sourceStep, target += targetStep) {
      v128.store(target, v128.load(source));
      v128.store(target + last, v128.load(source + last));
    }
  } else if (bytes <= 48) {
    // The row of a window of 3 × 3 pixels of 3 channels in float32.
    for (let t = 0; t < n; t++, source += sourceStep, target += targetStep) {
      v128.store(target, v128.load(source));
      v128.store(target, v128.load(source, 16), 16);
      v128.store(target + last, v128.load(source + last));
    }
  } else if (bytes % 64 == 0) {
    // The rows of windows of 16 channels and more.
    for (let t = 0; t < n; t++, source += sourceStep, target += targetStep)
      for (let j: usize = 0; j < bytes; j += 64) copyLine(source + j, target + j);
  } else {
    for (let t = 0; t < n; t++, source += sourceStep, target += targetStep) {
      for (let j: usize = 0; j < last; j += 16) v128.store(target + j, v128.load(source + j));
      v128.store(target + last, v128.load(source + last));
    }
  }
}

// @ts-expect-error: decorator
@inline
function copyLine(source: usize, target: usize): void {
  v128.store(target, v128.load(source));
  v128.store(target, v128.load(source, 16), 16);
  v128.store(target, v128.load(source, 32), 32);
  v128.store(target, v128.load(source, 48), 48);
}

// @ts-expect-error: decorator
@inline
function copyShort(bytes: usize, source: usize, target: usize): void {
  if (bytes & 8) store<u64>(target, load<u64>(source));
  if (bytes & 4) store<u32>(target + (bytes & 8), load<u32>(source + (bytes & 8)));
}

/** target <- 0 for n spans. */
export function clearStrips(n: i32, bytes: usize, target: usize, step: usize): void {
  const zeros = i32x4.splat(0);
  const whole = bytes & ~15;
  for (let t = 0; t < n; t++, target += step) {
    for (let j: usize = 0; j < whole; j += 16) v128.store(target + j, zeros);
    for (let j = whole; j < bytes; j += 4) store<u32>(target + j, 0);
  }
}

/** target <- target + source for n spans that do not overlap. */
export function addStrips<T>(
  n: i32,
  bytes: usize,
  source: usize,
  sourceStep: usize,
  target: usize,
  targetStep: usize,
): void {
  if (bytes < 16) {
    for (let t = 0; t < n; t++, source += sourceStep, target += targetStep)
      addShort<T>(bytes, source, target);
    return;
  }
  if (bytes % 64 == 0) {
    for (let t = 0; t < n; t++, source += sourceStep, target += targetStep)
      for (let j: usize = 0; j < bytes; j += 64) addLine<T>(source + j, target + j);
    return;
  }
  const whole = bytes & ~15;
  for (let t = 0; t < n; t++, source += sourceStep, target += targetStep) {
    for (let j: usize = 0; j < whole; j += 16)
      v128.store(target + j, v128.add<T>(v128.load(target + j), v128.load(source + j)));
    for (let j = whole; j < bytes; j += sizeof<T>())
      store<T>(target + j, load<T>(target + j) + load<T>(source + j));
  }
}

// @ts-expect-error: decorator
@inline
function addLine<T>(source: usize, target: usize): void {
  v128.store(target, v128.add<T>(v128.load(target), v128.load(source)));
  v128.store(target, v128.add<T>(v128.load(target, 16), v128.load(source, 16)), 16);
  v128.store(target, v128.add<T>(v128.load(target, 32), v128.load(source, 32)), 32);
  v128.store(target, v128.add<T>(v128.load(target, 48), v128.load(source, 48)), 48);
}

// @ts-expect-error: decorator
@inline
function addShort<T>(bytes: usize, source: usize, target: usize): void {
  if (bytes & 8)
    v128.store64_lane(target, v128.add<T>(v128.load64_zero(target), v128.load64_zero(source)), 0);
  if (sizeof<T>() == 4 && bytes & 4) {
    const j = bytes & 8;
    store<T>(target + j, load<T>(target + j) + load<T>(source + j));
  }
}
