import { expect, test } from "vitest";
import { joinTrainings, notBegun } from "../../src/model/join-trainings.ts";
import type { EpochEvent, TrainingResult } from "../../src/training/training.ts";

const event = (epoch: number, best: number): EpochEvent => ({
  step: 10 * epoch,
  epoch,
  seconds: epoch,
  secondsLeft: null,
  train: best,
  validation: best,
  best,
  damping: null,
  gainRatio: null,
  learningRate: 1,
  gradientNorm: 0,
  form: null,
});

/** A training whose best epoch is the one of the least error. */
function trained(errors: readonly number[], mark: number): TrainingResult {
  const epochs = errors.length - 1;
  return {
    parameters: Float64Array.of(mark),
    last: Float64Array.of(-mark),
    stop: { reason: "validation", message: `training ${mark}` },
    steps: 10 * epochs,
    epochs,
    seconds: epochs,
    stepSeconds: epochs / 2,
    prior: null,
    history: errors.map((error, epoch) => event(epoch, error)),
    bestEpoch: errors.indexOf(Math.min(...errors)),
  };
}

test("a training that goes on counts from where the first ended, and has the second's best network", () => {
  const joined = joinTrainings(trained([5, 3, 4], 1), trained([3, 2, 1, 2], 2));
  expect(joined).toMatchObject({ steps: 50, epochs: 5, seconds: 5, stepSeconds: 2.5, bestEpoch: 4 });
  expect(joined.history.map(({ epoch, step, best }) => [epoch, step, best])).toEqual([
    [0, 0, 5],
    [1, 10, 3],
    [2, 20, 4],
    [3, 30, 2],
    [4, 40, 1],
    [5, 50, 2],
  ]);
  expect([...joined.parameters, ...joined.last]).toEqual([2, -2]);
  expect(joined.stop).toEqual({
    reason: "validation",
    message: "no lower validation error for 1 epochs over all rows; the best was at epoch 4",
  });
});

test("a training that finds nothing better leaves the first's best network and its epoch", () => {
  const joined = joinTrainings(trained([5, 3, 4], 1), trained([3, 6], 2));
  expect([...joined.parameters]).toEqual([1]);
  expect(joined.bestEpoch).toBe(1);
  expect(joined.stop.message).toBe(
    "no lower validation error for 1 epochs over all rows; the best was at epoch 1",
  );
  expect(joined.history[joined.bestEpoch]!.best).toBe(3);
  expect(notBegun).toEqual({ steps: 0, epochs: 0, seconds: 0 });
});

test("a training that diverged leaves the end of the first, and what it found before that", () => {
  const first = trained([5, 3, 4], 1);
  const second = { ...trained([3, 2, 9], 2), stop: { reason: "diverged", message: "too far" } as const };
  const joined = joinTrainings(first, second);
  expect(joined.stop).toEqual(first.stop);
  expect([...joined.parameters]).toEqual([2]);
});
