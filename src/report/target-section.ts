import { histogramChart, symmetricBins } from "./charts/histogram-chart.ts";
import { legend } from "./charts/marks.ts";
import { extent, linearScale, type Scale } from "./charts/scale.ts";
import { type Points, scatterChart } from "./charts/scatter-chart.ts";
import { formatCount } from "./format-number.ts";
import { html, type Markup } from "./markup.ts";
import { type Part, parts, type TargetPredictions } from "./report-data.ts";
import { thinPoints } from "./thin.ts";

/** Points of one part that a chart shows: more would only hide each other. */
const pointLimit = 700;

/** Residuals of a part, and the points of it that are drawn. */
interface Series {
  readonly part: Part;
  readonly actual: readonly number[];
  readonly predicted: readonly number[];
  /** predicted - actual. */
  readonly residuals: readonly number[];
  readonly shown: readonly number[];
}

/** Draws what was predicted for one target: against the truth, and what is left over. */
export function targetSection({ name, parts: predictions }: TargetPredictions): Markup {
  const series = parts.flatMap((part) => {
    const found = predictions[part];
    return found && found.actual.length > 0 ? [readSeries(part, found.actual, found.predicted)] : [];
  });
  if (series.length === 0) return html``;
  const present = series.map(({ part }) => part);
  return html`<section>
<h2>Predictions of ${name}</h2>
<div class="cards">
<figure><figcaption><h3>Predicted against actual</h3>${legend(present, "points")}</figcaption>
${drawPredicted(name, series)}</figure>
<figure><figcaption><h3>Residuals against predictions</h3>${legend(present, "points")}</figcaption>
${drawResiduals(name, series)}</figure>
<figure><figcaption><h3>Distribution of residuals</h3>${legend(present, "lines")}</figcaption>
${drawHistogram(name, series)}</figure>
</div>
<p class="soft">A residual is prediction − actual, in the unit of ${name}. ${describeThinning(series)}</p>
</section>`;
}

function readSeries(part: Part, actual: ArrayLike<number>, predicted: ArrayLike<number>): Series {
  const residuals = Array.from(predicted, (value, i) => value - actual[i]!);
  const shown = thinPoints(residuals.length, pointLimit, (i) => Math.abs(residuals[i]!));
  return { part, actual: Array.from(actual), predicted: Array.from(predicted), residuals, shown };
}

function choose(values: readonly number[], indices: readonly number[]): number[] {
  return indices.map((i) => values[i]!);
}

function drawPredicted(name: string, series: readonly Series[]): Markup {
  // One scale for both axes, so that the diagonal means equality.
  const scale = linearScale(series.flatMap(({ actual, predicted }) => [...actual, ...predicted]));
  const points: Points[] = series.map(({ part, actual, predicted, shown }) => ({
    part,
    x: choose(actual, shown),
    y: choose(predicted, shown),
  }));
  return scatterChart(
    `Predicted against actual ${name}; on the dashed line they are equal`,
    { label: `actual ${shorten(name)}`, scale },
    { label: `predicted ${shorten(name)}`, scale },
    points,
    [scale.min, scale.min, scale.max, scale.max],
  );
}

function drawResiduals(name: string, series: readonly Series[]): Markup {
  const x = linearScale(series.flatMap(({ predicted }) => predicted));
  const y = aroundZero(series.flatMap(({ residuals }) => residuals));
  const points: Points[] = series.map(({ part, predicted, residuals, shown }) => ({
    part,
    x: choose(predicted, shown),
    y: choose(residuals, shown),
  }));
  return scatterChart(
    `Residuals against predicted ${name}; on the dashed line the prediction is exact`,
    { label: `predicted ${shorten(name)}`, scale: x },
    { label: "residual", scale: y },
    points,
    [x.min, 0, x.max, 0],
  );
}

/** A scale whose middle is 0. */
function aroundZero(values: readonly number[]): Scale {
  const { shows } = linearScale([]);
  const [min, max] = extent(values, shows) ?? [0, 0];
  const reach = Math.max(-min, max);
  return linearScale([-reach, reach]);
}

function drawHistogram(name: string, series: readonly Series[]): Markup {
  const bins = symmetricBins(series.flatMap(({ residuals }) => residuals));
  return histogramChart(
    `Distribution of the residuals of ${name}, as shares of the rows of each part`,
    `residual of ${shorten(name)}`,
    series.map(({ part, residuals }) => ({ part, values: residuals })),
    bins,
  );
}

function describeThinning(series: readonly Series[]): string {
  const thinned = series.filter(({ shown, actual }) => shown.length < actual.length);
  if (thinned.length === 0) return "";
  const counts = thinned.map(
    ({ part, shown, actual }) =>
      `${formatCount(shown.length)} of ${formatCount(actual.length)} ${part} points`,
  );
  return `Drawn are ${counts.join(" and ")}, the largest residuals among them; the distribution counts all.`;
}

/** A name that fits beside an axis. */
function shorten(name: string): string {
  const letters = [...name];
  return letters.length <= 28 ? name : `${letters.slice(0, 27).join("")}…`;
}
