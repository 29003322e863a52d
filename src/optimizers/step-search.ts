import { requireOption } from "./optimizer.ts";

/** How far to go along a direction before a new direction is asked for. */
export interface StepSearch {
  /** The lengths that are tried, in this order, as multiples of the learning rate. */
  readonly lengths: readonly number[];
}

/** Takes the whole step or none. */
export function fullStep(): StepSearch {
  return { lengths: [1] };
}

/**
 * Tries the step, its half, its quarter ..., `halvings` times, and takes the first that lowers the loss. With
 * damping by the gain ratio, one or two halvings save factorizations; with fixed damping they make every step a
 * descent.
 */
export function stepHalving(halvings = 4): StepSearch {
  requireOption(
    "halvings",
    halvings,
    Number.isInteger(halvings) && halvings >= 0,
    "a whole number of at least 0",
  );
  return { lengths: Array.from({ length: halvings + 1 }, (_, i) => 0.5 ** i) };
}
