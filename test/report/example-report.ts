import type { ByPart, Errors, FitReport } from "../../src/model/fit-report.ts";
import type { Part, ReportData, TargetPoints } from "../../src/report/report-data.ts";
import type { EpochEvent } from "../../src/training/training.ts";

const allParts: readonly Part[] = ["train", "validation", "test"];

/** The same number for each part. */
export function everywhere(value: number | null): ByPart {
  return { train: value, validation: value, test: value };
}

export function exampleErrors(rmse: number | null, r2: number | null = 0.5): Errors {
  return { rmse: everywhere(rmse), mae: everywhere(rmse), r2: everywhere(r2) };
}

export function exampleEvent(epoch: number, changes: Partial<EpochEvent> = {}): EpochEvent {
  const validation = 0.5 + 0.001 * (epoch - 6) ** 2;
  return {
    step: 2 * epoch,
    epoch,
    seconds: epoch / 10,
    secondsLeft: null,
    train: 2 ** -epoch,
    validation,
    best: validation,
    damping: 10 ** -epoch,
    gainRatio: epoch === 0 ? null : 1 - 1 / epoch,
    learningRate: 1,
    gradientNorm: 0.1,
    form: "gram",
    ...changes,
  };
}

export function exampleFit(changes: Partial<FitReport> = {}): FitReport {
  return {
    rows: { train: 4, validation: 4, test: 4 },
    inputs: 3,
    outputs: 1,
    parameters: 41,
    members: 1,
    network: "3-8-1 tanh",
    optimizer: "gram-gauss-newton",
    kernels: "reference",
    dtype: "float64",
    seed: 7,
    steps: 22,
    epochs: 11,
    bestEpoch: 6,
    seconds: 1.25,
    stop: { reason: "validation", message: "no lower validation error for 5 epochs" },
    decisions: [{ what: "network", choice: "3-8-1", why: "few rows" }],
    errors: exampleErrors(2.1, 0.9),
    targets: [],
    baseline: { mean: exampleErrors(7, 0), ridge: exampleErrors(3.3, 0.8) },
    history: Array.from({ length: 12 }, (_, epoch) => exampleEvent(epoch)),
    ...changes,
  };
}

/** Points of the parts in turn. */
export function examplePoints(
  target: string,
  actual: readonly number[],
  predicted: readonly number[],
): TargetPoints {
  return {
    target,
    actual: Float64Array.from(actual),
    predicted: Float64Array.from(predicted),
    parts: actual.map((_, i) => allParts[i % allParts.length]!),
  };
}

export function exampleData(changes: Partial<ReportData> = {}): ReportData {
  const actual = Array.from({ length: 12 }, (_, i) => i);
  const predicted = actual.map((value) => value + Math.sin(value));
  return {
    title: "price from houses.csv",
    report: exampleFit(),
    notes: [{ column: "id", choice: "left out", why: "names" }],
    points: [examplePoints("price", actual, predicted)],
    ...changes,
  };
}
