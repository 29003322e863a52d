import type { Kernels } from "../kernels/kernels.ts";
import type { Random } from "../random/random.ts";
import { type RowChoice, randomPivots } from "./row-choice.ts";

/** A positive semidefinite matrix that is known by its diagonal and, on request, its columns. */
export interface ColumnOracle {
  readonly n: number;
  /** out <- the diagonal. */
  diagonal(out: Float64Array): void;
  /** out <- column i. */
  column(i: number, out: Float64Array): void;
}

/** G ≈ F Fᵀ of rank k <= capacity. */
export interface PivotedCholesky {
  /** k: below the rank that was asked for where F Fᵀ is G already. */
  readonly rank: number;
  /** Fᵀ, k × n, leading dimension n. */
  readonly transposed: Float64Array;
  /** The k rows of G that were chosen, in this order: F at these rows is lower triangular. */
  readonly pivots: Int32Array;
  /** tr(G). */
  readonly trace: number;
  /** @param random For the choice of the rows. */
  factorize(oracle: ColumnOracle, random: Random): void;
}

/** What is left of the trace where G counts as approximated: less is rounding errors of the columns before. */
const smallestRemainder = 1e-12;

/**
 * Cholesky factorization of some rows, a pivot at a time,
 *
 *     f_t = (g_i - F F_iᵀ) / √d_i,     d <- d - f_t²,     d the diagonal of what F Fᵀ still lacks
 *
 * from k columns of G, for the rows i of a choice. With random pivots this is algorithm 2.1 of Chen, Epperly, Tropp
 * and Webber 2022, arXiv:2207.06503, near the best approximation of rank k.
 *
 * @param rank k, at most n.
 * @param capacity The largest n.
 * @param choice Of the rows.
 */
export function pivotedCholesky(
  kernels: Kernels,
  rank: number,
  capacity: number,
  choice: RowChoice = randomPivots(),
): PivotedCholesky {
  const transposed = kernels.allocate("float64", rank * capacity);
  const d = kernels.allocate("float64", capacity);
  const diagonal = kernels.allocate("float64", capacity);
  const coefficients = kernels.allocate("float64", rank);
  const pivots = new Int32Array(rank);
  let k = 0;
  let trace = 0;

  /** Row k of Fᵀ, from row i of G; takes its squares from d. */
  const addColumn = ({ n, column }: ColumnOracle, i: number): void => {
    const f = transposed.subarray(k * n, (k + 1) * n);
    column(i, f);
    for (let t = 0; t < k; t++) coefficients[t] = transposed[t * n + i]!;
    kernels.gemm(false, false, 1, n, k, -1, coefficients, k, transposed, n, 1, f, n);
    // F at the rows chosen before is lower triangular: what differs from 0 there are rounding errors.
    for (let t = 0; t < k; t++) f[pivots[t]!] = 0;
    kernels.scale(n, 1 / Math.sqrt(d[i]!), f);
    for (let row = 0; row < n; row++) d[row] = Math.max(d[row]! - f[row]! ** 2, 0);
    d[i] = 0;
    pivots[k++] = i;
  };

  return {
    transposed,
    pivots,
    get rank() {
      return k;
    },
    get trace() {
      return trace;
    },
    factorize(oracle, random) {
      const { n } = oracle;
      k = 0;
      oracle.diagonal(diagonal);
      kernels.copy(n, diagonal, d);
      trace = sum(d, n);
      const least = (smallestRemainder * trace) / n;
      const limit = Math.min(rank, n);
      while (k < limit) {
        // Written so that NaN ends it.
        if (!(sum(d, n) > smallestRemainder * trace)) break;
        addColumn(oracle, choice.next(d, diagonal, n, least, random));
      }
    },
  };
}

function sum(values: Float64Array, n: number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += values[i]!;
  return total;
}
