import { html, type Markup } from "../markup.ts";
import type { Part } from "../report-data.ts";
import { type FrameOptions, frame, type Placement, pointMark } from "./frame.ts";
import { logScale, type Scale } from "./scale.ts";

/** A named number. */
export interface Dot {
  readonly name: string;
  /** Class of the style sheet. */
  readonly style: string;
  readonly value: number;
  /** The number as it is written beside the dot. */
  readonly text: string;
}

/** Heights in units of a chart: of a row, of what is above and below them, and of a chart with few. */
const rowHeight = 20;
const aroundRows = 56;
const leastHeight = 232;

/** Draws a dot for each number on a logarithmic axis, one below the other. */
export function dotChart(description: string, label: string, dots: readonly Dot[]): Markup {
  const options = {
    description,
    x: { label, scale: logScale(dots.map(({ value }) => value)) },
    y: { label: "", scale: categoryScale(dots.map(({ name }) => name)) },
    height: Math.max(leastHeight, aroundRows + rowHeight * dots.length),
  };
  return frame(options, (place) => dots.map((dot, i) => drawDot(dot, i, place)));
}

/** Names at equal distances, the first on top. */
function categoryScale(names: readonly string[]): Scale {
  const place = (i: number) => 1 - (i + 0.5) / names.length;
  const ticks = names.map((name, i) => ({ value: i, label: name }));
  return { min: 0, max: names.length - 1, ticks, shows: () => true, place };
}

function drawDot({ style, value, text }: Dot, i: number, place: Placement): Markup {
  const [x, y] = [place.x(value), place.y(i)];
  const isLeft = x > (place.left + place.right) / 2;
  return html`<circle class="dot ${style}" cx="${x}" cy="${y}" r="5"/><text class="value" x="${
    x + (isLeft ? -10 : 10)
  }" y="${y + 4}" text-anchor="${isLeft ? "end" : "start"}">${text}</text>`;
}

/** Points of one part of the data. */
export interface Series {
  readonly part: Part;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A line from one point of the data to another. */
export type Guide = readonly [fromX: number, fromY: number, toX: number, toY: number];

/** Draws points of each part over each other, the last on top, and a line to compare them with. */
export function scatterChart(options: FrameOptions, series: readonly Series[], guide: Guide): Markup {
  return frame(options, (place) => [
    drawGuide(guide, place),
    ...series.map((one) => drawPoints(one, options, place)),
  ]);
}

function drawGuide([fromX, fromY, toX, toY]: Guide, place: Placement): Markup {
  return html`<path class="guide" d="M${place.x(fromX)} ${place.y(fromY)}L${place.x(toX)} ${place.y(toY)}"/>`;
}

function drawPoints({ part, points }: Series, { x, y }: FrameOptions, place: Placement): Markup {
  const drawn = points.filter((point) => x.scale.shows(point[0]) && y.scale.shows(point[1]));
  const marks = drawn.map((point) => pointMark(part, place.x(point[0]), place.y(point[1])));
  return html`<g class="points ${part}">${marks}</g>`;
}
