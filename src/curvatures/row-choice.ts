import type { Random } from "../random/random.ts";

/** Which row of a positive semidefinite matrix a factorization of low rank takes next. */
export interface RowChoice {
  /**
   * @param remaining The diagonal of what is not approximated yet, n; 0 at the rows that were chosen.
   * @param diagonal That of the matrix.
   * @param least Rows with less of `remaining` are combinations of those chosen: rounding errors. One has more.
   */
  next(remaining: Float64Array, diagonal: Float64Array, n: number, least: number, random: Random): number;
}

/**
 * At random in proportion to what remains of the diagonal: near the best approximation on average.
 *
 * Source: Chen, Epperly, Tropp and Webber 2022, arXiv:2207.06503.
 */
export function randomPivots(): RowChoice {
  return { next: (remaining, _, n, __, random) => draw(remaining, n, () => true, random) };
}

/**
 * The row of which the most remains: the pivots of a QR factorization of Jᵀ, and so the rows of J's interpolative
 * decomposition (HyLo's KID).
 *
 * Source: Mu, Soori, Can, Gürbüzbalaban and Mehri Dehnavi 2022, SC22 (HyLo).
 */
export function largestPivots(): RowChoice {
  return {
    next(remaining, _, n) {
      let best = 0;
      for (let i = 1; i < n; i++) if (remaining[i]! > remaining[best]!) best = i;
      return best;
    },
  };
}

/**
 * At random in proportion to the diagonal of G, which is the importance of a row of J, ‖J_i‖² = Σ_layers s² ‖ã_i‖²
 * ‖d_i‖², whatever was chosen before (HyLo's KIS).
 *
 * Source: Mu, Soori, Can, Gürbüzbalaban and Mehri Dehnavi 2022, SC22 (HyLo).
 */
export function rowsByNorm(): RowChoice {
  return {
    next: (remaining, diagonal, n, least, random) => draw(diagonal, n, (i) => remaining[i]! > least, random),
  };
}

/** An index in proportion to its weight, among those that may be drawn and have a weight above 0. */
function draw(weights: Float64Array, n: number, isOpen: (i: number) => boolean, random: Random): number {
  let total = 0;
  for (let i = 0; i < n; i++) if (isOpen(i)) total += weights[i]!;
  const threshold = total * random();
  let running = 0;
  let last = 0;
  for (let i = 0; i < n; i++) {
    if (!isOpen(i) || !(weights[i]! > 0)) continue;
    last = i;
    running += weights[i]!;
    if (running > threshold) return i;
  }
  return last;
}
