import type { TableFit } from "../model/fit.ts";
import type { FitReport } from "../model/fit-report.ts";

/** The parts of the data, in the order in which they are drawn: what matters most on top. */
export const parts = ["train", "validation", "test"] as const;

export type Part = (typeof parts)[number];

/** The parts at the head of a line. */
export const partTitles: Readonly<Record<Part, string>> = {
  train: "Training",
  validation: "Validation",
  test: "Test",
};

/** The rows of one target, in the target's own units; the three lists are equally long. */
export interface TargetPoints {
  readonly target: string;
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
  readonly parts: readonly Part[];
}

/** A picture with its prediction, in the target's own units. */
export interface ShownPicture {
  readonly file: string;
  readonly part: Part;
  readonly target: string;
  readonly actual: number;
  readonly predicted: number;
  /** The picture itself, as a data URI. */
  readonly address: string;
  readonly height: number;
  readonly width: number;
}

/** What a report shows. */
export interface ReportData {
  readonly title: string;
  readonly report: FitReport;
  /** What was decided about columns. */
  readonly notes: TableFit["notes"];
  /** One for each target. */
  readonly points: readonly TargetPoints[];
  /** Of a fit to pictures those with the largest errors, all of one part. */
  readonly pictures?: readonly ShownPicture[];
}

/** A row as it is drawn. */
export interface Point {
  readonly actual: number;
  readonly predicted: number;
  /** predicted - actual. */
  readonly residual: number;
}

/** The rows of a part that can be drawn: those whose numbers are finite. */
export function pointsOf({ actual, predicted, parts: of }: TargetPoints, part: Part): readonly Point[] {
  const points: Point[] = [];
  for (let i = 0; i < actual.length; i++) {
    if (of[i] !== part) continue;
    const residual = predicted[i]! - actual[i]!;
    if (Number.isFinite(residual)) points.push({ actual: actual[i]!, predicted: predicted[i]!, residual });
  }
  return points;
}
