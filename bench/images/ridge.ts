import { performance } from "node:perf_hooks";
import { bytesOf } from "../../src/data/images/image-shape.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { symmetricSolver } from "../../src/posterior/symmetric-solver.ts";
import { measurePictures, type PictureErrors } from "./picture-errors.ts";
import type { Pictures } from "./tasks.ts";

/** Penalties that are compared, in units of the mean eigenvalue of XᵀX. */
const penalties = Array.from({ length: 9 }, (_, i) => 10 ** (i - 6));

/**
 * Ridge regression on the pixels, w = (XᵀX + λ I)⁻¹ Xᵀ y for centered X and y, with the penalty of the least validation
 * error. Leave-one-out errors would choose badly where neighbouring rows are nearly equal, as frames of a drive are.
 */
export function ridgeOnPixels(
  kernels: Kernels,
  pictures: Pictures,
): PictureErrors & { readonly seconds: number } {
  const start = performance.now();
  const { images, targets, trainRows } = pictures;
  const n = trainRows.length;
  const size = bytesOf(images);
  const mean = trainRows.reduce((sum, i) => sum + targets[i]!, 0) / n;
  const pixels = centeredPixels(kernels, pictures);
  const square = kernels.allocate("float64", size * size);
  // Rows of `Pictures` come in blocks, those for training first.
  kernels.syrk(true, size, n, 1, pixels, size, 0, square, size);
  const residuals = kernels.allocate("float64", n);
  for (let i = 0; i < n; i++) residuals[i] = targets[trainRows[i]!]! - mean;
  const right = kernels.allocate("float64", size);
  kernels.gemm(true, false, size, 1, n, 1, pixels, size, residuals, 1, 0, right, 1);
  const solver = symmetricSolver(kernels, size);
  solver.load(size, square);
  const weights = kernels.allocate("float64", size);
  const predictions = kernels.allocate("float64", images.count);
  let best: PictureErrors | null = null;
  for (const penalty of penalties) {
    solver.factorize(null, (penalty * solver.trace) / size);
    weights.set(right);
    solver.apply(weights);
    kernels.gemm(false, false, images.count, 1, size, 1, pixels, size, weights, 1, 0, predictions, 1);
    const errors = measurePictures(
      pictures,
      predictions.map((value) => mean + value),
    );
    if (!best || errors.validationRmse < best.validationRmse) best = errors;
  }
  return { ...best!, seconds: (performance.now() - start) / 1000 };
}

/** All pictures, a row each, without the mean of the training rows. */
function centeredPixels(kernels: Kernels, { images, trainRows }: Pictures): Float64Array {
  const size = bytesOf(images);
  const bytes = new Uint8Array(images.count * size);
  images.read(
    Int32Array.from({ length: images.count }, (_, i) => i),
    0,
    images.count,
    bytes,
  );
  const means = new Float64Array(size);
  for (const row of trainRows)
    for (let j = 0; j < size; j++) means[j]! += bytes[row * size + j]! / trainRows.length;
  const pixels = kernels.allocate("float64", bytes.length);
  for (let i = 0; i < bytes.length; i++) pixels[i] = (bytes[i]! - means[i % size]!) / 255;
  return pixels;
}
