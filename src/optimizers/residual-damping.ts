import { requireOption } from "../errors.ts";
import type { PlainDampingRule } from "./damping.ts";

/** Options of `residualDamping`, and their defaults. */
export interface ResidualDampingOptions {
  /** c at the start. */
  readonly factor: number;
  /** q, in [1, 2]. */
  readonly exponent: number;
  /** The least c. */
  readonly smallestFactor: number;
  readonly smallest: number;
  readonly largest: number;
}

export const residualDampingDefaults: Readonly<ResidualDampingOptions> = Object.freeze({
  factor: 1e-2,
  exponent: 1,
  smallestFactor: 1e-6,
  smallest: 1e-14,
  largest: 1e12,
});

/**
 * Damping proportional to a power of the residuals, so that it vanishes with them and not before:
 *
 *     damping = c (‖r‖ / √n)^q
 *
 *     ϱ > 3/4  c <- max(c / 4, smallestFactor)       ϱ < 1/4, or refused  c <- 4 c
 *
 * Where the network can fit the batch, the steps then converge quadratically, also where the solutions are not
 * isolated, as those of networks with more parameters than rows never are. For data without noise.
 *
 * Source: Fan and Yuan 2005, On the quadratic convergence of the Levenberg-Marquardt method without nonsingularity
 * assumption, for the power; Fan 2003 for c by the gain ratio ϱ.
 *
 * @throws {OptimizerError} If an option is out of its range.
 */
export function residualDamping(options: Partial<ResidualDampingOptions> = {}): PlainDampingRule {
  const { factor, exponent, smallestFactor, smallest, largest } = { ...residualDampingDefaults, ...options };
  requireOption("factor", factor, factor > 0 && Number.isFinite(factor), "a finite number above 0");
  requireOption("exponent", exponent, exponent >= 1 && exponent <= 2, "in [1, 2]");
  const clip = (damping: number) => Math.min(Math.max(damping, smallest), largest);
  return {
    judges: true,
    init: () => ({ damping: factor, growth: factor }),
    prepare(state, meanSquare) {
      state.damping = clip(state.growth * meanSquare ** (exponent / 2));
    },
    accept(state, gainRatio) {
      if (gainRatio > 3 / 4) state.growth = Math.max(state.growth / 4, smallestFactor);
      else if (gainRatio < 1 / 4) state.growth *= 4;
    },
    reject(state) {
      state.growth *= 4;
      state.damping = clip(4 * state.damping);
    },
  };
}
