import type { Kernels } from "../kernels/kernels.ts";
import { lazy } from "../linearization/lazy.ts";

/**
 * How a damped matrix was factorized.
 *
 *     cholesky     as asked
 *     raised       with more damping, because the matrix was not positive definite to working precision
 *     eigenvalues  by eigenvalues; those below the rounding error count as 0 and their directions are left out
 *     failed       not at all: the matrix is not finite
 */
export type Factorization = "cholesky" | "raised" | "eigenvalues" | "failed";

/**
 * Solves (A + λ D) x = b for a symmetric positive semidefinite A, in float64: load A once, factorize for each λ, apply
 * often.
 */
export interface SymmetricSolver {
  /** tr(A). */
  readonly trace: number;
  /** λ of the last factorization: above the one asked for where `method` is "raised". */
  readonly damping: number;
  readonly method: Factorization;
  /**
   * Takes A.
   *
   * @param matrix Lower A, n × n, leading dimension n. The solver works in it: it is overwritten, and must be left alone
   *   until the next `load`.
   */
  load(n: number, matrix: Float64Array): void;
  /**
   * Factorizes A + λ D.
   *
   * @param diagonal D, n positive numbers; null is I.
   */
  factorize(diagonal: Float64Array | null, damping: number): void;
  /** b <- x, n. After a failed factorization b <- 0. */
  apply(b: Float64Array): void;
  /** Lower (A + λ D)⁻¹, n × n, in a buffer that the next call overwrites; null unless factorized by Cholesky. */
  inverse(): Float64Array | null;
  /** tr((A + λ D)⁻¹); null unless factorized by Cholesky. */
  traceOfInverse(): number | null;
}

/** Attempts with ten times the damping each, before the eigenvalues are asked. */
const raises = 3;

/** Columns of an inverse that are solved for at once: enough for products at full speed. */
const blockColumns = 64;

/** Allocates a solver for matrices of up to `capacity` rows. */
export function symmetricSolver(kernels: Kernels, capacity: number): SymmetricSolver {
  const square = sharedSquare(kernels, capacity);
  const values = kernels.allocate("float64", capacity);
  const product = kernels.allocate("float64", capacity);
  let n = 0;
  let factor: Float64Array;
  let damping = 0;
  let method: Factorization = "failed";
  const isCholesky = () => method === "cholesky" || method === "raised";
  const vectors = lazy(() => kernels.allocate("float64", capacity ** 2));
  const roots = lazy(() => kernels.allocate("float64", capacity ** 2));
  const inverses = lazy(() => kernels.allocate("float64", capacity ** 2));

  const inverseRoot = () => invertRoot(kernels, n, factor, roots());

  const byEigenvalues = (diagonal: Float64Array | null, lambda: number): Factorization => {
    square.restore(diagonal, lambda);
    kernels.copy(n * n, factor, vectors());
    return kernels.symmetricEigen(n, vectors(), n, values) ? "eigenvalues" : "failed";
  };

  return {
    get trace() {
      return square.trace;
    },
    get damping() {
      return damping;
    },
    get method() {
      return method;
    },
    load(size, matrix) {
      n = size;
      factor = matrix;
      method = "failed";
      square.load(n, matrix);
    },
    factorize(diagonal, lambda) {
      damping = lambda;
      // The rounding error of the eigenvalues, n ε tr(A) / n: the least damping that can make a difference.
      const floor = Number.EPSILON * square.trace;
      method = "failed";
      if (!Number.isFinite(floor) || !Number.isFinite(lambda)) return;
      for (let attempt = 0; attempt <= raises; attempt++) {
        square.restore(diagonal, damping);
        if (kernels.cholesky(n, factor, n) === 0) {
          method = attempt === 0 ? "cholesky" : "raised";
          return;
        }
        damping = Math.max(10 * damping, floor);
      }
      damping = lambda;
      method = byEigenvalues(diagonal, lambda);
    },
    apply(b) {
      if (method === "failed") b.fill(0, 0, n);
      else if (method === "eigenvalues") applyEigenvalues(kernels, n, vectors(), values, product, b);
      else {
        kernels.solveTriangular(false, n, 1, factor, n, b, 1);
        kernels.solveTriangular(true, n, 1, factor, n, b, 1);
      }
    },
    inverse() {
      if (!isCholesky()) return null;
      // A⁻¹ = L⁻ᵀ L⁻¹.
      const inverse = inverses();
      kernels.syrk(true, n, n, 1, inverseRoot(), n, 0, inverse, n);
      return inverse;
    },
    traceOfInverse() {
      if (!isCholesky()) return null;
      // tr(L⁻ᵀ L⁻¹) = ‖L⁻¹‖², the Frobenius norm.
      const root = inverseRoot();
      return kernels.dot(n * n, root, root);
    },
  };
}

