import { requireOption } from "../errors.ts";
import type { LeaveOneOutRule } from "./damping.ts";

/** Options of `leaveOneOutDamping`, and their defaults. */
export interface LeaveOneOutDampingOptions {
  readonly initial: number;
  /** The ratio of neighbours on the grid of dampings, above 1. */
  readonly ratio: number;
  /** The most places on the grid that one step may move. */
  readonly moves: number;
  readonly smallest: number;
  readonly largest: number;
}

export const leaveOneOutDampingDefaults: Readonly<LeaveOneOutDampingOptions> = Object.freeze({
  initial: 1,
  ratio: 3,
  moves: 2,
  smallest: 1e-12,
  largest: 1e12,
});

/**
 * Damping by the leave-one-out error of the linear model: before each step the damping goes down the grid
 * ..., damping / ratio, damping, damping × ratio, ... for as long as the examples, each predicted by the step found
 * without it, are predicted better. The errors are exact, from the factor that the step needs anyway (see
 * `leaveOneOut` of the damped system); each damping that is tried costs one factorization and one inverse.
 *
 * For noisy data without a prior: the damping then stays as large as the noise asks for. A step that raises the
 * loss is refused with twice the damping.
 *
 * Source: Allen 1974 (PRESS) for the error; Golub, Heath and Wahba 1979 for its use with ridge regression.
 *
 * @throws {OptimizerError} If an option is out of its range.
 */
export function leaveOneOutDamping(options: Partial<LeaveOneOutDampingOptions> = {}): LeaveOneOutRule {
  const { initial, ratio, moves, smallest, largest } = { ...leaveOneOutDampingDefaults, ...options };
  requireOption("damping", initial, initial > 0 && Number.isFinite(initial), "a finite number above 0");
  requireOption("ratio", ratio, ratio > 1 && Number.isFinite(ratio), "a finite number above 1");
  requireOption("moves", moves, Number.isInteger(moves) && moves >= 1, "a whole number of at least 1");
  return {
    judges: true,
    needsLeaveOneOut: true,
    init: () => ({ damping: initial, growth: 2 }),
    prepare(state, leaveOneOut) {
      const error = (damping: number) =>
        damping < smallest || damping > largest
          ? Number.POSITIVE_INFINITY
          : (leaveOneOut(damping) ?? Number.NaN);
      const here = error(state.damping);
      const down = descend(error, state.damping, 1 / ratio, here, moves);
      state.damping = down === state.damping ? descend(error, state.damping, ratio, here, moves) : down;
    },
    accept(state) {
      state.growth = 2;
    },
    reject(state) {
      state.damping = Math.min(state.damping * state.growth, largest);
      state.growth *= 2;
    },
  };
}

/** Multiplies a damping by the ratio for as long as the error falls, at most `moves` times. NaN stops it. */
function descend(
  error: (damping: number) => number,
  damping: number,
  ratio: number,
  here: number,
  moves: number,
): number {
  let best = damping;
  let least = here;
  for (let move = 0; move < moves; move++) {
    const next = error(best * ratio);
    if (!(next < least)) break;
    least = next;
    best *= ratio;
  }
  return best;
}
