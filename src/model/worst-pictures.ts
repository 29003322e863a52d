import type { ImageSource } from "../data/images/image-source.ts";
import { type Picture, thumbnail } from "../data/images/thumbnail.ts";
import type { Split } from "../data/split-rows.ts";

/** A picture and how far off its prediction is, in the target's own units. */
export interface PictureError {
  /** Of the labels' table. */
  readonly row: number;
  readonly part: "validation" | "test";
  /** Of several targets the one with the largest error, in standard deviations of each. */
  readonly target: number;
  readonly actual: number;
  readonly predicted: number;
  /** As the network sees it, but for the scaling; large ones are made smaller. */
  readonly picture: Picture;
}

/** What is known of rows, and what the model says: rows × targets. */
export interface PredictedRows {
  readonly rows: Int32Array;
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
  /** Of each target, in training. */
  readonly deviations: readonly number[];
}

/** Pictures that are shown, and the pixels of their longer side at most. */
const shown = 12;
const longestSide = 160;

/**
 * The pictures with the largest errors of those that test, or where there are none, of those that validate; the largest
 * first.
 */
export function worstPictures(
  source: ImageSource,
  { test, validation }: Split,
  predicted: PredictedRows,
): readonly PictureError[] {
  const part = test.length > 0 ? "test" : "validation";
  const chosen = new Set(part === "test" ? test : validation);
  const errors = Array.from(predicted.rows, (row, i) => ({ row, i }))
    .filter(({ row }) => chosen.has(row))
    .map(({ row, i }) => ({ row, ...largestError(predicted, i) }))
    .filter(({ size }) => Number.isFinite(size))
    .sort((a, b) => b.size - a.size);
  const read = pictureReader(source);
  return errors.slice(0, shown).map(({ size, ...error }) => ({ ...error, part, picture: read(error.row) }));
}

function largestError({ actual, predicted, deviations }: PredictedRows, i: number) {
  const errors = deviations.map((deviation, target) => {
    const at = i * deviations.length + target;
    const [truth, value] = [actual[at]!, predicted[at]!];
    return { target, actual: truth, predicted: value, size: Math.abs(value - truth) / deviation };
  });
  return errors.reduce((largest, error) => (error.size > largest.size ? error : largest));
}

function pictureReader(source: ImageSource): (row: number) => Picture {
  const { height, width, channels } = source;
  const pixels = new Uint8Array(height * width * channels);
  return (row) => {
    source.read(Int32Array.of(row), 0, 1, pixels);
    return thumbnail({ height, width, channels, pixels }, longestSide);
  };
}
