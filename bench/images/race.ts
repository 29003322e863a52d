import type { PicturePoint, PictureRun } from "./picture-run.ts";

/**
 * Gives each run the same time for its steps. They take turns, a slice each: what else goes on at the machine slows
 * all of them.
 *
 * @param slices Errors are measured so many times in a run, at equal times.
 */
export function race(runs: readonly PictureRun[], seconds: number, slices: number): void {
  for (let slice = 1; slice <= slices; slice++)
    for (const run of runs) if (hasNumbers(last(run))) run.advance((seconds * slice) / slices);
}

/** Where a run ended. */
export function last(run: PictureRun): PicturePoint {
  return run.points.at(-1)!;
}

/** Whether a run has not diverged. */
function hasNumbers(point: PicturePoint): boolean {
  return Number.isFinite(point.trainRmse) && Number.isFinite(point.validationRmse);
}

/** The run of the least validation error at its end; a run that diverged is never better. */
export function bestOf(runs: readonly PictureRun[]): PictureRun {
  const error = (run: PictureRun) =>
    hasNumbers(last(run)) ? last(run).validationRmse : Number.POSITIVE_INFINITY;
  return runs.reduce((best, run) => (error(run) < error(best) ? run : best));
}

/** The first point of a run whose validation error is no larger than `error`; null if there is none. */
export function firstWithin(run: PictureRun, error: number): PicturePoint | null {
  return run.points.find(({ validationRmse }) => validationRmse <= error) ?? null;
}
