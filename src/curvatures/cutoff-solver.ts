import type { Kernels } from "../kernels/kernels.ts";
import type { SymmetricSolver } from "../posterior/symmetric-solver.ts";

/**
 * Solves (A + λ D) x = b in the span of the large eigenvalues alone: with D^-½ A D^-½ = V diag(w) Vᵀ,
 *
 *     x = D^-½ V diag(1 / (w + λ) where w > cutoff · max(w), else 0) Vᵀ D^-½ b
 *
 * Directions in which w + λ is below the rounding error n ε max(w) are left out in any case. Each factorization
 * costs about ten times that of Cholesky.
 */
export function cutoffSolver(kernels: Kernels, capacity: number, cutoff: number): SymmetricSolver {
  const vectors = kernels.allocate("float64", capacity ** 2);
  const values = kernels.allocate("float64", capacity);
  const factors = kernels.allocate("float64", capacity);
  const roots = kernels.allocate("float64", capacity);
  const product = kernels.allocate("float64", capacity);
  let n = 0;
  let a: Float64Array;
  let trace = 0;
  let damping = 0;
  let isFactorized = false;

  /** Lower `vectors` <- D^-½ A D^-½; false if an element of its diagonal is not finite. */
  const scale = (diagonal: Float64Array | null): boolean => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      roots[i] = 1 / Math.sqrt(diagonal?.[i] ?? 1);
      for (let j = 0; j <= i; j++) vectors[i * n + j] = a[i * n + j]! * roots[i]! * roots[j]!;
      sum += vectors[i * n + i]!;
    }
    return Number.isFinite(sum);
  };

  return {
    get trace() {
      return trace;
    },
    get damping() {
      return damping;
    },
    get method() {
      return isFactorized ? "eigenvalues" : "failed";
    },
    load(size, matrix) {
      n = size;
      a = matrix;
      isFactorized = false;
      trace = 0;
      for (let i = 0; i < n; i++) trace += a[i * n + i]!;
    },
    factorize(diagonal, lambda) {
      damping = lambda;
      isFactorized =
        scale(diagonal) && Number.isFinite(lambda) && kernels.symmetricEigen(n, vectors, n, values);
      if (!isFactorized) return;
      const largest = values[n - 1] ?? 0;
      for (let i = 0; i < n; i++) {
        const w = values[i]!;
        const isKept = w > cutoff * largest && w + lambda > n * Number.EPSILON * largest;
        factors[i] = isKept ? 1 / (w + lambda) : 0;
      }
    },
    apply(b) {
      if (!isFactorized) {
        b.fill(0, 0, n);
        return;
      }
      for (let i = 0; i < n; i++) b[i]! *= roots[i]!;
      kernels.gemm(false, false, n, 1, n, 1, vectors, n, b, 1, 0, product, 1);
      for (let i = 0; i < n; i++) product[i]! *= factors[i]!;
      kernels.gemm(true, false, n, 1, n, 1, vectors, n, product, 1, 0, b, 1);
      for (let i = 0; i < n; i++) b[i]! *= roots[i]!;
    },
    inverse: () => null,
    traceOfInverse: () => null,
  };
}
