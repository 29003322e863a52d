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

/** Starts from parameters that are kept until better ones are offered. */
export function keepBest(initial: FloatArray): Best {
  const parameters = initial.slice();
  let best = Number.POSITIVE_INFINITY;
  let bestEpoch = 0;
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
