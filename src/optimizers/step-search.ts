import { requireOption } from "./optimizer.ts";

/**
 * How far to go along a direction δ before a new direction is asked for: the first length t of `lengths` with
 *
 *     loss(w) - loss(w + t δ) > c t |slope|,      slope = d loss(w + t δ)/dt at 0
 *
 * the sufficient decrease of Armijo 1966 (Nocedal and Wright 2006, equation 3.4).
 */
export interface StepSearch {
  /** t, in the order in which they are tried, as multiples of the learning rate. */
  readonly lengths: readonly number[];
  /** c: 0 is any decrease, 1/2 is the whole that a quadratic with its least value at t = 1 can give. */
  readonly sufficientDecrease: number;
}

/** Nocedal and Wright 2006, section 3.1: any decrease at all, but for rounding errors. */
const littleDecrease = 1e-4;

/** Takes the whole step or none. */
export function fullStep(): StepSearch {
  return { lengths: [1], sufficientDecrease: littleDecrease };
}

/**
 * Tries the step, its half, its quarter ..., `halvings` times, and takes the first that lowers the loss. With
 * damping by the gain ratio, one or two halvings save factorizations; with fixed damping they make every step a
 * descent.
 */
export function stepHalving(halvings = 4): StepSearch {
  return armijo({ halvings });
}

/** Options of `armijo`, and their defaults. */
export interface ArmijoOptions {
  readonly sufficientDecrease: number;
  readonly halvings: number;
}

export const armijoDefaults: Readonly<ArmijoOptions> = Object.freeze({
  sufficientDecrease: littleDecrease,
  halvings: 10,
});

/**
 * Line search on the dyadic grid t = 1, 1/2, 1/4 ..., 2^-halvings: the longest step of sufficient decrease. A c of
 * 1e-4 refuses only what does not descend; one near 1/2 asks for all that the linear model promised.
 *
 * Source: Armijo 1966; Nocedal and Wright 2006, algorithm 3.1.
 *
 * @throws {OptimizerError} If c is not in [0, 1/2], or the number of halvings is not a whole number.
 */
export function armijo(options: Partial<ArmijoOptions> = {}): StepSearch {
  const { sufficientDecrease, halvings } = { ...armijoDefaults, ...options };
  requireOption(
    "sufficientDecrease",
    sufficientDecrease,
    sufficientDecrease >= 0 && sufficientDecrease <= 0.5,
    "in [0, 1/2]",
  );
  requireOption(
    "halvings",
    halvings,
    Number.isInteger(halvings) && halvings >= 0,
    "a whole number of at least 0",
  );
  return { lengths: Array.from({ length: halvings + 1 }, (_, i) => 0.5 ** i), sufficientDecrease };
}
