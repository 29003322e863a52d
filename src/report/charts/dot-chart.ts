import { html, type Markup } from "../markup.ts";
import { frame, type Placement } from "./frame.ts";
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
