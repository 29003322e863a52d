import type { FitReport } from "../model/fit-report.ts";
import type { EpochEvent } from "../training/training.ts";
import { type Axis, legend } from "./charts/frame.ts";
import { type Highlight, type Line, lineChart, numbersOf } from "./charts/line-chart.ts";
import { linearScale, logScale } from "./charts/scale.ts";
import { html, type Markup, nothing } from "./markup.ts";
import { isRidge } from "./summary.ts";

/** Gain ratios beyond these are drawn at the edge: how far a refused step missed says nothing. */
const gainRatioLimits = [-1, 2] as const;

/** Draws how training went, step by step. */
export function trainingSection(report: FitReport): Markup {
  const { history, bestEpoch } = report;
  const charts =
    history.length === 0
      ? html`<p>Training left no history to draw.</p>`
      : html`<div class="cards">${lossChart(history, bestEpoch)}
<div class="stack">${dampingChart(history)}
${gainRatioChart(history)}</div></div>`;
  return html`<section>
<h2>Training</h2>
${whose(report)}${charts}
</section>`;
}

/** Says so where what is drawn is not the training of the model alone. */
function whose(report: FitReport): Markup {
  if (isRidge(report))
    return html`<p class="soft">Of the network whose place ridge regression took in the end.</p>
`;
  if (report.members > 1)
    return html`<p class="soft">Of the first of ${String(report.members)} networks.</p>
`;
  return nothing;
}

function lossChart(history: readonly EpochEvent[], bestEpoch: number): Markup {
  const validated = history.some(({ validation }) => validation !== null);
  const lines: Line[] = [lineOf(history, "train", (event) => event.train)];
  if (validated) lines.push(lineOf(history, "validation", (event) => event.validation));
  const y = { label: "loss: RMS of standardized residuals", scale: logScale(numbersOf(lines)) };
  const options = {
    description: "Loss on the training and validation rows against steps, on a logarithmic axis",
    x: stepAxis(history),
    y,
    shape: "square" as const,
  };
  return html`<figure class="square"><figcaption><h3>Loss</h3>${legend(validated ? ["train", "validation"] : ["train"], "lines")}</figcaption>
${lineChart(options, lines, { highlight: findBest(history, bestEpoch) })}</figure>`;
}

/** The epoch whose network was kept. */
function findBest(history: readonly EpochEvent[], bestEpoch: number): Highlight | null {
  const event = history.find(({ epoch }) => epoch === bestEpoch);
  if (!event) return null;
  const loss = event.validation ?? event.train;
  return loss > 0 && Number.isFinite(loss)
    ? { x: event.step, y: loss, text: `best: epoch ${bestEpoch}` }
    : null;
}

function dampingChart(history: readonly EpochEvent[]): Markup {
  const line = lineOf(history, "single", (event) => event.damping);
  if (numbersOf([line]).length === 0) return nothing;
  const options = {
    description: "Damping at the last step of each epoch, on a logarithmic axis",
    x: stepAxis(history),
    y: { label: "damping", scale: logScale(numbersOf([line])) },
  };
  return html`<figure><figcaption><h3>Damping</h3><p>Large: short, careful steps; small: full steps.</p></figcaption>
${lineChart(options, [line])}</figure>`;
}

function gainRatioChart(history: readonly EpochEvent[]): Markup {
  const [least, most] = gainRatioLimits;
  const line = lineOf(history, "single", ({ gainRatio }) =>
    gainRatio === null ? null : Math.min(Math.max(gainRatio, least), most),
  );
  if (numbersOf([line]).length === 0) return nothing;
  const options = {
    description: "Gain ratio at the last step of each epoch; on the dashed line it is 1",
    x: stepAxis(history),
    y: { label: "gain ratio", scale: linearScale([...numbersOf([line]), 0, 1]) },
  };
  return html`<figure><figcaption><h3>Gain ratio</h3><p>Decrease of the loss / promised decrease; dashed: 1.</p></figcaption>
${lineChart(options, [line], { reference: 1 })}</figure>`;
}

function stepAxis(history: readonly EpochEvent[]): Axis {
  const steps = history.map(({ step }) => step);
  return { label: "step", scale: linearScale(steps, { margin: 0.02 }) };
}

function lineOf(
  history: readonly EpochEvent[],
  style: string,
  value: (event: EpochEvent) => number | null,
): Line {
  return { style, x: history.map(({ step }) => step), y: history.map(value) };
}
