import { expect, test } from "vitest";
import { silentTerminal } from "../../src/cli/terminal.ts";
import { describeProgress, progressView } from "../../src/cli/train-view.ts";
import type { FitEvent, FitProgress } from "../../src/model/options.ts";
import { exampleEvent } from "../report/example-report.ts";

const alone = { member: 0, members: 1, shape: 0, shapes: 1 };
const event: FitEvent = { ...exampleEvent(2, { gainRatio: null, secondsLeft: 90 }), ...alone };
const within: FitProgress = {
  ...{ ...alone, step: 7, epoch: 3, batch: 3, batches: 80, seconds: 5 },
  ...{ epochSecondsLeft: 12.3, secondsLeft: null },
};

test("an epoch is a line with its errors", () => {
  expect(describeProgress(event, null)).toBe(
    "epoch 2, step 4: train 0.25, validation 0.516, best 0.516, damping 0.01, gradient 0.1, at most 1 min 30 s left",
  );
});

test("the line says which network of an ensemble it is, and which shape, where there are several", () => {
  expect(describeProgress({ ...event, member: 1, members: 5, shape: 0, shapes: 2 }, null)).toMatch(
    /^network 2 of 5, shape 1 of 2, epoch 2, step 4: /,
  );
});

test("within an epoch the line says where it is, and keeps the errors of the one before", () => {
  expect(describeProgress(event, within)).toBe(
    "epoch 3, step 7 (3 of 80, 12.3 s left): train 0.25, validation 0.516, best 0.516, damping 0.01, gradient 0.1",
  );
  expect(describeProgress(event, { ...within, batch: 80, epochSecondsLeft: 0 })).toContain(
    "epoch 3, step 7 (80 of 80, measuring errors): ",
  );
});

test("a view shows the name of what is trained, and nothing before the first errors", () => {
  const lines: string[] = [];
  const view = progressView({ ...silentTerminal, progress: (text) => void lines.push(text()) });
  view.onProgress(within);
  view.onEpoch(event, "adam");
  view.onProgress(within);
  expect(lines.map((line) => line.split(" (")[0]!.split(": train")[0])).toEqual([
    "adam: epoch 2, step 4",
    "adam: epoch 3, step 7",
  ]);
});
