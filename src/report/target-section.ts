import { legend } from "./charts/frame.ts";
import { commonBins, histogramChart } from "./charts/histogram-chart.ts";
import { scatterChart } from "./charts/point-charts.ts";
import { extent, linearScale, type Scale } from "./charts/scale.ts";
import { formatFixed } from "./format-number.ts";
import { html, type Markup } from "./markup.ts";
import { type Part, type Point, parts, pointsOf, type TargetPoints } from "./report-data.ts";
import { thinPoints } from "./series.ts";

/** Points of one part that a chart shows: more would only hide each other. */
const pointLimit = 600;

/** The rows of a part, and those of them that are drawn. */
interface PartPoints {
  readonly part: Part;
  readonly points: readonly Point[];
  readonly drawn: readonly Point[];
}

/** Draws what was predicted for one target: against the truth, and what is left over. */
export function targetSection(data: TargetPoints): Markup {
  const series = parts.map((part) => readPart(data, part)).filter(({ points }) => points.length > 0);
  const present = series.map(({ part }) => part);
  const name = data.target;
  if (present.length === 0)
    return html`<section><h2>Predictions of ${name}</h2><p>There are no rows to draw.</p></section>`;
  return html`<section>
<h2>Predictions of ${name}</h2>
<div class="cards">
<figure class="square"><figcaption><h3>Actual against predicted</h3>${legend(present, "points")}</figcaption>
${drawActual(name, series)}</figure>
<div class="stack"><figure><figcaption><h3>Residuals against predicted</h3>${legend(present, "points")}</figcaption>
${drawResiduals(name, series)}</figure>
<figure><figcaption><h3>Histogram of residuals</h3>${legend(present, "bars")}</figcaption>
${drawHistogram(name, series)}</figure></div>
</div>
<p class="soft">${describeCharts(data, series)}</p>
</section>`;
}

function readPart(data: TargetPoints, part: Part): PartPoints {
  const points = pointsOf(data, part);
  const chosen = thinPoints(points.length, pointLimit, (i) => Math.abs(points[i]!.residual));
  return { part, points, drawn: chosen.map((i) => points[i]!) };
}

/** All numbers of one kind. */
function collect(series: readonly PartPoints[], kind: keyof Point): number[] {
  return series.flatMap(({ points }) => points.map((point) => point[kind]));
}

/** The drawn points at the places of two of their numbers. */
function placed(series: readonly PartPoints[], x: keyof Point, y: keyof Point) {
  return series.map(({ part, drawn }) => ({
    part,
    points: drawn.map((point) => [point[x], point[y]] as const),
  }));
}

function drawActual(name: string, series: readonly PartPoints[]): Markup {
  // One scale for both axes, so that the line of equality is the diagonal.
  const scale = linearScale([...collect(series, "actual"), ...collect(series, "predicted")]);
  const { min, max } = scale;
  return scatterChart(
    {
      description: `Actual against predicted ${name}; on the dashed line they are equal`,
      x: { label: `predicted ${shorten(name)}`, scale },
      y: { label: `actual ${shorten(name)}`, scale },
      shape: "square",
    },
    placed(series, "predicted", "actual"),
    [min, min, max, max],
  );
}

function drawResiduals(name: string, series: readonly PartPoints[]): Markup {
  const scale = linearScale(collect(series, "predicted"));
  return scatterChart(
    {
      description: `Residuals against predicted ${name}; on the dashed line the prediction is exact`,
      x: { label: `predicted ${shorten(name)}`, scale },
      y: { label: "predicted − actual", scale: aroundZero(collect(series, "residual")) },
    },
    placed(series, "predicted", "residual"),
    [scale.min, 0, scale.max, 0],
  );
}

/** A scale whose middle is 0. */
function aroundZero(values: readonly number[]): Scale {
  const [min, max] = extent(values, Number.isFinite) ?? [0, 0];
  const reach = Math.max(-min, max);
  return linearScale([-reach, reach]);
}

function drawHistogram(name: string, series: readonly PartPoints[]): Markup {
  const samples = series.map(({ part, points }) => ({
    part,
    values: points.map(({ residual }) => residual),
  }));
  return histogramChart(
    `Histogram of the residuals of ${name}, as shares of the rows of each part`,
    "predicted − actual",
    samples,
    commonBins(samples),
  );
}

function describeCharts({ actual }: TargetPoints, series: readonly PartPoints[]): string {
  const drawable = series.reduce((sum, { points }) => sum + points.length, 0);
  const missing = actual.length - drawable;
  return [
    "On the dashed lines a prediction is exact; a residual is predicted − actual. The outermost bars of the histogram count what lies beyond them.",
    ...(missing > 0
      ? [`Not drawn: ${formatFixed(missing, 0)} of the rows, whose numbers are not finite.`]
      : []),
    describeThinning(series),
  ].join(" ");
}

function describeThinning(series: readonly PartPoints[]): string {
  const counts = series
    .filter(({ drawn, points }) => drawn.length < points.length)
    .map(
      ({ part, drawn, points }) =>
        `${formatFixed(drawn.length, 0)} of ${formatFixed(points.length, 0)} ${part} rows`,
    );
  if (counts.length === 0) return "";
  return `The point charts show ${counts.join(" and ")}: those with the largest residuals and an even sample of the others; the histogram counts all.`;
}

/** A name that fits beside an axis. */
function shorten(name: string): string {
  const letters = [...name];
  return letters.length <= 28 ? name : `${letters.slice(0, 27).join("")}…`;
}
