import { type ComparedRun, type Comparison, choosingPart } from "../model/compare.ts";
import type { Decision } from "../model/fit-report.ts";
import { parts } from "../report/report-data.ts";
import { decisivePart } from "../report/summary.ts";
import { columnNumber, plainDuration, plainNumber, plural } from "./plain-text.ts";
import type { Terminal } from "./terminal.ts";
import { showDecisions } from "./train-view.ts";

/** Decisions that all optimizers share. */
const sharedDecisions: ReadonlySet<string> = new Set(["network", "kernels"]);

/** Says what is about to be trained: before the first optimizer what all share. */
export function showStart(
  terminal: Terminal,
  optimizer: string,
  decisions: readonly Decision[],
  isFirst: boolean,
): void {
  if (isFirst)
    showDecisions(
      terminal,
      decisions.filter(({ what }) => sharedDecisions.has(what)),
    );
  const batch = decisions.find(({ what }) => what === "batch");
  terminal.line(batch ? `${optimizer}: ${batch.choice} in a batch (${batch.why})` : optimizer, "bold");
}

/** What came of a run, in a line. */
export function describeRun({ report }: ComparedRun): string {
  const { steps, seconds, stop } = report;
  return `${plural(steps, "step")}, ${plainDuration(seconds)}: ${stop.message}`;
}

/** The cells of the table, with a head; the best row has a star. */
export function comparisonRows({ runs, best }: Comparison): string[][] {
  const { rows } = runs[0]!.report;
  const present = parts.filter((part) => rows[part] > 0);
  return [
    [
      ...["optimizer", "batch", "ms/step", "steps", "seconds"],
      ...present.map((part) => `RMSE ${part}`),
      ...["s to best", "stopped"],
    ],
    ...runs.map(({ optimizer, batchSize, stepMilliseconds, secondsToBest, report }, i) => [
      i === best ? `${optimizer} *` : optimizer,
      String(batchSize),
      columnNumber(stepMilliseconds, 3),
      String(report.steps),
      report.seconds.toFixed(2),
      ...present.map((part) => columnNumber(report.errors.rmse[part])),
      secondsToBest.toFixed(2),
      report.stop.reason,
    ]),
  ];
}

/** Which run the star marks, and what a linear model achieves. */
export function describeBest({ runs }: Comparison): string {
  const { report } = runs[0]!;
  const part = decisivePart(report);
  const measure = report.outputs > 1 ? "R²" : "error";
  const ridge = report.baseline.ridge.rmse[part];
  return [
    `* best by the ${measure} on the ${choosingPart(report)} rows`,
    ridge === null ? "" : `; ridge regression has an RMSE of ${plainNumber(ridge)} on the ${part} rows`,
  ].join("");
}
