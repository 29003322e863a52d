import type { Pictures } from "./tasks.ts";

/** Errors in the units of the task. */
export interface PictureErrors {
  readonly trainRmse: number;
  readonly validationRmse: number;
  readonly testRmse: number;
  readonly testMae: number;
}

/** Training errors are those of so many training rows at most: errors are measured often. */
const mostTrainRows = 1000;

/** The rows whose predictions the errors need. */
export function measuredRows({ trainRows, validationRows, testRows }: Pictures): Int32Array {
  return Int32Array.from([...trainRows.subarray(0, mostTrainRows), ...validationRows, ...testRows]);
}

/** The errors of predictions, one for each picture, in the units of the task. */
export function measurePictures(pictures: Pictures, predictions: Float64Array): PictureErrors {
  const { targets, trainRows, validationRows, testRows } = pictures;
  const average = (rows: Int32Array, error: (e: number) => number) =>
    rows.reduce((sum, i) => sum + error(predictions[i]! - targets[i]!), 0) / rows.length;
  const rmse = (rows: Int32Array) => Math.sqrt(average(rows, (e) => e * e));
  return {
    trainRmse: rmse(trainRows.subarray(0, mostTrainRows)),
    validationRmse: rmse(validationRows),
    testRmse: rmse(testRows),
    testMae: average(testRows, Math.abs),
  };
}
