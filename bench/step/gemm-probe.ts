import { performance } from "node:perf_hooks";
import type { DType, Kernels } from "../../src/kernels/kernels.ts";

/** Order of the square product: large enough for full speed, and over in milliseconds. */
const order = 512;

/** Measures the speed of matrix products between other measurements, so that both meet the same machine. */
export interface GemmProbe {
  /** GFLOP/s of one C = A B of 512 × 512 matrices. */
  rate(dtype: DType): number;
}

/** Allocates the matrices of a probe. */
export function gemmProbe(kernels: Kernels): GemmProbe {
  const products = { float32: product(kernels, "float32"), float64: product(kernels, "float64") };
  return {
    rate(dtype) {
      const run = products[dtype];
      // Not counted: it brings the matrices into the caches.
      run();
      const start = performance.now();
      run();
      return (2 * order ** 3) / (performance.now() - start) / 1e6;
    },
  };
}

function product(kernels: Kernels, dtype: DType): () => void {
  const fill = () => {
    const matrix = kernels.allocate(dtype, order * order);
    for (let i = 0; i < matrix.length; i++) matrix[i] = Math.sin(i);
    return matrix;
  };
  const [a, b, c] = [fill(), fill(), fill()];
  return () => kernels.gemm(false, false, order, order, order, 1, a, order, b, order, 0, c, order);
}
