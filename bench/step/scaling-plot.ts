import { lineChart } from "../../src/report/charts/line-chart.ts";
import { logScale } from "../../src/report/charts/scale.ts";
import type { ScalingPoint, Sweep } from "./scaling.ts";

interface SweepResult {
  readonly sweep: Sweep;
  readonly points: readonly ScalingPoint[];
}

const panel = { width: 420, height: 232 };
const top = 44;
const gap = 30;
const mebibyte = 2 ** 20;

/** Colours of Okabe and Ito (2008); what is predicted is dashed. */
const style = `
svg { font: 11.5px system-ui, sans-serif; }
.page { fill: #fff; }
.axis text, .key text { fill: #1c2330; }
.grid { stroke: #e8ecf2; } .base { stroke: #5b6678; fill: none; }
.lines path, .key path { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.sgd { stroke: #d55e00; } .gauss { stroke: #0072b2; }
.predicted { stroke-dasharray: 2 5; } .bound { stroke: #5b6678; stroke-dasharray: 7 4; }
.title { font-weight: 650; fill: #1c2330; }
`;

/** Draws time above memory, a column for each sweep, on logarithmic axes: one SVG. */
export function drawScaling(results: readonly SweepResult[]): string {
  const width = results.length * (panel.width + gap);
  const height = top + 2 * (panel.height + gap);
  const columns = results.map((result, i) => drawColumn(result, gap / 2 + i * (panel.width + gap)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<style>${style}</style><rect class="page" width="${width}" height="${height}"/>
${drawKey()}
${columns.join("\n")}
</svg>
`;
}

function drawKey(): string {
  const entries = [
    ["sgd", "SGD"],
    ["gauss", "Gram-Gauss-Newton"],
    ["sgd predicted", "SGD, from its operations at the speed of a matrix product"],
    ["gauss predicted", "Gram-Gauss-Newton, likewise"],
    ["bound", "memory aimed at: 1.5 × SGD and n² numbers"],
  ] as const;
  let x = gap / 2;
  const drawn = entries.map(([name, text]) => {
    const entry = `<path class="${name}" d="M${x} 16h26"/><text x="${x + 32}" y="20">${text}</text>`;
    x += 60 + 5.8 * text.length;
    return entry;
  });
  return `<g class="key">${drawn.join("")}</g>`;
}

function drawColumn({ sweep, points }: SweepResult, x: number): string {
  const title = `<text class="title" x="${x}" y="${top - 2}">${sweep.name}: ${sweep.fixed}</text>`;
  const time = place(timeChart(sweep, points), x, top + 6);
  return title + time + place(memoryChart(sweep, points), x, top + panel.height + gap);
}

/** Puts a chart, an SVG of its own, at a place of the page. */
function place(chart: string, x: number, y: number): string {
  return chart.replace("<svg ", `<svg x="${x}" y="${y}" width="${panel.width}" height="${panel.height}" `);
}

function timeChart({ name }: Sweep, points: readonly ScalingPoint[]): string {
  const times = points.flatMap(({ milliseconds, predicted }) => [milliseconds, predicted]);
  const lines = bothOptimizers(points).flatMap(({ style, own }) => [
    { style, x: own.map(({ value }) => value), y: own.map(({ milliseconds }) => milliseconds) },
    {
      style: `${style} predicted`,
      x: own.map(({ value }) => value),
      y: own.map(({ predicted }) => predicted),
    },
  ]);
  return chart(name, "milliseconds per step", points, times, lines);
}

function memoryChart({ name }: Sweep, points: readonly ScalingPoint[]): string {
  const size = ({ bytes }: ScalingPoint) => bytes / mebibyte;
  const lines = bothOptimizers(points).map(({ style, own }) => ({
    style,
    x: own.map(({ value }) => value),
    y: own.map(size),
  }));
  const sgd = points.filter(({ optimizer }) => optimizer === "sgd");
  const bound = {
    style: "bound",
    x: sgd.map(({ value }) => value),
    y: sgd.map(({ bytes, gramBytes }) => (1.5 * bytes + gramBytes) / mebibyte),
  };
  return chart(name, "MiB", points, points.map(size), [bound, ...lines]);
}

function bothOptimizers(points: readonly ScalingPoint[]) {
  return [
    { style: "sgd", own: points.filter(({ optimizer }) => optimizer === "sgd") },
    { style: "gauss", own: points.filter(({ optimizer }) => optimizer === "gram-gauss-newton") },
  ];
}

function chart(
  name: string,
  label: string,
  points: readonly ScalingPoint[],
  values: readonly number[],
  lines: Parameters<typeof lineChart>[1],
): string {
  const sizes = points.map(({ value }) => value);
  const description = `${label} against ${name}`;
  const ticks = [...new Set(sizes)].map((value) => ({ value, label: String(value) }));
  const x = { label: name, scale: { ...logScale(sizes), ticks } };
  return lineChart({ description, x, y: { label, scale: logScale(values) } }, lines).markup;
}
