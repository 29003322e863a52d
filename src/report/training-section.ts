import type { EpochEvent } from "../training/train.ts";
import type { Axis } from "./charts/frame.ts";
import { type Highlight, type Line, lineChart } from "./charts/line-chart.ts";
import { legend } from "./charts/marks.ts";
import { linearScale, logScale } from "./charts/scale.ts";
import { formatCount, formatDuration, formatNumber } from "./format-number.ts";
import { html, type Markup, nothing } from "./markup.ts";
import type { ReportData } from "./report-data.ts";

/** Gain ratios beyond these are drawn at the edge: how far a refused step missed says nothing. */
const gainRatioLimits = [-1, 2] as const;

/** Draws how training went, step by step. */
export function trainingSection({ report }: ReportData): Markup {
  const { history, stop } = report;
  return html`<section>
<h2>Training</h2>
<p>${formatCount(report.steps)} steps of ${report.optimizer} in ${formatCount(report.epochs)} epochs and ${formatDuration(report.seconds)}. Stopped (${stop.reason}): ${stop.message}.</p>
<div class="cards">${history.length === 0 ? nothing : [errorChart(history), dampingChart(history), gainRatioChart(history)]}</div>
</section>`;
}

function errorChart(history: readonly EpochEvent[]): Markup {
  const hasValidation = history.some(({ validation }) => validation !== null);
  const lines: Line[] = [lineOf(history, "train", (event) => event.train)];
  if (hasValidation) lines.push(lineOf(history, "validation", (event) => event.validation));
  const shown = hasValidation ? (["train", "validation"] as const) : (["train"] as const);
  const best = findBest(history, hasValidation);
  return html`<figure><figcaption><h3>Error</h3>${legend(shown, "lines")}</figcaption>
${lineChart(
  "Root mean square of the standardized residuals after each epoch, against steps",
  stepAxis(history),
  { label: "RMSE, standardized", scale: logScale(numbersOf(lines)) },
  lines,
  { highlight: best },
)}</figure>`;
}

/** The epoch whose network was kept. */
function findBest(history: readonly EpochEvent[], byValidation: boolean): Highlight | null {
  let best: Highlight | null = null;
  for (const event of history) {
    const error = byValidation ? event.validation : event.train;
    if (error === null || !(error > 0 && error < Number.POSITIVE_INFINITY) || (best && error >= best.y))
      continue;
    best = { x: event.step, y: error, text: `best: ${formatNumber(error, 3)}, step ${event.step}` };
  }
  return best;
}

function dampingChart(history: readonly EpochEvent[]): Markup {
  const line = lineOf(history, "damping", (event) => event.damping);
  if (line.y.every((value) => value === null)) return nothing;
  return html`<figure><figcaption><h3>Damping</h3><p>In units of the mean diagonal of the Gram matrix</p></figcaption>
${lineChart(
  "Damping after each epoch, against steps",
  stepAxis(history),
  { label: "damping", scale: logScale(numbersOf([line])) },
  [line],
)}</figure>`;
}

function gainRatioChart(history: readonly EpochEvent[]): Markup {
  const [least, most] = gainRatioLimits;
  const line = lineOf(history, "gain-ratio", ({ gainRatio }) =>
    gainRatio === null ? null : Math.min(Math.max(gainRatio, least), most),
  );
  if (line.y.every((value) => value === null)) return nothing;
  return html`<figure><figcaption><h3>Gain ratio</h3><p>Decrease of the loss / decrease that the linear model promised</p></figcaption>
${lineChart(
  "Gain ratio after each epoch, against steps",
  stepAxis(history),
  { label: "gain ratio", scale: linearScale([...numbersOf([line]), 0, 1]) },
  [line],
  { references: [{ y: 1, text: "as promised" }] },
)}</figure>`;
}

function stepAxis(history: readonly EpochEvent[]): Axis {
  return {
    label: "step",
    scale: linearScale(
      history.map(({ step }) => step),
      { margin: 0.02 },
    ),
  };
}

function lineOf(
  history: readonly EpochEvent[],
  style: string,
  value: (event: EpochEvent) => number | null,
): Line {
  return { style, x: history.map(({ step }) => step), y: history.map(value) };
}

function numbersOf(lines: readonly Line[]): number[] {
  return lines.flatMap(({ y }) => y.filter((value) => value !== null));
}
