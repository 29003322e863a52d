import { type Curve, colors, drawFigure, type Panel, powerGuide, rampColor } from "./plot.ts";
import { medianOf, type QuadraticCell, residualsOf } from "./quadratic-run.ts";
import { describeFamily, type TwoLayerFamily } from "./wide-network.ts";

const familyColors = [colors.blue, colors.vermilion, colors.green];

/** Draws residual norms against steps and each against the one before, and what the width does to them. */
export function drawQuadratic(families: readonly TwoLayerFamily[], cells: readonly QuadraticCell[]): string {
  const first = cells.filter(({ family }) => family === families[0]);
  const name = describeFamily(families[0]!);
  return drawFigure(
    "Full batch, undamped: the residual norm converges quadratically",
    "Two-layer networks of width m, 32 examples on the unit sphere, random targets; medians over the seeds, down to the rounding error",
    [
      {
        title: `Residual norm, ${name}`,
        x: { label: "step t" },
        y: { label: "e = ‖f − y‖", scale: "log" },
        curves: curvesByWidth(first, (residuals) => ({ x: [...residuals.keys()], y: residuals })),
      },
      {
        title: `Each residual norm against the one before, ${name}`,
        x: { label: "e at step t", scale: "log" },
        y: { label: "e at step t + 1", scale: "log" },
        curves: [...curvesByWidth(first, consecutive), powerGuide("slope 2", [1e-5, 10], 1e-8, 2)],
      },
      widthPanel("After one step: e₁ / e₀²", "e₁ / e₀²", families, cells, ({ runs }) =>
        medianOf(runs, ({ ratios }) => ratios[0]),
      ),
      widthPanel(
        "One step against kernel regression, on test points",
        "relative difference",
        families,
        cells,
        ({ runs }) => medianOf(runs, ({ fromKernel }) => fromKernel[1]),
      ),
    ],
  );
}

function curvesByWidth(
  cells: readonly QuadraticCell[],
  points: (residuals: readonly number[]) => Omit<Curve, "series">,
): Curve[] {
  return cells.map((cell, i) => ({
    series: { label: `m = ${cell.width}`, color: rampColor(i, cells.length) },
    ...points(residualsOf(cell)),
  }));
}

function consecutive(residuals: readonly number[]): Omit<Curve, "series"> {
  return { x: residuals.slice(0, -1), y: residuals.slice(1) };
}

/** A number of each family against the width, and the two powers of m between which theory and practice lie. */
function widthPanel(
  title: string,
  label: string,
  families: readonly TwoLayerFamily[],
  cells: readonly QuadraticCell[],
  value: (cell: QuadraticCell) => number | null,
): Panel {
  const curves = families.map((family, f): Curve => {
    const own = cells.filter((cell) => cell.family === family);
    return {
      series: { label: describeFamily(family), color: familyColors[f]! },
      x: own.map(({ width }) => width),
      y: own.map(value),
    };
  });
  const widths = curves[0]!.x;
  const starts = curves.map(({ y }) => y[0]!);
  const ends = [widths[0]!, widths[widths.length - 1]!] as const;
  return {
    title,
    x: { label: "width m", scale: "log" },
    y: { label, scale: "log" },
    curves: [
      ...curves,
      // Beside the curves that they are compared with, not on them.
      powerGuide("1/√m", ends, 2 * Math.max(...starts), -1 / 2),
      powerGuide("1/m", ends, 0.5 * Math.min(...starts), -1),
    ],
  };
}
