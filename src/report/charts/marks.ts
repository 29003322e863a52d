import { html, type Markup } from "../markup.ts";
import { type Part, parts } from "../report-data.ts";

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
