import type { Stop } from "../training/stop.ts";
import type { TrainingResult } from "../training/training.ts";

/** How far training was when another began. */
export type Reached = Pick<TrainingResult, "steps" | "epochs" | "seconds">;

/** Before any training. */
export const notBegun: Reached = Object.freeze({ steps: 0, epochs: 0, seconds: 0 });

/** What is reported of a training that goes on where another ended, counted from the start of that one. */
export function continued<Report extends { step: number; epoch: number; seconds: number }>(
  report: Report,
  { steps, epochs, seconds }: Reached,
): Report {
  return {
    ...report,
    step: report.step + steps,
    epoch: report.epoch + epochs,
    seconds: report.seconds + seconds,
  };
}

/**
 * Two trainings as one, the second, over all rows, from the best network of the first on: its best is never worse.
 * Where the second diverged, the first's end stands, of which nothing was lost.
 */
export function joinTrainings(first: TrainingResult, second: TrainingResult): TrainingResult {
  const [, ...history] = second.history;
  const isBetter = second.bestEpoch > 0;
  const bestEpoch = isBetter ? first.epochs + second.bestEpoch : first.bestEpoch;
  return {
    ...second,
    stop: second.stop.reason === "diverged" ? first.stop : overAllRows(second, bestEpoch),
    parameters: isBetter ? second.parameters : first.parameters,
    steps: first.steps + second.steps,
    epochs: first.epochs + second.epochs,
    seconds: first.seconds + second.seconds,
    stepSeconds: first.stepSeconds + second.stepSeconds,
    history: [...first.history, ...history.map((event) => continued(event, first))],
    bestEpoch,
  };
}

/** Why the second ended: it counts from its own start, the best epoch from that of the first. */
function overAllRows({ stop, epochs, bestEpoch: own }: TrainingResult, bestEpoch: number): Stop {
  const { reason, message } = stop;
  if (reason !== "validation") return { reason, message: `in the steps over all rows: ${message}` };
  const waited = `no lower validation error for ${epochs - own} epochs over all rows`;
  return { reason, message: `${waited}; the best was at epoch ${bestEpoch}` };
}