/**
 * out <- L⁻¹, n × n: its columns in blocks, each from its diagonal down, because it is 0 above. That is n³/3 operations
 * in place of n³.
 */
function invertRoot(kernels: Kernels, n: number, l: Float64Array, out: Float64Array): Float64Array {
  out.fill(0, 0, n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  for (let j = 0; j < n; j += blockColumns) {
    const corner = j * n + j;
    const columns = Math.min(blockColumns, n - j);
    kernels.solveTriangular(false, n - j, columns, l.subarray(corner), n, out.subarray(corner), n);
  }
  return out;
}

/** b <- V diag(1/w) Vᵀ b without the eigenvalues w <= n ε max(w). */
function applyEigenvalues(
  kernels: Kernels,
  n: number,
  vectors: Float64Array,
  values: Float64Array,
  product: Float64Array,
  b: Float64Array,
): void {
  const cutoff = n * Number.EPSILON * (values[n - 1] ?? 0);
  kernels.gemm(false, false, n, 1, n, 1, vectors, n, b, 1, 0, product, 1);
  for (let i = 0; i < n; i++) product[i] = values[i]! > cutoff ? product[i]! / values[i]! : 0;
  kernels.gemm(true, false, n, 1, n, 1, vectors, n, product, 1, 0, b, 1);
}

/**
 * A symmetric matrix A that outlives what is done to its own lower triangle.
 *
 * One square holds both: the factor of A its lower triangle, A itself the upper one, where row i of the lower triangle
 * fits into what row n - 1 - i has to the right of the diagonal. The diagonal is kept apart.
 */
interface SharedSquare {
  /** tr(A). */
  readonly trace: number;
  /** Takes lower A, n × n, leading dimension n, and copies it to the upper triangle of `matrix`. */
  load(n: number, matrix: Float64Array): void;
  /** Lower triangle <- A + λ D; D null is I. */
  restore(diagonal: Float64Array | null, lambda: number): void;
}

function sharedSquare(kernels: Kernels, capacity: number): SharedSquare {
  const kept = kernels.allocate("float64", capacity);
  let n = 0;
  let a: Float64Array;
  let trace = 0;
  let isWhole = false;
  return {
    get trace() {
      return trace;
    },
    load(size, matrix) {
      n = size;
      a = matrix;
      trace = 0;
      for (let i = 0; i < n; i++) {
        kept[i] = a[i * n + i]!;
        trace += kept[i]!;
      }
      keepLower(n, a);
      isWhole = true;
    },
    restore(diagonal, lambda) {
      if (!isWhole) restoreLower(n, a);
      isWhole = false;
      for (let i = 0; i < n; i++) a[i * n + i] = kept[i]! + lambda * (diagonal?.[i] ?? 1);
    },
  };
}

/** Upper triangle <- the lower one, its rows in reverse order; row by row: 3 times as fast as a loop at n = 1024. */
function keepLower(n: number, a: Float64Array): void {
  for (let i = 1; i < n; i++) a.copyWithin(placeOfRow(n, i), i * n, i * n + i);
}

/** Lower triangle <- the upper one, as `keepLower` left it. */
function restoreLower(n: number, a: Float64Array): void {
  for (let i = 1; i < n; i++) a.copyWithin(i * n, placeOfRow(n, i), placeOfRow(n, i) + i);
}

/** Where the i numbers of row i are kept: the last of row n - 1 - i. */
function placeOfRow(n: number, i: number): number {
  return (n - i) * n - i;
}
