import { html, type Markup } from "../../src/report/markup.ts";
import { rampColor, wrapFigure } from "./plot.ts";

/** Numbers over a grid; small ones are good. */
export interface HeatMap {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** values[i][j] in row i and column j; null where there is none. */
  readonly values: readonly (readonly (number | null)[])[];
}

const cell = { width: 62, height: 34 };
const left = 62;
const gap = 30;
const margin = 22;
const head = 66;
const shades = 64;

/** Draws maps beside each other, dark where the number is small; the smallest is framed. */
export function drawHeatMaps(
  title: string,
  subtitle: string,
  axes: { readonly x: string; readonly y: string },
  maps: readonly HeatMap[],
): string {
  const { columns, rows } = maps[0]!;
  const width = left + columns.length * cell.width;
  const drawn = maps.map(
    (map, i) =>
      html`<g transform="translate(${margin + i * (width + gap)} ${head})">${drawMap(map, axes)}</g>`,
  );
  const total = 2 * margin + maps.length * width + (maps.length - 1) * gap;
  return wrapFigure(title, subtitle, total, head + 24 + rows.length * cell.height + 66, html`${drawn}`);
}

function drawMap({ title, columns, rows, values }: HeatMap, axes: { x: string; y: string }): Markup {
  const finite = values.flat().filter((value) => value !== null);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  const shade = (value: number) => Math.log(value / least) / Math.log(most / least);
  const bottom = 24 + rows.length * cell.height;
  return html`<text class="panel-title" x="${left}" y="12">${title}</text><g class="axis">
${rows.map((label, i) => html`<text x="${left - 8}" y="${24 + (i + 0.5) * cell.height + 4}" text-anchor="end">${label}</text>`)}
${columns.map((label, j) => html`<text x="${left + (j + 0.5) * cell.width}" y="${bottom + 18}" text-anchor="middle">${label}</text>`)}
<text class="label" x="${left + (columns.length * cell.width) / 2}" y="${bottom + 40}" text-anchor="middle">${axes.x}</text>
<text class="label" transform="translate(12 ${(24 + bottom) / 2})rotate(-90)" text-anchor="middle">${axes.y}</text></g>
${values.map((row, i) => row.map((value, j) => drawCell(value, i, j, value === null ? 1 : shade(value), value === least)))}`;
}

function drawCell(value: number | null, i: number, j: number, share: number, best: boolean): Markup {
  const [x, y] = [left + j * cell.width, 24 + i * cell.height];
  const fill = value === null ? "#eef1f5" : rampColor(Math.round(share * (shades - 1)), shades);
  const ink = value === null || share > 0.72 ? "#1c2330" : "#fff";
  const frame = best ? html` stroke="#d55e00" stroke-width="3"` : html``;
  const inset = best ? 2.5 : 1;
  return html`<rect x="${x + inset}" y="${y + inset}" width="${cell.width - 2 * inset}" height="${cell.height - 2 * inset}" rx="2" fill="${fill}"${frame}/><text x="${x + cell.width / 2}" y="${y + cell.height / 2 + 4}" text-anchor="middle" fill="${ink}">${value === null ? "–" : value.toPrecision(2)}</text>`;
}
