import { powerOfTen } from "../../src/report/format-number.ts";
import { median } from "../statistics.ts";
import type { RunPoint, TaskRun } from "./first-order-run.ts";
import { drawHeatMaps } from "./heat-map.ts";
import { type Curve, colors, drawFigure, type Panel } from "./plot.ts";
import { alphas, lambdas, type Setting } from "./settings.ts";
import type { Task } from "./tasks.ts";

/** What was found on a task. */
export interface TaskResult {
  readonly task: Task;
  /** The methods at their chosen settings, with a run for each seed. */
  readonly methods: readonly { readonly setting: Setting; readonly runs: readonly TaskRun[] }[];
  /** The test error for each λ and α. */
  readonly map: readonly (readonly number[])[];
}

/** A perfect fit would leave no room to tell the others apart. */
const leastDrawn = 1e-5;

const methodColors = [colors.blue, colors.green, colors.vermilion, colors.grey];

/** Draws for each task the training error against steps and seconds, and the test error against seconds. */
export function drawFirstOrder(results: readonly TaskResult[]): string {
  const panels = results.flatMap((result): Panel[] => [
    panel(result, "training error", "step", "train"),
    panel(result, "training error", "seconds", "train"),
    panel(result, "test error", "seconds", "test"),
  ]);
  return drawFigure(
    "Against Adam and SGD, each at its best setting of a grid",
    "Root mean squares in units of the targets’ standard deviation; medians over the seeds; errors below 10⁻⁵ are not drawn",
    panels,
    3,
  );
}

function panel(
  { task, methods }: TaskResult,
  what: string,
  x: "step" | "seconds",
  y: "train" | "test",
): Panel {
  return {
    title: `${task.name}: ${what}`,
    x: { label: x === "step" ? "steps" : "seconds", scale: "log" },
    y: { label: what, scale: "log" },
    curves: methods.map(({ setting, runs }, m): Curve => {
      // Diverged runs are shorter: what most seeds have is drawn.
      const steps = Math.min(...runs.map(({ points }) => points.length));
      const mid = (i: number, key: keyof RunPoint) => median(runs.map(({ points }) => points[i]![key]));
      const places = Array.from({ length: steps - 1 }, (_, i) => i + 1);
      return {
        series: { label: setting.method.name, color: methodColors[m]!, marked: false },
        x: places.map((i) => mid(i, x)),
        y: places.map((i) => (mid(i, y) >= leastDrawn ? mid(i, y) : null)),
      };
    }),
  };
}

/** Draws for each task the test error over λ and α; an error of 1 is that of the mean, and larger ones are left out. */
export function drawSensitivity(results: readonly TaskResult[]): string {
  return drawHeatMaps(
    "Sensitivity to λ and α: test error of the best network of a run",
    "Mini-batches of 128, 400 steps w ← w − Jᵀ (λ G + α I)⁻¹ r with λ and α fixed; α in units of the mean of G’s diagonal",
    { x: "α", y: "λ" },
    results.map(({ task, map }) => ({
      title: task.name,
      rows: lambdas.map(String),
      columns: alphas.map((alpha) => powerOfTen(Math.round(Math.log10(alpha)))),
      values: map.map((line) => line.map((value) => (value < 1 ? value : null))),
    })),
  );
}
