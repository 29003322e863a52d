/**
 * Why training ended.
 *
 *     converged     the loss no longer falls by more than the tolerance
 *     validation    the error on the validation rows has not fallen for `patience` epochs
 *     max-steps     the limit on steps
 *     time-limit    the limit on time
 *     stalled       no step lowered the loss at any damping
 *     diverged      the loss left the finite numbers, or grew far beyond the best; the best network is kept
 *     aborted       the caller's signal
 */
export type StopReason =
  | "converged"
  | "validation"
  | "max-steps"
  | "time-limit"
  | "stalled"
  | "diverged"
  | "aborted";

/** Why training ended, with the numbers that decided. */
export interface Stop {
  readonly reason: StopReason;
  readonly message: string;
}

/** When training ends. */
export interface StopLimits {
  /** Training ends after this many steps. Infinity: no limit. */
  readonly maxSteps: number;
  /** Training ends at the first step after this time. Infinity: no limit. */
  readonly timeLimitMs: number;
  /** With validation rows: epochs without a new best validation error before training ends. Infinity: no limit. */
  readonly patience: number;
  /**
   * Training has converged when the best training loss so far, over the last `toleranceEpochs` epochs, fell by
   *
   *     (best before - best now) <= tolerance · best before
   *
   * 0 turns the rule off.
   */
  readonly tolerance: number;
  readonly toleranceEpochs: number;
  /** Training has diverged when the training loss is above this multiple of the best. */
  readonly divergence: number;
}

export const stopDefaults: Readonly<StopLimits> = Object.freeze({
  maxSteps: Number.POSITIVE_INFINITY,
  timeLimitMs: Number.POSITIVE_INFINITY,
  patience: Number.POSITIVE_INFINITY,
  tolerance: 1e-9,
  toleranceEpochs: 5,
  divergence: 1e6,
});

/** What the rules look at after each step. */
export interface StepOutcome {
  readonly step: number;
  readonly elapsedMs: number;
  readonly failure: "not finite" | "no decrease" | null;
}

/** What the rules look at after each epoch. */
export interface EpochErrors {
  readonly epoch: number;
  /** The training loss now. */
  readonly trainLoss: number;
  /** After each epoch so far, the least training loss until then. */
  readonly bestTrainLosses: readonly number[];
  readonly validationLoss: number | null;
  readonly bestValidationLoss: number | null;
  readonly bestEpoch: number;
}

/** The rules that are asked after each step; null goes on. */
export function stopAfterStep(
  limits: StopLimits,
  progress: StepOutcome,
  aborted: boolean,
  batches: number,
): Stop | null {
  const { step, elapsedMs, failure } = progress;
  if (aborted) return stop("aborted", `stopped by the caller after step ${step}`);
  if (failure === "not finite")
    return stop("diverged", `the loss or the step was not finite at step ${step}; the best network was kept`);
  // One batch that no step improves is a minimum of that batch only, unless it is all there is.
  if (failure === "no decrease" && batches === 1)
    return stop(
      "stalled",
      `no step lowered the loss at any damping at step ${step}: a minimum to working precision`,
    );
  if (step >= limits.maxSteps) return stop("max-steps", `${step} steps, the limit`);
  if (elapsedMs >= limits.timeLimitMs)
    return stop("time-limit", `time was over after ${+digits(elapsedMs / 1000)} s`);
  return null;
}

/** The rules that are asked after each epoch; null goes on. */
export function stopAfterEpoch(limits: StopLimits, progress: EpochErrors): Stop | null {
  const { trainLoss, bestTrainLosses, epoch, bestEpoch, validationLoss } = progress;
  const best = bestTrainLosses[bestTrainLosses.length - 1]!;
  if (!(trainLoss <= limits.divergence * best) && trainLoss > 0)
    return stop(
      "diverged",
      `training loss ${digits(trainLoss)} > ${limits.divergence} × the best, ${digits(best)}`,
    );
  if (validationLoss !== null && epoch - bestEpoch >= limits.patience)
    return stop(
      "validation",
      `no lower validation error for ${epoch - bestEpoch} epochs (patience ${limits.patience}); the best was at epoch ${bestEpoch}`,
    );
  const before = bestTrainLosses[bestTrainLosses.length - 1 - limits.toleranceEpochs];
  if (limits.tolerance > 0 && before !== undefined && before - best <= limits.tolerance * before)
    return stop(
      "converged",
      `the best training loss fell by ${digits(before > 0 ? (before - best) / before : 0)} of itself in ${limits.toleranceEpochs} epochs <= ${limits.tolerance}`,
    );
  return null;
}

function stop(reason: StopReason, message: string): Stop {
  return { reason, message };
}

function digits(value: number): string {
  return value.toPrecision(3);
}
