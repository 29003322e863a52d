import { growing } from "../linearization/by-rows.ts";
import { lazy } from "../linearization/lazy.ts";
import type { Linearization } from "../linearization/linearization.ts";
import type { Space } from "../linearization/space.ts";
import { endOfExample } from "./leave-one-out.ts";
import type { SymmetricSolver } from "./symmetric-solver.ts";

/*
 * The variance at other rows
 * --------------------------
 *
 * With J' the Jacobian of m other rows, and Σ = (Jᵀ J + λ W⁻¹)⁻¹ the covariance of the parameters:
 *
 *     gram      J' Σ J'ᵀ = (J' W J'ᵀ - C (J W Jᵀ + λ I)⁻¹ Cᵀ) / λ,     C = J' W Jᵀ, m × n
 *     primal    J' Σ J'ᵀ by the factor of Σ⁻¹
 *
 * A factor that was raised to a larger λ answers for that one.
 */

/** Writes the diagonal of J' Σ J'ᵀ, by the factor of J W Jᵀ + λ I. */
export type DualVariance = (
  linearization: Linearization,
  solver: SymmetricSolver,
  weights: Float64Array | null,
  other: Linearization,
  out: Float64Array,
) => void;

export function dualVariance({ kernels, rows }: Space): DualVariance {
  const [ofCross, ofOwn] = [growing(kernels, "float64"), growing(kernels, "float64")];
  const solved = kernels.allocate("float64", rows);
  return (linearization, solver, weights, other, out) => {
    const n = linearization.rows;
    const m = other.rows;
    // The other batch may be larger than any of the space.
    const cross = ofCross(m * n) as Float64Array;
    const own = ofOwn(m * m) as Float64Array;
    other.cross(linearization, weights, cross);
    other.gram(weights, own);
    for (let i = 0; i < m; i++) {
      const row = cross.subarray(i * n, (i + 1) * n);
      kernels.copy(n, row, solved);
      solver.apply(solved);
      // Rounding may put it below 0 where the batch determines the row.
      out[i] = Math.max(own[i * m + i]! - kernels.dot(n, row, solved), 0) / solver.damping;
    }
  };
}

/** Writes the diagonal of J' Σ J'ᵀ, by the factor of Jᵀ J + λ W⁻¹. */
export type PrimalVariance = (solver: SymmetricSolver, other: Linearization, out: Float64Array) => void;

export function primalVariance({ kernels, dtype, parameters: p, rowsOfExample }: Space): PrimalVariance {
  const narrow = lazy(() => kernels.allocate(dtype, rowsOfExample * p));
  const row = lazy(() => kernels.allocate("float64", p));
  const solved = lazy(() => kernels.allocate("float64", p));
  return (solver, other, out) => {
    for (let first = 0; first < other.rows; ) {
      const count = endOfExample(other, first) - first;
      other.writeRows(first, count, narrow());
      for (let i = 0; i < count; i++) {
        kernels.copy(p, narrow().subarray(i * p), row());
        kernels.copy(p, row(), solved());
        solver.apply(solved());
        out[first + i] = kernels.dot(p, row(), solved());
      }
      first += count;
    }
  };
}
