import { html, type Markup } from "../markup.ts";
import type { Part } from "../report-data.ts";
import { type Axis, frame, type Placement } from "./frame.ts";
import { linearScale } from "./scale.ts";

/** Equal bins between two numbers. */
export interface Bins {
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** Values of one part of the data. */
export interface Sample {
  readonly part: Part;
  readonly values: readonly number[];
}

const fewestBins = 5;
const mostBins = 40;

/** Values further than this many interquartile ranges from the median are counted in the outermost bins. */
const tail = 6;

/** Bins for all samples: those of the sample that reaches furthest, so that none lies in the outermost ones alone. */
export function commonBins(samples: readonly Sample[]): Bins {
  return samples
    .map(({ values }) => symmetricBins(values))
    .reduce((widest, bins) => (bins.max > widest.max ? bins : widest));
}

/**
 * Bins that are symmetric about 0, of the width of Freedman and Diaconis (1981), 2 IQR n^(-1/3), within the limits of
 * a small chart.
 */
export function symmetricBins(values: readonly number[]): Bins {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const quantile = (q: number) => sorted[Math.round(q * (sorted.length - 1))] ?? 0;
  const spread = quantile(0.75) - quantile(0.25);
  const furthest = Math.max(Math.abs(quantile(0)), Math.abs(quantile(1)));
  const reach = spread > 0 ? Math.min(furthest, Math.abs(quantile(0.5)) + tail * spread) : furthest;
  const half = reach > 0 && reach <= 1e300 ? reach : 1;
  const width = (2 * spread) / Math.cbrt(Math.max(sorted.length, 1));
  const wanted = width > 0 ? Math.ceil((2 * half) / width) : fewestBins;
  return { min: -half, max: half, count: Math.min(Math.max(wanted, fewestBins), mostBins) };
}

/** The share of the values in each bin; values beyond the ends count in the outermost bins. */
export function shares(values: readonly number[], { min, max, count }: Bins): readonly number[] {
  const counts = new Array<number>(count).fill(0);
  const finite = values.filter(Number.isFinite);
  for (const value of finite) {
    const position = ((value / 2 - min / 2) / (max / 2 - min / 2)) * count;
    counts[Math.min(Math.max(Math.floor(position), 0), count - 1)]! += 1 / finite.length;
  }
  return counts;
}

/** Draws histograms of several samples over each other, as shares of each. */
export function histogramChart(
  description: string,
  xLabel: string,
  samples: readonly Sample[],
  bins: Bins,
): Markup {
  const heights = samples.map(({ values }) => shares(values, bins).map((share) => 100 * share));
  const x: Axis = { label: xLabel, scale: linearScale([bins.min, bins.max], { margin: 0 }) };
  const y: Axis = { label: "share of the part’s rows, %", scale: aboveZero(heights.flat()) };
  return frame({ description, x, y }, (place) => [
    ...samples.map(({ part }, s) => drawSteps(part, heights[s]!, bins, place)),
    html`<path class="guide" d="M${place.x(0)} ${place.top}V${place.bottom}"/>`,
  ]);
}

/** From 0 to a little above the largest. */
function aboveZero(values: readonly number[]) {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  return linearScale([0, 1.05 * most], { margin: 0, ticks: 4 });
}

function drawSteps(
  part: Part,
  heights: readonly number[],
  { min, max, count }: Bins,
  place: Placement,
): Markup {
  const edge = (i: number) => place.x(min + (i / count) * max - (i / count) * min);
  const steps = heights.map((height, i) => `V${place.y(height)}H${edge(i + 1)}`).join("");
  return html`<path class="histogram ${part}" d="M${edge(0)} ${place.bottom}${steps}V${place.bottom}"/>`;
}
