import type { Pictures } from "./tasks.ts";

/** Errors in the units of the task. */
export interface PictureErrors {
  readonly trainRmse: number;
  readonly validationRmse: number;
  readonly testRmse: number;
  readonly testMae: number;
}

/** The errors of predictions for all pictures, in the units of the task. */
export function measurePictures(pictures: Pictures, predictions: Float64Array): PictureErrors {
  const { targets, trainRows, validationRows, testRows } = pictures;
  const average = (rows: Int32Array, error: (e: number) => number) =>
    rows.reduce((sum, i) => sum + error(predictions[i]! - targets[i]!), 0) / rows.length;
  const rmse = (rows: Int32Array) => Math.sqrt(average(rows, (e) => e * e));
  return {
    trainRmse: rmse(trainRows),
    validationRmse: rmse(validationRows),
    testRmse: rmse(testRows),
    testMae: average(testRows, Math.abs),
  };
}
