import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { Linearization } from "../linearization/linearization.ts";
import type { Space } from "../linearization/space.ts";

/*
 * Leaving one example out
 * -----------------------
 *
 * Let δ₋ᵢ be the damped step found without example i, and e_i = r_i + J_i δ₋ᵢ what is left of its residuals, one for each
 * of its rows. One factorization gives all e (Allen 1974; for several rows, by their blocks on the diagonal):
 *
 *     gram      e_i = C_ii⁻¹ u_i              C = (J W Jᵀ + λ I)⁻¹,  u = C (r - J W g / λ)
 *     primal    e_i = (I - H_ii)⁻¹ (r + J δ)_i    H = J (Jᵀ J + λ W⁻¹)⁻¹ Jᵀ
 *
 * The prior stays as it is when an example leaves.
 */

/** ‖e‖² from the diagonal blocks of a symmetric matrix M and v: e_i = M_ii⁻¹ v_i. null if one is singular. */
interface BlockDivision {
  /** The sum so far; null after a singular block. */
  readonly squares: number | null;
  clear(): void;
  /**
   * Adds one block of `size` rows.
   *
   * @param at Element (k, l) of M_ii; asked for l <= k only.
   * @param v v_i is its numbers from `start`.
   */
  add(size: number, at: (k: number, l: number) => number, v: FloatArray, start: number): void;
}

/** @param most The most rows of a block. */
function blockDivision(kernels: Kernels, most: number): BlockDivision {
  const matrix = kernels.allocate("float64", most ** 2);
  const e = kernels.allocate("float64", most);
  let squares: number | null = 0;
  return {
    get squares() {
      return squares;
    },
    clear() {
      squares = 0;
    },
    add(size, at, v, start) {
      if (squares === null) return;
      for (let k = 0; k < size; k++) {
        e[k] = v[start + k]!;
        for (let l = 0; l <= k; l++) matrix[k * size + l] = at(k, l);
      }
      if (kernels.cholesky(size, matrix, size) !== 0) {
        squares = null;
        return;
      }
      kernels.solveTriangular(false, size, 1, matrix, size, e, 1);
      kernels.solveTriangular(true, size, 1, matrix, size, e, 1);
      squares += kernels.dot(size, e, e);
    },
  };
}

/** Where the rows of the example end that begins at a row. */
export function endOfExample({ rows, example }: Linearization, start: number): number {
  let end = start + 1;
  while (end < rows && example[end] === example[start]) end++;
  return end;
}

/** ‖e‖² / n in Gram form. c: lower C, n × n. */
export type DualLeaveOneOut = (
  linearization: Linearization,
  c: Float64Array,
  u: Float64Array,
) => number | null;

export function dualLeaveOneOut({ kernels, rowsOfExample }: Space): DualLeaveOneOut {
  const division = blockDivision(kernels, rowsOfExample);
  return (linearization, c, u) => {
    const n = linearization.rows;
    division.clear();
    for (let start = 0; start < n; ) {
      const [first, end] = [start, endOfExample(linearization, start)];
      division.add(end - first, (k, l) => c[(first + k) * n + first + l]!, u, first);
      start = end;
    }
    return division.squares === null ? null : division.squares / n;
  };
}

/**
 * ‖e‖² / n in primal form, with the rows of J of some examples at a time.
 *
 * @param inverse Lower (Jᵀ J + λ W⁻¹)⁻¹, p × p; its upper triangle is overwritten.
 * @param left r + J δ, n.
 */
export type PrimalLeaveOneOut = (
  linearization: Linearization,
  inverse: Float64Array,
  left: Float64Array,
) => number | null;

/** Examples whose rows of J are formed at once. */
const chunkExamples = 32;

export function primalLeaveOneOut({
  kernels,
  dtype,
  parameters: p,
  rowsOfExample,
}: Space): PrimalLeaveOneOut {
  const division = blockDivision(kernels, rowsOfExample);
  const size = chunkExamples * rowsOfExample * p;
  const narrow = kernels.allocate(dtype, size);
  const rows = kernels.allocate("float64", size);
  const product = kernels.allocate("float64", size);

  /** Where a chunk ends that begins at a row. */
  const endOfChunk = (linearization: Linearization, first: number): number => {
    let end = first;
    for (let i = 0; i < chunkExamples && end < linearization.rows; i++)
      end = endOfExample(linearization, end);
    return end;
  };

  return (linearization, inverse, left) => {
    const n = linearization.rows;
    mirrorLower(p, inverse);
    division.clear();
    for (let first = 0; first < n; ) {
      const last = endOfChunk(linearization, first);
      const m = last - first;
      linearization.writeRows(first, m, narrow);
      kernels.copy(m * p, narrow, rows);
      kernels.gemm(false, false, m, p, p, 1, rows, p, inverse, p, 0, product, p);
      for (let start = first; start < last; ) {
        const [own, end] = [start - first, endOfExample(linearization, start)];
        const at = (k: number, l: number) =>
          (k === l ? 1 : 0) - kernels.dot(p, product.subarray((own + k) * p), rows.subarray((own + l) * p));
        division.add(end - start, at, left, start);
        start = end;
      }
      first = last;
    }
    return division.squares === null ? null : division.squares / n;
  };
}

/** Copies the lower triangle into the upper one. */
function mirrorLower(n: number, matrix: Float64Array): void {
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) matrix[i * n + j] = matrix[j * n + i]!;
}
