import type { Activation } from "./activation.ts";
import type { ImageKernels } from "./image-kernels.ts";

export type DType = "float32" | "float64";
export type FloatArray = Float32Array | Float64Array;

/**
 * The numerical operations that everything else is made of.
 *
 * Matrices are row-major in flat typed arrays: element (i, j) of a matrix `a` with leading dimension `lda`
 * is `a[i * lda + j]`; lda >= columns. An array may be longer than the matrix in it; elements outside of the
 * matrix are neither read nor written. "Lower" means that only elements (i, j) with j <= i are read or
 * written. All arrays of one call have the same precision, except where a line says otherwise, come from
 * `allocate` of the same instance (or are views of such arrays), and do not overlap, except where a line
 * says that they may. Sizes may be 0. Sizes and leading dimensions are trusted: no call checks them.
 *
 * `reference` is the specification; `test/contract` holds every implementation to it.
 */
export interface Kernels extends ImageKernels {
  /** "reference", "wasm" or "native". */
  readonly name: string;

  /** One line for people: the instruction set or library, and its version where known. */
  readonly description: string;

  /** The number of bytes allocated so far. */
  readonly bytesAllocated: number;

  /**
   * Allocates zeroed numbers in the memory of this instance, aligned to 64 bytes. They live as long as the
   * instance: allocate once per shape, never per step.
   *
   * @throws {MemoryLimitError} If the memory can't grow by that much; says the sizes.
   */
  allocate(dtype: "float32", length: number): Float32Array;
  allocate(dtype: "float64", length: number): Float64Array;
  allocate(dtype: DType, length: number): FloatArray;

  /** Allocates 32-bit numbers for the rows of `gatherRows` and the places of `maxPool`, as `allocate` does. */
  allocateIndices(length: number): Int32Array;

  // Matrix products

  /** C <- α op(A) op(B) + β C, with op(A) m × k, op(B) k × n, C m × n; op transposes where the flag is set. β = 0 overwrites C, also NaN in it. */
  gemm(
    transposeA: boolean,
    transposeB: boolean,
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: FloatArray,
    lda: number,
    b: FloatArray,
    ldb: number,
    beta: number,
    c: FloatArray,
    ldc: number,
  ): void;

  /** Lower C <- α A Aᵀ + β C with A n × k (transpose: α Aᵀ A + β C with A k × n); C n × n. β = 0 overwrites. */
  syrk(
    transpose: boolean,
    n: number,
    k: number,
    alpha: number,
    a: FloatArray,
    lda: number,
    beta: number,
    c: FloatArray,
    ldc: number,
  ): void;

  // Element-wise over a network's layers

  /**
   * a <- σ(z) and, where given, slope <- σ'(z), and curvature <- σ''(z); all m × n.
   * `a` may be `z` itself. At a kink the derivative from the left is taken.
   */
  activate(
    activation: Activation,
    m: number,
    n: number,
    z: FloatArray,
    ldz: number,
    a: FloatArray,
    lda: number,
    slope: FloatArray | null,
    ldSlope: number,
    curvature: FloatArray | null,
    ldCurvature: number,
  ): void;

  /** d[i r + k, j] <- d[i r + k, j] s[i, j] for i < m, k < r = repeat, j < n: the chain rule through an activation for r outputs. */
  scaleRows(
    m: number,
    repeat: number,
    n: number,
    s: FloatArray,
    lds: number,
    d: FloatArray,
    ldd: number,
  ): void;

  /** out[i, j] <- Σ_k u[i r + k] d[i r + k, j] for i < m, k < r = repeat, j < n: weights each output's derivative. */
  contractRows(
    m: number,
    repeat: number,
    n: number,
    u: FloatArray,
    d: FloatArray,
    ldd: number,
    out: FloatArray,
    ldOut: number,
  ): void;

  /** out[i r + k] <- out[i r + k] + α d[i r + k, :] · t[i, :] for i < m, k < r = repeat, over n columns. */
  rowDots(
    m: number,
    repeat: number,
    n: number,
    alpha: number,
    d: FloatArray,
    ldd: number,
    t: FloatArray,
    ldt: number,
    out: FloatArray,
  ): void;

  /**
   * Rows of a Jacobian: out[i r + k, α d_n + j] <- s a[i, α] d[i r + k, j] for i < m, k < r = repeat,
   * α < an, j < dn (the face-splitting product of the layer's inputs and derivatives).
   */
  faceSplit(
    m: number,
    repeat: number,
    an: number,
    dn: number,
    s: number,
    a: FloatArray,
    lda: number,
    d: FloatArray,
    ldd: number,
    out: FloatArray,
    ldOut: number,
  ): void;

  /**
   * Lower G[i r + k, j r + l] <- G[i r + k, j r + l] + (s P[i, j] + t) Q[i r + k, j r + l] for k, l < r = repeat and
   * rows first <= i < first + m of symmetric matrices: P, Q and G begin with these rows and are read and written up
   * to the diagonal. G may be float64 where P and Q are float32.
   */
  accumulateGram(
    first: number,
    m: number,
    repeat: number,
    s: number,
    t: number,
    p: FloatArray,
    ldp: number,
    q: FloatArray,
    ldq: number,
    g: FloatArray,
    ldg: number,
  ): void;

  /** out[i, j] <- source[rows[i], j] for i < m, j < n. `source` and `out` may differ in precision. */
  gatherRows(
    m: number,
    n: number,
    source: FloatArray,
    lds: number,
    rows: Int32Array,
    out: FloatArray,
    ldOut: number,
  ): void;

  // Vectors

  /** x · y over n elements, accumulated in float64. x may be y. */
  dot(n: number, x: FloatArray, y: FloatArray): number;

  /** y <- α x + y over n elements. x and y may differ in precision. */
  axpy(n: number, alpha: number, x: FloatArray, y: FloatArray): void;

  /** x <- α x over n elements. α = 0 overwrites, also NaN. */
  scale(n: number, alpha: number, x: FloatArray): void;

  /** y <- x over n elements; converts where the precisions differ. */
  copy(n: number, x: FloatArray, y: FloatArray): void;

  /**
   * One update of Adam (Kingma and Ba 2015, algorithm 1) over n elements:
   *
   *     m <- β1 m + (1 - β1) g;  v <- β2 v + (1 - β2) g²;  θ <- θ - rate m / (sqrt(v) + ε)
   *
   * with the bias corrections folded into `rate` and ε by the caller.
   */
  adam(
    n: number,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    g: FloatArray,
    m: FloatArray,
    v: FloatArray,
    theta: FloatArray,
  ): void;

  // Symmetric systems, float64

  /**
   * Lower A = L Lᵀ in place (Cholesky), A n × n. Returns 0, or j + 1 if the pivot of column j is not
   * positive and finite: A is then not positive definite to working precision, and its content is undefined.
   */
  cholesky(n: number, a: Float64Array, lda: number): number;

  /** B <- L⁻¹ B (transpose: L⁻ᵀ B) with lower L n × n and B n × m. */
  solveTriangular(
    transpose: boolean,
    n: number,
    m: number,
    l: Float64Array,
    ldl: number,
    b: Float64Array,
    ldb: number,
  ): void;

  /**
   * Eigenvalues and eigenvectors of a symmetric matrix, A = V diag(w) Vᵀ: reads lower A (n × n), writes the
   * eigenvectors into the rows of `a` (row i belongs to values[i]) and the eigenvalues, ascending, into `values`.
   * Returns false if the iteration did not converge (then both are undefined); NaN in A is one cause.
   */
  symmetricEigen(n: number, a: Float64Array, lda: number, values: Float64Array): boolean;
}
