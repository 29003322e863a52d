import { html, type Markup } from "./markup.ts";

/** Colours and dashes of the style sheet. */
const count = 8;

/** The class of the i-th of several series: each has a colour and a dash of its own; after eight they repeat. */
export function seriesClass(i: number): string {
  return `series s${i % count}`;
}

/** A short piece of a series' line. */
export function seriesSample(style: string): Markup {
  return html`<svg viewBox="-13 -7 26 14" width="26" height="14" aria-hidden="true"><g class="lines"><path class="${style}" d="M-13 0H13"/></g></svg>`;
}

/** Explains the lines of several series. */
export function seriesLegend(series: readonly { readonly name: string; readonly style: string }[]): Markup {
  return html`<p class="legend">${series.map(({ name, style }) => html`<span>${seriesSample(style)}${name}</span>`)}</p>`;
}
