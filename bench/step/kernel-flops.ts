import type { Kernels } from "../../src/kernels/kernels.ts";
import type { Operation } from "../../src/kernels/signatures.ts";

type Flops = { readonly [Name in Operation]?: (...args: Parameters<Kernels[Name]>) => number };

/**
 * Floating-point operations of one call, of those kernels that are all arithmetic. A product and a sum count as 2;
 * symmetric results count half. Kernels whose time is that of the memory, or of functions like tanh, are not counted: they
 * lower the fraction of the peak that a step reaches.
 */
export const kernelFlops: Flops = {
  gemm: (_transposeA, _transposeB, m, n, k) => 2 * m * n * k,
  syrk: (_transpose, n, k) => n * (n + 1) * k,
  cholesky: (n) => n ** 3 / 3,
  solveTriangular: (_transpose, n, m) => n ** 2 * m,
};
