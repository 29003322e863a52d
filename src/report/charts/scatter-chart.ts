import { html, type Markup } from "../markup.ts";
import type { Part } from "../report-data.ts";
import { type FrameOptions, frame, type Placement } from "./frame.ts";
import { pointMark } from "./marks.ts";

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
