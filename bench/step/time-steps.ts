import { performance } from "node:perf_hooks";
import { type Beginning, firstStepsMs } from "./contender.ts";
import type { GramianStep } from "./gramian-step.ts";

/** Milliseconds for each of some steps. */
export function timeSteps(steps: number, step: () => void): number {
  const start = performance.now();
  for (let i = 0; i < steps; i++) step();
  return (performance.now() - start) / steps;
}

/** Takes the first steps one by one, with the loss between them. */
export function beginSteps(steps: number, { loss, step }: GramianStep): Beginning {
  const losses = [loss()];
  const milliseconds: number[] = [];
  const start = performance.now();
  do {
    milliseconds.push(timeSteps(1, step));
    losses.push(loss());
  } while (milliseconds.length < steps && performance.now() - start < firstStepsMs);
  return { losses, milliseconds };
}
