import { type Encoder, encodedWidth } from "../data/encoder.ts";
import type { ColumnNote } from "../data/plan-columns.ts";
import type { Table } from "../data/table.ts";
import type { Decision, Errors, FitReport } from "../model/fit-report.ts";
import type { FitEvent, FitProgress } from "../model/options.ts";
import { parts } from "../report/report-data.ts";
import { cautions, decisivePart, summarize } from "../report/summary.ts";
import {
  alignTable,
  columnNumber,
  columnR2,
  plainDuration,
  plainNumber,
  plural,
  shorten,
} from "./plain-text.ts";
import type { Terminal } from "./terminal.ts";

/** Characters of a name in a table. */
const nameLength = 24;

/** Says what is in the data, and what is done with its columns. */
export function showColumns(
  terminal: Terminal,
  table: Table,
  notes: readonly ColumnNote[],
  encoder: Encoder,
): void {
  const targets = encoder.targets.map(({ column }) => column);
  terminal.line(
    `${table.name}: ${plural(table.rows, "row")}, ${plural(table.columns.length, "column")}`,
    "bold",
  );
  for (const note of table.notes) terminal.line(`  ${note}`);
  const inputs = new Set(encoder.inputs.map(({ column }) => column));
  const rows = [
    ["target", targets.join(", ")],
    ["inputs", `${plural(inputs.size, "column")}, ${encodedWidth(encoder)} after encoding`],
    ...notes.map(({ column, choice, why }) => [shorten(column, nameLength), `${choice} (${why})`]),
  ];
  for (const line of alignTable(rows, "  ")) terminal.line(line);
}

/** Says what was decided, and why. */
export function showDecisions(terminal: Terminal, decisions: readonly Decision[]): void {
  terminal.line("What was decided", "bold");
  for (const line of alignTable(
    decisions.map(({ what, choice, why }) => [what, `${choice} (${why})`]),
    "  ",
  ))
    terminal.line(line);
}

/** Shows how far a training is. */
export interface ProgressView {
  /** @param name Of what is trained, where there are several. */
  onEpoch(event: FitEvent, name?: string): void;
  onProgress(progress: FitProgress): void;
}

/** Makes a view on one line of a terminal: the errors after the last epoch, and how far the next one is. */
export function progressView(terminal: Terminal): ProgressView {
  let last: FitEvent | null = null;
  let prefix = "";
  return {
    onEpoch(event, name) {
      last = event;
      prefix = name === undefined ? "" : `${name}: `;
      terminal.progress(() => prefix + describeProgress(event, null));
    },
    onProgress(progress) {
      const event = last;
      if (event) terminal.progress(() => prefix + describeProgress(event, progress));
    },
  };
}

/**
 * How far the training is, in a line.
 *
 * @param event The last epoch. @param within How far the next one is, where it has begun.
 */
export function describeProgress(event: FitEvent, within: FitProgress | null): string {
  const { train, validation, best, damping, gainRatio, gradientNorm, member, members, shape, shapes } = event;
  const { epoch, step, secondsLeft } = within ?? event;
  const place = [
    members > 1 ? `network ${member + 1} of ${members}, ` : "",
    shapes > 1 ? `shape ${shape + 1} of ${shapes}, ` : "",
  ].join("");
  const part = within ? ` (${describeEpoch(within)})` : "";
  const short = (value: number) => plainNumber(value, 3);
  return [
    `${place}epoch ${epoch}, step ${step}${part}: train ${short(train)}`,
    validation === null ? null : `validation ${short(validation)}`,
    `best ${short(best)}`,
    damping === null ? null : `damping ${short(damping)}`,
    gainRatio === null ? null : `gain ratio ${short(gainRatio)}`,
    event.step === 0 ? null : `gradient ${short(gradientNorm)}`,
    secondsLeft === null ? null : `at most ${plainDuration(secondsLeft)} left`,
  ]
    .filter((text) => text !== null)
    .join(", ");
}

/** At its last step nothing is left but to measure the errors, of which the time is not known. */
function describeEpoch({ batch, batches, epochSecondsLeft }: FitProgress): string {
  const left = batch < batches ? `${plainDuration(epochSecondsLeft)} left` : "measuring errors";
  return `${batch} of ${batches}, ${left}`;
}

/**
 * Says how training went and how good the model is, beside the baselines.
 *
 * @param talk Where to say what is no part of the result.
 */
export function showResult(
  terminal: Terminal,
  talk: Terminal,
  report: FitReport,
  targets: readonly string[],
): void {
  const { steps, epochs, seconds, stop, decisions } = report;
  talk.line(
    `Trained ${plural(steps, "step")} in ${plural(epochs, "epoch")}, ${plainDuration(seconds)}: ${stop.reason}`,
    "bold",
  );
  talk.line(`  ${stop.message}`);
  for (const { what, choice, why } of decisions.filter(({ what: about }) => lateDecisions.has(about)))
    talk.line(`  ${what}: ${choice} (${why})`);
  terminal.line(`Result${targets.length > 1 ? " over all targets" : ""}`, "bold");
  for (const line of alignTable(resultRows(report), "  ")) terminal.line(line);
  if (report.targets.length > 1) for (const line of alignTable(targetRows(report), "  ")) terminal.line(line);
  terminal.line(summarize(report, targets));
  for (const caution of cautions(report)) terminal.line(caution);
}

/** What is decided after training, and so has not been said before. */
const lateDecisions: ReadonlySet<string> = new Set(["members", "shape", "model", "refit"]);

function resultRows({ rows, errors, baseline, ...report }: FitReport): string[][] {
  const present = parts.filter((part) => rows[part] > 0);
  const decisive = decisivePart({ rows, errors, baseline, ...report });
  const methods: readonly (readonly [string, Errors])[] = [
    ["this model", errors],
    ["ridge regression", baseline.ridge],
    ["mean", baseline.mean],
  ];
  return [
    ["", ...present.map((part) => `RMSE ${part}`), `MAE ${decisive}`, `R² ${decisive}`],
    ["rows", ...present.map((part) => String(rows[part])), "", ""],
    ...methods.map(([name, { rmse, mae, r2 }]) => [
      name,
      ...present.map((part) => columnNumber(rmse[part])),
      columnNumber(mae[decisive]),
      columnR2(r2[decisive]),
    ]),
  ];
}

function targetRows(report: FitReport): string[][] {
  const part = decisivePart(report);
  return [
    ["target", `RMSE ${part}`, `MAE ${part}`, `R² ${part}`],
    ...report.targets.map(({ name, errors }) => [
      shorten(name, nameLength),
      columnNumber(errors.rmse[part]),
      columnNumber(errors.mae[part]),
      columnR2(errors.r2[part]),
    ]),
  ];
}
