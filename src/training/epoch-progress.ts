import type { StopLimits } from "./stop.ts";

/** How far an epoch is that is not over yet, for people to follow. */
export interface EpochProgress {
  /** Steps of the training until now. */
  readonly step: number;
  /** Of the epoch, from 1. */
  readonly epoch: number;
  /** Steps of the epoch: those that are done, and all. */
  readonly batch: number;
  readonly batches: number;
  readonly seconds: number;
  /** Until the last step of the epoch, at the pace of its steps. The errors, which are measured then, come on top. */
  readonly epochSecondsLeft: number;
  /** Until the nearest limit on steps or time; null where there is none. */
  readonly secondsLeft: number | null;
}

/** Time between reports; shorter epochs have none. */
const intervalMs = 250;

/** Reports progress within epochs. */
export interface ProgressReporter {
  /** Begins an epoch, from 1, of so many steps. */
  begin(epoch: number, batches: number): void;
  /** Reports, where it is time to. Allocates nothing where it is not. */
  report(batch: number, step: number, now: number): void;
}

/**
 * Makes a reporter: four times a second at most, and only in epochs of several steps.
 *
 * @param start When training began, on the clock of `performance.now`.
 */
export function progressReporter(
  limits: StopLimits,
  start: number,
  onProgress: ((progress: EpochProgress) => void) | undefined,
): ProgressReporter {
  let epoch = 0;
  let batches = 1;
  let epochStart = start;
  let last = start;
  return {
    begin(number, count) {
      epoch = number;
      batches = count;
      epochStart = performance.now();
      last = epochStart;
    },
    report(batch, step, now) {
      if (!onProgress || batches === 1 || now - last < intervalMs) return;
      last = now;
      const seconds = (now - start) / 1000;
      onProgress({
        step,
        epoch,
        batch,
        batches,
        seconds,
        epochSecondsLeft: ((now - epochStart) / 1000 / batch) * (batches - batch),
        secondsLeft: secondsLeft(limits, step, seconds),
      });
    },
  };
}

/** Until the nearest limit on steps or time; null where there is none. */
export function secondsLeft(limits: StopLimits, step: number, seconds: number): number | null {
  const byTime = limits.timeLimitMs / 1000 - seconds;
  const bySteps = step === 0 ? Number.POSITIVE_INFINITY : (seconds / step) * (limits.maxSteps - step);
  const left = Math.min(byTime, bySteps);
  return Number.isFinite(left) ? Math.max(left, 0) : null;
}
