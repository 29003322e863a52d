import { type KernelCell, type KernelFamily, type KernelPath, medianRun } from "./kernel-run.ts";
import { type Curve, colors, drawFigure, powerGuide } from "./plot.ts";

const familyColors = [colors.blue, colors.vermilion];
const pathColors = [colors.orange, colors.green];

/** Draws the difference from kernel regression against the width, and both along a circle. */
export function drawKernel(
  families: readonly KernelFamily[],
  cells: readonly KernelCell[],
  paths: readonly KernelPath[],
): string {
  const curves = families.flatMap((family, f) => differenceCurves(family, familyColors[f]!, cells));
  const widths = cells.map(({ width }) => width);
  const ends = [Math.min(...widths), Math.max(...widths)] as const;
  const starts = curves.map(({ y }) => y[0]!);
  return drawFigure(
    "Training a wide network is kernel regression with its own tangent kernel",
    "tanh networks, 32 examples on the unit sphere; each with its own kernel, as it is before training; medians over the seeds",
    [
      {
        title: "Difference on test points: fitted undamped, or one damped step",
        x: { label: "width m", scale: "log" },
        y: { label: "relative difference", scale: "log" },
        curves: [
          ...curves,
          powerGuide("1/√m", ends, 1.5 * Math.max(...starts), -1 / 2),
          powerGuide("1/m", ends, 0.5 * Math.min(...starts), -1),
        ],
      },
      {
        title: `Along a circle through two training points, ${families[0]!.name}`,
        x: { label: "angle, degrees" },
        y: { label: "prediction" },
        curves: paths.flatMap((path, i) => pathCurves(path, pathColors[i]!)),
      },
    ],
  );
}

function differenceCurves(family: KernelFamily, color: string, cells: readonly KernelCell[]): Curve[] {
  const own = cells.filter((cell) => cell.family === family);
  const x = own.map(({ width }) => width);
  return [
    {
      series: { label: `${family.name}, fitted`, color },
      x,
      y: own.map((cell) => medianRun(cell).ridgeless),
    },
    {
      series: { label: `${family.name}, one step`, color, line: "dashed" },
      x,
      y: own.map((cell) => medianRun(cell).ridge),
    },
  ];
}

function pathCurves({ width, angles, network, regression }: KernelPath, color: string): Curve[] {
  return [
    { series: { label: `network, m = ${width}`, color, marked: false }, x: angles, y: network },
    {
      series: { label: `its kernel regression, m = ${width}`, color, line: "dashed", marked: false },
      x: angles,
      y: regression,
    },
  ];
}
