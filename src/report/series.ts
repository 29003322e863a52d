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

/**
 * Chooses at most `limit` of `count` points: those that stand out most, a fifth of the limit, and an even sample of
 * the others. The same input always gives the same choice.
 *
 * @param standsOut How much point i stands out.
 * @returns Indices, ascending.
 */
export function thinPoints(
  count: number,
  limit: number,
  standsOut: (i: number) => number,
): readonly number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  if (count <= limit) return all;
  const first = Math.ceil(limit / 5);
  const ranked = all.toSorted((a, b) => standsOut(b) - standsOut(a) || a - b);
  const others = ranked.slice(first).sort((a, b) => a - b);
  const sample = Array.from(
    { length: limit - first },
    (_, i) => others[Math.floor((i * others.length) / (limit - first))]!,
  );
  return [...ranked.slice(0, first), ...sample].sort((a, b) => a - b);
}

/**
 * Chooses points of a line so that its picture stays the same: of each of `limit / 4` stretches the first, the least,
 * the largest and the last.
 *
 * @returns Indices, ascending.
 */
export function thinLine(values: readonly number[], limit: number): readonly number[] {
  if (values.length <= limit) return values.map((_, i) => i);
  const stretches = Math.floor(limit / 4);
  const chosen = new Set<number>();
  for (let s = 0; s < stretches; s++) {
    const start = Math.floor((s * values.length) / stretches);
    const end = Math.floor(((s + 1) * values.length) / stretches);
    let least = start;
    let largest = start;
    for (let i = start; i < end; i++) {
      if (!(values[i]! >= values[least]!)) least = i;
      if (!(values[i]! <= values[largest]!)) largest = i;
    }
    for (const i of [start, least, largest, end - 1]) chosen.add(i);
  }
  return [...chosen].sort((a, b) => a - b);
}
