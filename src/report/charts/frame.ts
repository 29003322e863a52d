import { html, type Markup, nothing } from "../markup.ts";
import { type Part, parts } from "../report-data.ts";
import type { Scale } from "./scale.ts";
import type { Tick } from "./ticks.ts";

/** Units of a chart's own coordinates: about the pixels of a phone, so that its text is readable there. */
const sizes = {
  wide: { width: 420, height: 232 },
  square: { width: 420, height: 420 },
} as const;
const top = 10;
const right = 14;
const bottom = 46;

/** An axis and what it shows, with the unit. */
export interface Axis {
  readonly label: string;
  readonly scale: Scale;
}

/** What a chart is drawn around. */
export interface FrameOptions {
  /** The chart in a sentence, for people who can't see it. */
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly shape?: keyof typeof sizes;
  /** In place of the shape's. */
  readonly height?: number;
}

/** Places points of the data in the chart. */
export interface Placement {
  x(value: number): number;
  y(value: number): number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Draws axes with ticks, a grid and labels around some content. */
export function frame(
  { description, x, y, shape = "wide", height = sizes[shape].height }: FrameOptions,
  content: (place: Placement) => readonly Markup[],
): Markup {
  const { width } = sizes[shape];
  const place = placement(x.scale, y.scale, width, height);
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${description}">
${yAxis(y, place)}${xAxis(x, place)}${content(place)}
</svg>`;
}

function placement(x: Scale, y: Scale, width: number, height: number): Placement {
  const left = round(30 + Math.max(...y.ticks.map((tick) => textWidth(tick.label)), 6));
  return {
    x: (value) => round(left + x.place(value) * (width - left - right)),
    y: (value) => round(height - bottom - y.place(value) * (height - top - bottom)),
    left,
    right: width - right,
    top,
    bottom: height - bottom,
  };
}

/** About the width of a text: figures have equal widths, the raised ones are smaller. */
function textWidth(text: string): number {
  return 6.4 * text.length;
}

function yAxis({ label, scale }: Axis, place: Placement): Markup {
  const middle = round((place.top + place.bottom) / 2);
  return html`<g class="axis">${scale.ticks.map(({ value, label: text }) => {
    const y = place.y(value);
    return html`<path class="grid" d="M${place.left} ${y}H${place.right}"/><text x="${place.left - 7}" y="${y + 4}" text-anchor="end">${text}</text>`;
  })}<text class="label" transform="translate(14 ${middle})rotate(-90)" text-anchor="middle">${label}</text></g>`;
}

function xAxis({ label, scale }: Axis, place: Placement): Markup {
  const { left, right: end, bottom: line } = place;
  const named = new Set(fittingTicks(scale.ticks, place));
  const ticks = scale.ticks.map((tick) => {
    const x = place.x(tick.value);
    const text = named.has(tick)
      ? html`<text x="${x}" y="${line + 18}" text-anchor="middle">${tick.label}</text>`
      : nothing;
    return html`<path class="base" d="M${x} ${line}v5"/>${text}`;
  });
  return html`<g class="axis"><path class="base" d="M${left} ${line}H${end}"/>${ticks}<text class="label" x="${round(
    (left + end) / 2,
  )}" y="${line + 38}" text-anchor="middle">${label}</text></g>`;
}

/** Every first, second, ... of the ticks, so that their labels do not touch. */
function fittingTicks(ticks: readonly Tick[], place: Placement): readonly Tick[] {
  const widest = Math.max(...ticks.map((tick) => textWidth(tick.label)), 1) + 12;
  const room = Math.max(1, Math.floor((place.right - place.left) / widest));
  const every = Math.ceil(ticks.length / room);
  return ticks.filter((_, i) => i % every === 0);
}

/** A tenth of a unit is finer than any screen. */
export function round(position: number): number {
  return Math.round(position * 10) / 10;
}

/** Shapes tell the parts apart where colours do not. Each is drawn around 0, 0. */
const shapes: Readonly<Record<Part, string>> = {
  train: "M-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0z",
  validation: "M0 -4L3.8 3H-3.8z",
  test: "M0 -4.2L4.2 0L0 4.2L-4.2 0z",
};

/** Defines the marks of points, once for a page. */
export function definePointMarks(): Markup {
  return html`<svg width="0" height="0" class="definitions" aria-hidden="true"><defs>${parts.map(
    (part) => html`<path id="mark-${part}" d="${shapes[part]}"/>`,
  )}</defs></svg>`;
}

/** A point of a part of the data. */
export function pointMark(part: Part, x: number, y: number): Markup {
  return html`<use href="#mark-${part}" x="${x}" y="${y}"/>`;
}

/** How the parts are drawn. */
type MarkKind = "points" | "lines" | "bars";

/** Explains the marks of some parts. */
export function legend(shown: readonly Part[], kind: MarkKind): Markup {
  return html`<p class="legend">${shown.map(
    (part) =>
      html`<span><svg viewBox="-13 -7 26 14" width="26" height="14" aria-hidden="true">${sample(part, kind)}</svg>${part}</span>`,
  )}</p>`;
}

function sample(part: Part, kind: MarkKind): Markup {
  if (kind === "points") return html`<g class="points ${part}">${pointMark(part, 0, 0)}</g>`;
  if (kind === "lines") return html`<g class="lines"><path class="${part}" d="M-12 0H12"/></g>`;
  return html`<path class="histogram ${part}" d="M-11 5V-4H11V5"/>`;
}
