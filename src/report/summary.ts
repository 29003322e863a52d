import type { Errors, FitReport } from "../model/fit-report.ts";
import { formatNumber, formatR2 } from "./format-number.ts";
import { type Part, parts } from "./report-data.ts";

/** The part of the data that says most about new data: test, else validation, else train. */
export function decisivePart(report: FitReport): Part {
  return [...parts].reverse().find((part) => report.rows[part] > 0) ?? "train";
}

/**
 * Says in one sentence how good the predictions are, beside ridge regression. The RMSE of several targets would mix
 * their units: they are judged by R².
 */
export function summarize(report: FitReport, targets: readonly string[]): string {
  const part = decisivePart(report);
  const what = `Predicts ${listNames(targets)}`;
  const measure = targets.length > 1 && report.errors.r2[part] !== null ? "r2" : "rmse";
  const ours = report.errors[measure][part];
  if (ours === null) return `${what}; there are no rows to measure the error on.`;
  const ridge = report.baseline.ridge[measure][part];
  const found = measure === "r2" ? "an R² of" : "a typical error (RMSE) of";
  const write = (value: number) => (measure === "r2" ? formatR2(value) : formatNumber(value, 3));
  const compared = ridge === null ? "" : `; ridge regression: ${write(ridge)}`;
  return `${what} with ${found} ${write(ours)} ${onRows[part]}${compared}.`;
}

const onRows: Readonly<Record<Part, string>> = {
  train: "on the rows that it was fitted to",
  validation: "on the validation rows",
  test: "on rows it has not seen",
};

/** The network counts as better than another method where its error is less by this factor. */
const better = 0.98;

/** What has to be said besides, so that the sentence misleads nobody; one sentence each. */
export function cautions(report: FitReport): readonly string[] {
  const { baseline } = report;
  const part = decisivePart(report);
  const measure = report.targets.length > 1 ? relativeError : (errors: Errors) => errors.rmse[part];
  const ours = measure(report.errors, part);
  const isBetter = (other: Errors) => {
    const error = measure(other, part);
    return ours === null || error === null || ours < better * error;
  };
  const comparison = !isBetter(baseline.mean)
    ? [
        isSettled(report)
          ? "This is no better than predicting the mean every time: the inputs seem to say nothing about the target."
          : `This is no better than predicting the mean every time; training ended early (${report.stop.reason}).`,
      ]
    : !isBetter(baseline.ridge)
      ? [
          isRidge(report)
            ? ridgeItself
            : "Ridge regression, a linear model, is about as good or better: prefer it, it is simpler.",
        ]
      : [];
  return [
    ...comparison,
    ...unseen[part],
    ...(report.members > 1 && report.rows.validation > 0 ? [overlap] : []),
  ];
}

const overlap =
  "Each network of the ensemble holds out other rows: those that validate one teach the others, and the validation error is that of single networks.";

const ridgeItself =
  "This model is ridge regression, a linear model: no network was better on the validation rows.";

/** Whether the linear model took the network's place. */
/** Whether ridge regression took the place of all networks. */
export function isRidge({ decisions }: FitReport): boolean {
  return decisions.some(({ what, choice }) => what === "model" && choice === "linear");
}

/** Whether training ended because there was no more to gain. */
function isSettled({ stop }: FitReport): boolean {
  return ["converged", "validation", "stalled"].includes(stop.reason);
}

/** The error as a share of the targets' deviation: √(1 - R²), whatever the units are. */
function relativeError({ r2 }: Errors, part: Part): number | null {
  const value = r2[part];
  return value === null ? null : Math.sqrt(1 - value);
}

const unseen: Readonly<Record<Part, readonly string[]>> = {
  train: ["No rows were kept apart: expect a larger error on new data."],
  validation: [
    "The validation rows decided when to stop training: expect a slightly larger error on new data. Rows kept apart for a test tell how much.",
  ],
  test: [],
};

/** Writes names as a list in a sentence; the first few of many. */
function listNames(names: readonly string[]): string {
  if (names.length === 0) return "nothing";
  if (names.length > 4) return `${names.slice(0, 3).join(", ")} and ${names.length - 3} more targets`;
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(", ")} and ${names.at(-1)!}`;
}
