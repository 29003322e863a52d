import { colors, drawFigure, type Panel, type Series } from "../theory/plot.ts";
import type { PictureRun } from "./picture-run.ts";
import type { TaskRuns } from "./rows.ts";

const seriesOf = {
  "gram-gauss-newton": { color: colors.blue },
  adam: { color: colors.vermilion },
  sgd: { color: colors.green },
} as const;

/** Draws the training and the validation errors of each task's chosen runs, against steps and against seconds. */
export function drawPictures(results: readonly TaskRuns[]): string {
  return drawFigure(
    "Numbers read from pictures",
    "root mean square errors in training, dotted: on validation rows; each method at its best learning rate",
    results.flatMap((result) => [panelOf(result, "step"), panelOf(result, "seconds")]),
  );
}

function panelOf({ task, unit, chosen }: TaskRuns, over: "step" | "seconds"): Panel {
  return {
    title: `${task}, against ${over === "step" ? "steps" : "the time of the steps"}`,
    x: { label: over === "step" ? "step" : "seconds", includes: [0] },
    y: { label: `RMSE, ${unit}`, scale: "log" },
    curves: chosen.flatMap((run) => {
      const { method, rate } = run.setting;
      const solid: Series = { label: `${method}, rate ${rate}`, marked: false, ...seriesOf[method] };
      const dotted: Series = { label: null, line: "dotted", marked: false, ...seriesOf[method] };
      return [curveOf(run, over, "trainRmse", solid), curveOf(run, over, "validationRmse", dotted)];
    }),
  };
}

function curveOf(
  { points }: PictureRun,
  over: "step" | "seconds",
  error: "trainRmse" | "validationRmse",
  series: Series,
) {
  const y = points.map((point) => (Number.isFinite(point[error]) ? point[error] : null));
  return { series, x: points.map((point) => point[over]), y };
}
