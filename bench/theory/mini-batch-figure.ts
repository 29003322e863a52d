import type { MiniBatchSizes } from "./mini-batch-run.ts";
import { colors, drawFigure, rampColor } from "./plot.ts";

/** The runs with one batch size: medians over the seeds. */
export interface MiniBatchCell {
  readonly batchSize: number;
  /** ‖f - y‖ before each epoch and after the last, measured and by the linear theory. */
  readonly residuals: readonly number[];
  readonly predicted: readonly number[];
  /** The factor of the loss in an epoch. */
  readonly rate: number;
  readonly predictedRate: number;
  readonly undamped: boolean;
}

/** Draws the residual norm against epochs, and the rate against the batch size. */
export function drawMiniBatch(
  cells: readonly MiniBatchCell[],
  { activation, examples, width }: MiniBatchSizes,
): string {
  const batchSizes = cells.map(({ batchSize }) => batchSize);
  return drawFigure(
    "Cyclic batches, undamped: the loss falls geometrically",
    `${activation} network of width ${width}, ${examples} examples on the unit sphere, random targets; medians over the seeds`,
    [
      {
        title: "Residual norm; dotted: by the Gram matrix before training",
        x: { label: "epoch" },
        y: { label: "‖f − y‖", scale: "log" },
        curves: cells.flatMap(({ batchSize, residuals, predicted }, i) => {
          const color = rampColor(i, cells.length);
          const x = [...residuals.keys()];
          return [
            { series: { label: `batches of ${batchSize}`, color, marked: false }, x, y: residuals },
            { series: { label: null, color, line: "dotted", marked: false }, x, y: predicted },
          ] as const;
        }),
      },
      {
        title: "Factor of the loss in an epoch",
        x: { label: "batch size", scale: "log" },
        y: { label: "rate" },
        curves: [
          {
            series: { label: "measured", color: colors.blue },
            x: batchSizes,
            y: cells.map(({ rate }) => rate),
          },
          {
            series: {
              label: "by the Gram matrix before training",
              color: colors.grey,
              line: "dashed",
              marked: false,
            },
            x: batchSizes,
            y: cells.map(({ predictedRate }) => predictedRate),
          },
        ],
      },
    ],
  );
}
