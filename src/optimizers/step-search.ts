import { requireOption } from "../errors.ts";
import type { Space } from "../linearization/space.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";

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

/** One direction to search along. */
export interface SearchDirection {
  readonly direction: ParameterVector;
  /** Where the parameters are that are tried. */
  readonly candidate: ParameterVector;
  /** Factor of all lengths of the search. */
  readonly factor: number;
  /** How fast the objective falls along the direction, at its start: above 0 for a descent. */
  readonly descent: number;
  /** How much it has fallen at the candidate, for a step of `rate` times the direction. */
  gain(rate: number): number;
}

/**
 * Tries the lengths of the search in turn, and takes the first with a sufficient decrease,
 *
 *     gain > c · rate · descent,     rate = factor · length
 *
 * @returns Whether one was taken; else the parameters are as before.
 */
export function searchAlong(
  { lengths, sufficientDecrease }: StepSearch,
  { kernels, parameters: p }: Space,
  parameters: ParameterVector,
  { direction, candidate, factor, descent, gain }: SearchDirection,
): boolean {
  for (const length of lengths) {
    const rate = factor * length;
    // All of it: frozen layers, which the direction does not reach, count in the loss too.
    candidate.flat.set(parameters.flat);
    kernels.axpy(p, rate, direction.flat, candidate.flat);
    const gained = gain(rate);
    // Written so that NaN, from a loss that is not finite, refuses the step.
    if (!(descent > 0 && gained > sufficientDecrease * rate * descent)) continue;
    parameters.flat.set(candidate.flat);
    return true;
  }
  return false;
}
