import { html, type Markup, nothing } from "../markup.ts";
import { thinLine } from "../series.ts";
import { type FrameOptions, frame, type Placement, round } from "./frame.ts";

/** A line through points, and how it looks. */
export interface Line {
  /** Classes of the style sheet. */
  readonly style: string;
  readonly x: readonly number[];
  /** As many; the line is interrupted where there is none. */
  readonly y: readonly (number | null)[];
}

/** A point that is pointed out. */
export interface Highlight {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** What is drawn besides the lines. */
export interface LineNotes {
  readonly highlight?: Highlight | null;
  /** A horizontal line that values are compared with. */
  readonly reference?: number;
}

/** The numbers that lines show, and more of them: what an axis has to reach. */
export function numbersOf(lines: readonly Line[], ...more: readonly (number | null)[]): number[] {
  return [...lines.flatMap(({ y }) => y), ...more].filter((value): value is number => Number.isFinite(value));
}

/** Points of a line beyond which it looks the same. */
const lineLimit = 800;

/** Draws lines over one pair of axes. */
export function lineChart(options: FrameOptions, lines: readonly Line[], notes: LineNotes = {}): Markup {
  const { reference, highlight } = notes;
  return frame(options, (place) => [
    reference === undefined ? nothing : drawReference(reference, options, place),
    html`<g class="lines">${lines.map((line) => drawLine(line, options, place))}</g>`,
    highlight ? drawHighlight(highlight, place) : nothing,
  ]);
}

function drawLine({ style, x: xs, y: ys }: Line, { x, y }: FrameOptions, place: Placement): Markup {
  const values = ys.map((value) => value ?? Number.NaN);
  let path = "";
  let drawing = false;
  for (const i of thinLine(values, lineLimit)) {
    const shown = y.scale.shows(values[i]!) && x.scale.shows(xs[i]!);
    if (shown) {
      // A move and a line to the same place draw a dot where a line has only one point.
      const at = `${place.x(xs[i]!)} ${place.y(values[i]!)}`;
      path += drawing ? `L${at}` : `M${at}L${at}`;
    }
    drawing = shown;
  }
  return html`<path class="${style}" d="${path}"/>`;
}

function drawReference(value: number, { y: { scale } }: FrameOptions, place: Placement): Markup {
  if (value < scale.min || value > scale.max) return nothing;
  return html`<path class="guide" d="M${place.left} ${place.y(value)}H${place.right}"/>`;
}

function drawHighlight({ x, y, text }: Highlight, place: Placement): Markup {
  const at = { x: place.x(x), y: place.y(y) };
  const toLeft = at.x > (place.left + place.right) / 2;
  // Losses fall: there is room at the top, unless the point itself is there.
  const above = at.y > place.top + 30;
  const anchor = toLeft ? "end" : "start";
  return html`<g class="highlight"><path class="drop" d="M${at.x} ${place.top}V${place.bottom}"/><circle cx="${
    at.x
  }" cy="${at.y}" r="4.5"/><text x="${round(at.x + (toLeft ? -7 : 7))}" y="${
    above ? place.top + 12 : place.bottom - 8
  }" text-anchor="${anchor}">${text}</text></g>`;
}
