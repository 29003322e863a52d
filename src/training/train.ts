import { openRun } from "./run.ts";
import type { Training, TrainingResult } from "./training.ts";

/**
 * Time after which the loop lets other work run: progress, Ctrl-C, a page's events. Not at each step: a promise
 * costs more than a small step.
 */
const breathMs = 40;

/** Trains until a rule of `stop.ts` ends it, and keeps the best network. */
export async function train(training: Training): Promise<TrainingResult> {
  const run = openRun(training);
  let lastBreath = performance.now();
  while (!run.stop) {
    run.step();
    if (performance.now() - lastBreath > breathMs) lastBreath = await breathe();
  }
  return run.result();
}

/** Lets other work run; answers with the time. */
async function breathe(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  return performance.now();
}
