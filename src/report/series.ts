import { html, type Markup } from "./markup.ts";

/** Colours of the style sheet, and as many dashes. */
const count = 8;

/** The dashes move on by this when the colours repeat: three and eight have no common divisor. */
const dashStride = 3;

/** The classes of the i-th of several series: a colour and a dash, a pair of its own for each of 64. */
export function seriesClass(i: number): string {
  const round = Math.floor(i / count);
  return `series s${i % count} d${(i + dashStride * round) % count}`;
}

/** A short piece of a series' line. */
export function seriesSample(style: string): Markup {
  return html`<svg viewBox="-13 -7 26 14" width="26" height="14" aria-hidden="true"><g class="lines"><path class="${style}" d="M-13 0H13"/></g></svg>`;
}

/** Explains the lines of several series. */
export function seriesLegend(series: readonly { readonly name: string; readonly style: string }[]): Markup {
  return html`<p class="legend">${series.map(({ name, style }) => html`<span>${seriesSample(style)}${name}</span>`)}</p>`;
}
