import { requireOption } from "../errors.ts";
import type { FloatArray } from "../kernels/kernels.ts";
import type { Linearization } from "../linearization/linearization.ts";
import { type Space, scaleGroups } from "../linearization/space.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import { symmetricSolver } from "../posterior/symmetric-solver.ts";
import { randomFrom, seedRandom } from "../random/random.ts";
import { aroundPrior, type PriorlessSystem, type Solved } from "./around-prior.ts";
import { type ApproximateCurvature, requireLayers } from "./curvature.ts";
import type { DrawnState } from "./curvature-batch.ts";
import { gramColumns } from "./gram-columns.ts";
import { type PivotedCholesky, pivotedCholesky } from "./pivoted-cholesky.ts";
import { type RowChoice, randomPivots } from "./row-choice.ts";

/** Options of `nystrom`, and their defaults. */
export interface NystromOptions {
  /** k: rows of J that the step is made of, at most. */
  readonly rank: number;
  /** Which: at random by what remains of G, the largest of that, or at random by their norms. */
  readonly rows: RowChoice;
  /** Of their choice. */
  readonly seed: number;
}

export const nystromDefaults: Readonly<NystromOptions> = Object.freeze({
  rank: 128,
  rows: randomPivots(),
  seed: 0,
});

/**
 * A low-rank Gram matrix: of n rows of J, the step is made of k, but fits all,
 *
 *     δ  minimizes  ½ ‖r + J δ‖² + ½ λ ‖δ‖²   over the span of J_Iᵀ,   I of k rows
 *
 *     G ≈ F Fᵀ, F n × k         (Fᵀ F + λ I) y = Fᵀ r         δ = -J_Iᵀ F_I⁻ᵀ y
 *
 * by a Cholesky factorization of the rows I of G, from k columns of G: n k² + k³/3 operations in place of n³/3. With rank n it is the exact step. For full batches whose G has few large eigenvalues, as smooth data give.
 *
 * HyLo drops the other rows, or interpolates them, layer by layer; here the residuals of all count, and all layers
 * have the same rows.
 *
 * Source: Rudi, Camoriano and Rosasco 2015, arXiv:1507.04717, for the step in the span; Chen et al. 2022,
 * arXiv:2207.06503, and Mu et al. 2022 (HyLo), for the rows.
 *
 * @throws {OptimizerError} If the rank is not a whole number of at least 1.
 */
export function nystrom(options: Partial<NystromOptions> = {}): ApproximateCurvature<DrawnState> {
  const { rank, rows, seed } = { ...nystromDefaults, ...options };
  requireOption("rank", rank, Number.isInteger(rank) && rank >= 1, "a whole number of at least 1");
  return {
    isExact: false,
    init: () => ({ random: seedRandom(seed) }),
    plan(space) {
      const system = aroundPrior(space, lowRankSystem(space, rank, rows));
      return () => system;
    },
  };
}

function lowRankSystem(space: Space, rank: number, rows: RowChoice): PriorlessSystem<DrawnState> {
  const { kernels, dtype, rows: mostRows } = space;
  const most = Math.min(rank, mostRows);
  const columns = gramColumns(requireLayers(space, "nystrom"));
  const factor = pivotedCholesky(kernels, most, mostRows, rows);
  const square = kernels.allocate("float64", most ** 2);
  const triangle = kernels.allocate("float64", most ** 2);
  const solver = symmetricSolver(kernels, most);
  const y = kernels.allocate("float64", most);
  const wide = kernels.allocate("float64", mostRows);
  const combination = kernels.allocate(dtype, mostRows);
  const result: Solved = { damping: 0, method: "failed" };
  let linearization: Linearization;
  let weights: Float64Array | null = null;

  /** out <- -W J_Iᵀ z. */
  const combineRows = (z: Float64Array, out: ParameterVector): void => {
    combination.fill(0, 0, linearization.rows);
    for (let t = 0; t < factor.rank; t++) combination[factor.pivots[t]!] = z[t]!;
    linearization.pullback(combination, out);
    scaleGroups(space, weights, -1, out);
  };

  return {
    form: null,
    assemble(next, groupWeights, { random }) {
      linearization = next;
      weights = groupWeights;
      factor.factorize(
        {
          n: next.rows,
          diagonal: (out) => columns.diagonal(next, weights, out),
          column: (i, out) => columns.column(next, weights, i, out),
        },
        randomFrom(random),
      );
      const k = factor.rank;
      kernels.syrk(false, k, next.rows, 1, factor.transposed, next.rows, 0, square, k);
      solver.load(k, square);
      writeTriangle(factor, next.rows, triangle);
    },
    meanDiagonal: () => factor.trace / linearization.rows,
    solve(residuals: FloatArray, damping, out) {
      const n = linearization.rows;
      const k = factor.rank;
      solver.factorize(null, Number.isFinite(factor.trace) ? damping : Number.NaN);
      kernels.copy(n, residuals, wide);
      kernels.gemm(false, false, k, 1, n, 1, factor.transposed, n, wide, 1, 0, y, 1);
      solver.apply(y);
      kernels.solveTriangular(true, k, 1, triangle, k, y, 1);
      combineRows(y, out);
      result.damping = solver.damping;
      result.method = solver.method;
      return result;
    },
  };
}

/** Lower out <- F_I, k × k. */
function writeTriangle({ rank, pivots, transposed }: PivotedCholesky, n: number, out: Float64Array): void {
  for (let t = 0; t < rank; t++)
    for (let s = 0; s <= t; s++) out[t * rank + s] = transposed[s * n + pivots[t]!]!;
}
