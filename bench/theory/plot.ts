import type { Axis } from "../../src/report/charts/frame.ts";
import { lineChart } from "../../src/report/charts/line-chart.ts";
import { linearScale, logScale } from "../../src/report/charts/scale.ts";
import { html, type Markup } from "../../src/report/markup.ts";

/** What a line stands for, and how it is drawn. */
export interface Series {
  /** Its entry in the legend; null has none. */
  readonly label: string | null;
  readonly color: string;
  /** Default "solid". */
  readonly line?: "solid" | "dashed" | "dotted";
  /** A dot at each point. Default true. */
  readonly marked?: boolean;
}

/** Points of a series; the line is interrupted where y is null. */
export interface Curve {
  readonly series: Series;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/** An axis of a panel. */
export interface PanelAxis {
  readonly label: string;
  /** Default "linear". */
  readonly scale?: "linear" | "log";
  /** Numbers between which the axis is drawn at least, besides those of the curves. */
  readonly includes?: readonly number[];
}

/** A chart of a figure, with a legend of its own. */
export interface Panel {
  readonly title: string;
  readonly x: PanelAxis;
  readonly y: PanelAxis;
  readonly curves: readonly Curve[];
}

/** Colours that colour-blind people can tell apart (Okabe and Ito 2008). */
export const colors = {
  blue: "#0072b2",
  vermilion: "#d55e00",
  green: "#009e73",
  purple: "#aa5a8a",
  orange: "#d48f00",
  grey: "#7d8798",
} as const;

/** Colours from dark to light, even to the eye, for series that have an order: those of viridis without its yellow end. */
const ramp = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151"];

const panelWidth = 500;
const chartHeight = 276;
const gap = 28;
const margin = 22;
const headHeight = 62;
const legendLine = 19;
const titleHeight = 24;

/** Colour i of `count` in order. */
export function rampColor(i: number, count: number): string {
  const position = count > 1 ? (i / (count - 1)) * (ramp.length - 1) : 0;
  const below = Math.min(Math.floor(position), ramp.length - 2);
  const share = position - below;
  const channel = (k: number) => {
    const at = (color: string) => Number.parseInt(color.slice(1 + 2 * k, 3 + 2 * k), 16);
    const value = at(ramp[below]!) + share * (at(ramp[below + 1]!) - at(ramp[below]!));
    return Math.round(value).toString(16).padStart(2, "0");
  };
  return `#${channel(0)}${channel(1)}${channel(2)}`;
}

/** The lines to compare with; each stands once in a legend. */
const guideSeries = {
  "slope 2": { label: "slope 2", color: colors.grey, line: "dashed", marked: false },
  "1/√m": { label: "∝ 1/√m", color: colors.grey, line: "dashed", marked: false },
  "1/m": { label: "∝ 1/m", color: colors.grey, line: "dotted", marked: false },
} as const;

/** The line y = y₀ (x / x₀)^power. */
export function powerGuide(
  name: keyof typeof guideSeries,
  [from, to]: readonly [number, number],
  start: number,
  power: number,
): Curve {
  return { series: guideSeries[name], x: [from, to], y: [start, start * (to / from) ** power] };
}

/** Draws panels in rows under a title, as one SVG file that needs nothing else. */
export function drawFigure(title: string, subtitle: string, panels: readonly Panel[], columns = 2): string {
  const series = [...new Set(panels.flatMap(({ curves }) => curves.map((curve) => curve.series)))];
  const rows = Array.from({ length: Math.ceil(panels.length / columns) }, (_, r) =>
    panels.slice(r * columns, (r + 1) * columns),
  );
  const drawn: Markup[] = [];
  let top = headHeight;
  for (const row of rows) {
    const legendLines = Math.max(...row.map((panel) => legendRows(seriesOf(panel)).length));
    for (const [c, panel] of row.entries())
      drawn.push(drawPanel(panel, margin + c * (panelWidth + gap), top, legendLines, series));
    top += titleHeight + legendLines * legendLine + chartHeight + gap;
  }
  const width = 2 * margin + columns * panelWidth + (columns - 1) * gap;
  return wrapFigure(
    title,
    subtitle,
    width,
    top,
    html`<defs>${series.map(drawMarker)}</defs>${drawn}`,
    series,
  );
}

/** Puts a title and a style sheet around some content. */
export function wrapFigure(
  title: string,
  subtitle: string,
  width: number,
  height: number,
  content: Markup,
  series: readonly Series[] = [],
): string {
  return `${
    html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>${title}</title><style>${{ markup: style + series.map(seriesStyle).join("\n") }}</style>
<rect width="${width}" height="${height}" fill="#fff"/>
<text class="title" x="${margin}" y="30">${title}</text><text class="subtitle" x="${margin}" y="50">${subtitle}</text>
${content}
</svg>`.markup
  }\n`;
}

const style = `
svg { font: 11.5px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: #1c2330; overflow: visible; }
.title { font-size: 17px; font-weight: 650; } .subtitle, .legend { fill: #4a5567; } .subtitle { font-size: 13px; }
.panel-title { font-size: 13.5px; font-weight: 600; }
.legend { font-size: 12px; }
.axis text { fill: #5b6678; } .axis .label { fill: #1c2330; }
.grid { stroke: #e8ecf2; } .base { stroke: #5b6678; fill: none; }
.lines path { fill: none; stroke-width: 1.7; stroke-linejoin: round; stroke-linecap: round; }
`;

const dashes = { solid: "", dashed: " stroke-dasharray: 6 4;", dotted: " stroke-dasharray: 1 4;" } as const;

function seriesStyle({ color, line = "solid", marked = true }: Series, i: number): string {
  const marker = marked ? ` marker: url(#dot${i});` : "";
  return `.lines path.s${i} { stroke: ${color};${dashes[line]}${marker} }`;
}

function drawMarker({ color }: Series, i: number): Markup {
  return html`<marker id="dot${i}" viewBox="-3 -3 6 6" markerWidth="5.4" markerHeight="5.4" markerUnits="userSpaceOnUse"><circle r="2.6" fill="${color}"/></marker>`;
}

/** The series of a panel that have an entry in its legend. */
function seriesOf({ curves }: Panel): readonly Named[] {
  return [...new Set(curves.map(({ series }) => series))].filter((one): one is Named => one.label !== null);
}

type Named = Series & { readonly label: string };

function drawPanel(panel: Panel, x: number, y: number, legendLines: number, all: readonly Series[]): Markup {
  const chartTop = titleHeight + legendLines * legendLine;
  const lines = panel.curves.map((curve) => ({ ...curve, style: `s${all.indexOf(curve.series)}` }));
  const options = {
    description: panel.title,
    x: axisOf(
      panel.x,
      panel.curves.flatMap((curve) => curve.x),
    ),
    y: axisOf(
      panel.y,
      panel.curves.flatMap((curve) => curve.y),
    ),
  };
  return html`<g transform="translate(${x} ${y})"><text class="panel-title" y="14">${panel.title}</text>
${drawLegend(seriesOf(panel), all)}
<svg y="${chartTop}" width="${panelWidth}" height="${chartHeight}">${lineChart(options, lines)}</svg></g>`;
}

function axisOf(
  { label, scale = "linear", includes = [] }: PanelAxis,
  values: readonly (number | null)[],
): Axis {
  const numbers = [...values.filter((value) => value !== null), ...includes];
  return { label, scale: scale === "log" ? logScale(numbers, { ticks: 7 }) : linearScale(numbers) };
}

/** About the width of a legend's entry: the sample of the line, the text, the space to the next. */
function entryWidth(label: string): number {
  return 32 + 7 * label.length + 16;
}

/** The entries of a legend, as many in a row as there is room for. */
function legendRows(series: readonly Named[]): readonly (readonly Named[])[] {
  const rows: Named[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const one of series) {
    if (used + entryWidth(one.label) > panelWidth) {
      rows.push([]);
      used = 0;
    }
    rows[rows.length - 1]!.push(one);
    used += entryWidth(one.label);
  }
  return rows;
}

function drawLegend(series: readonly Named[], all: readonly Series[]): readonly Markup[] {
  return legendRows(series).flatMap((row, r) => {
    let x = 0;
    const y = titleHeight + r * legendLine + 7;
    return row.map((one) => {
      const entry = html`<g class="lines"><path class="s${all.indexOf(one)}" d="M${x} ${y}H${x + 13}H${x + 26}"/></g><text class="legend" x="${x + 32}" y="${y + 4}">${one.label}</text>`;
      x += entryWidth(one.label);
      return entry;
    });
  });
}
