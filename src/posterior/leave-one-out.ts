import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import type { Linearization } from "../linearization/linearization.ts";
import { type ParameterBlock, trainableCount } from "../network/network.ts";

/*
 * Leaving one example out
 * -----------------------
 *
 * Let δ₋ᵢ be the damped step found without example i, and e_i = r_i + J_i δ₋ᵢ what is left of its residuals, K of
 * them. One factorization gives all e (Allen 1974; for several outputs, by K × K blocks on the diagonal):
 *
 *     gram      e_i = C_ii⁻¹ u_i              C = (J W Jᵀ + λ I)⁻¹,  u = C (r - J W g / λ)
 *     primal    e_i = (I - H_ii)⁻¹ (r + J δ)_i    H = J (Jᵀ J + λ W⁻¹)⁻¹ Jᵀ
 *
 * The prior stays as it is when an example leaves.
 */

/** ‖e‖² from the diagonal K × K blocks of a symmetric matrix M and v: e_i = M_ii⁻¹ v_i. null if one is singular. */
export interface BlockDivision {
  /** The sum so far; null after a singular block. */
  readonly squares: number | null;
  clear(): void;
  /**
   * Adds one block.
   *
   * @param at Element (k, l) of M_ii; asked for l <= k only.
   * @param v v_i is its K numbers from `start`.
   */
  add(at: (k: number, l: number) => number, v: FloatArray, start: number): void;
}

export function blockDivision(kernels: Kernels, outputs: number): BlockDivision {
  const matrix = kernels.allocate("float64", outputs ** 2);
  const e = kernels.allocate("float64", outputs);
  let squares: number | null = 0;
  return {
    get squares() {
      return squares;
    },
    clear() {
      squares = 0;
    },
    add(at, v, start) {
      if (squares === null) return;
      for (let k = 0; k < outputs; k++) {
        e[k] = v[start + k]!;
        for (let l = 0; l <= k; l++) matrix[k * outputs + l] = at(k, l);
      }
      if (kernels.cholesky(outputs, matrix, outputs) !== 0) {
        squares = null;
        return;
      }
      kernels.solveTriangular(false, outputs, 1, matrix, outputs, e, 1);
      kernels.solveTriangular(true, outputs, 1, matrix, outputs, e, 1);
      squares += kernels.dot(outputs, e, e);
    },
  };
}

/** ‖e‖² / n in Gram form. c: lower C, n × n. */
export function leaveOneOutByDual(
  division: BlockDivision,
  outputs: number,
  n: number,
  c: Float64Array,
  u: Float64Array,
): number | null {
  division.clear();
  for (let start = 0; start < n; start += outputs)
    division.add((k, l) => c[(start + k) * n + start + l]!, u, start);
  return division.squares === null ? null : division.squares / n;
}

/** ‖e‖² / n in primal form, with the rows of J of some examples at a time. */
export interface PrimalLeaveOneOut {
  /**
   * @param inverse Lower (Jᵀ J + λ W⁻¹)⁻¹, p × p; its upper triangle is overwritten.
   * @param left r + J δ, n.
   */
  measure(linearization: Linearization, inverse: Float64Array, left: Float64Array): number | null;
}

/** Examples whose rows of J are formed at once. */
const chunkExamples = 32;

export function primalLeaveOneOut(
  kernels: Kernels,
  dtype: DType,
  blocks: readonly ParameterBlock[],
  outputs: number,
): PrimalLeaveOneOut {
  const p = trainableCount(blocks);
  const division = blockDivision(kernels, outputs);
  const size = chunkExamples * outputs * p;
  const narrow = kernels.allocate(dtype, size);
  const rows = kernels.allocate("float64", size);
  const product = kernels.allocate("float64", size);
  return {
    measure(linearization, inverse, left) {
      const examples = linearization.rows / outputs;
      mirrorLower(p, inverse);
      division.clear();
      for (let first = 0; first < examples; first += chunkExamples) {
        const count = Math.min(chunkExamples, examples - first);
        linearization.writeRows(first, count, narrow);
        const m = count * outputs;
        kernels.copy(m * p, narrow, rows);
        kernels.gemm(false, false, m, p, p, 1, rows, p, inverse, p, 0, product, p);
        for (let start = 0; start < m; start += outputs) {
          const at = (k: number, l: number) =>
            (k === l ? 1 : 0) -
            kernels.dot(p, product.subarray((start + k) * p), rows.subarray((start + l) * p));
          division.add(at, left, first * outputs + start);
        }
      }
      return division.squares === null ? null : division.squares / linearization.rows;
    },
  };
}

/** Copies the lower triangle into the upper one. */
function mirrorLower(n: number, matrix: Float64Array): void {
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) matrix[i * n + j] = matrix[j * n + i]!;
}
