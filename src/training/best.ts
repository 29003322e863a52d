import type { FloatArray } from "../kernels/kernels.ts";

/** The best parameters so far. */
export interface Best {
  /** Their error; Infinity before any finite one was offered. */
  readonly error: number;
  readonly epoch: number;
  readonly parameters: FloatArray;
  /** Keeps a copy of `parameters` if `error` is below the best so far; NaN never is. */
  offer(error: number, epoch: number, parameters: FloatArray): void;
}

/**
 * Starts from parameters that are kept until better ones are offered.
 *
 * @param saved What was the best before; of the length of the parameters.
 */
export function keepBest(
  initial: FloatArray,
  saved?: { readonly error: number; readonly epoch: number; readonly parameters: ArrayLike<number> },
): Best {
  const parameters = initial.slice();
  if (saved) parameters.set(saved.parameters);
  let best = saved?.error ?? Number.POSITIVE_INFINITY;
  let bestEpoch = saved?.epoch ?? 0;
  return {
    get error() {
      return best;
    },
    get epoch() {
      return bestEpoch;
    },
    parameters,
    offer(error, epoch, candidate) {
      if (!(error < best)) return;
      best = error;
      bestEpoch = epoch;
      parameters.set(candidate);
    },
  };
}
