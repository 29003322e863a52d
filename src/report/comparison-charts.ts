import type { ComparedRun, Comparison } from "../model/compare.ts";
import type { EpochEvent } from "../training/training.ts";
import { type Line, lineChart, numbersOf } from "./charts/line-chart.ts";
import { dotChart } from "./charts/point-charts.ts";
import { logScale } from "./charts/scale.ts";
import { formatNumber } from "./format-number.ts";
import { html, type Markup, nothing } from "./markup.ts";
import { partTitles } from "./report-data.ts";
import { seriesClass, seriesLegend } from "./series.ts";

/** What a run is measured along. */
const axes = {
  steps: { label: "step", of: (event: EpochEvent) => event.step },
  seconds: { label: "seconds", of: (event: EpochEvent) => event.seconds },
} as const;

type AxisName = keyof typeof axes;

/** Draws how the optimizers went, over each other. */
export function comparisonCharts(comparison: Comparison): Markup {
  const { runs } = comparison;
  const series = runs.map(({ optimizer }, i) => ({ name: optimizer, style: seriesClass(i) }));
  const validated = runs[0]!.report.rows.validation > 0;
  return html`<section>
<h2>Loss</h2>
${seriesLegend(series)}
<div class="cards pairs">${lossChart(runs, "train", "steps")}
${lossChart(runs, "train", "seconds")}
${validated ? [lossChart(runs, "validation", "steps"), lossChart(runs, "validation", "seconds")] : nothing}</div>
<p class="soft">Root mean square of the standardized residuals after each epoch, from the first on; the dashed line is the start that all share.</p>
</section>
<section>
<h2>Steps</h2>
${seriesLegend(series)}
<div class="cards pairs">${stepCostChart(runs)}
${dampingChart(runs)}</div>
</section>
${spectrumSection(comparison)}`;
}

function lossChart(runs: readonly ComparedRun[], part: "train" | "validation", axis: AxisName): Markup {
  const lines = runs.map((run, i) => lineOf(run, i, axis, (event) => event[part]));
  const start = runs[0]!.report.history[0]![part];
  const title = `${partTitles[part]} loss against ${axis}`;
  const options = {
    description: `${title}, on logarithmic axes, a line for each optimizer`,
    x: { label: axes[axis].label, scale: logScale(lines.flatMap(({ x }) => x)) },
    y: { label: `${partTitles[part].toLowerCase()} loss`, scale: logScale(numbersOf(lines, start)) },
  };
  return html`<figure><figcaption><h3>${title}</h3></figcaption>
${lineChart(options, lines, start === null ? {} : { reference: start })}</figure>`;
}

/** A line over the epochs: not over the start, which a logarithmic axis has no place for. */
function lineOf(
  { report }: ComparedRun,
  i: number,
  axis: AxisName,
  value: (event: EpochEvent) => number | null,
): Line {
  const epochs = report.history.slice(1);
  return { style: seriesClass(i), x: epochs.map(axes[axis].of), y: epochs.map(value) };
}

function stepCostChart(runs: readonly ComparedRun[]): Markup {
  const dots = runs.map(({ optimizer, stepMilliseconds }, i) => ({
    name: optimizer,
    style: seriesClass(i),
    value: stepMilliseconds,
    text: formatNumber(stepMilliseconds, 3),
  }));
  const chart = dotChart("Mean time of a step of each optimizer, on a logarithmic axis", "ms per step", dots);
  return html`<figure><figcaption><h3>Step cost</h3></figcaption>
${chart}</figure>`;
}

function dampingChart(runs: readonly ComparedRun[]): Markup {
  const lines = runs.map((run, i) => lineOf(run, i, "steps", (event) => event.damping));
  const numbers = numbersOf(lines);
  if (numbers.length === 0) return nothing;
  const options = {
    description:
      "Damping at the last step of each epoch, on logarithmic axes, a line for each optimizer that has one",
    x: {
      label: "step",
      scale: logScale(lines.filter((line) => numbersOf([line]).length > 0).flatMap(({ x }) => x)),
    },
    y: { label: "damping", scale: logScale(numbers) },
  };
  return html`<figure><figcaption><h3>Damping</h3></figcaption>
${lineChart(
  options,
  lines.filter((line) => numbersOf([line]).length > 0),
)}</figure>`;
}

/** The eigenvalues of the Gram matrix, where they were taken. */
function spectrumSection({ runs, spectrum }: Comparison): Markup {
  if (spectrum === null) return nothing;
  const ends = runs.map(({ spectrum: values }, i) => spectrumLine(values, seriesClass(i)));
  const lines = [spectrumLine(spectrum, "start"), ...ends];
  const series = runs.map(({ optimizer }, i) => ({ name: optimizer, style: seriesClass(i) }));
  const options = {
    description:
      "Eigenvalues of the Gram matrix at the start and at the end of each training, largest first, on logarithmic axes",
    x: { label: "number of the eigenvalue", scale: logScale(lines.flatMap(({ x }) => x)) },
    y: { label: "eigenvalue", scale: logScale(numbersOf(lines).filter((value) => value > 0)) },
  };
  return html`<section>
<h2>Spectrum of the Gram matrix</h2>
${seriesLegend([{ name: "start", style: "start" }, ...series])}
<div class="cards pairs"><figure>
${lineChart(options, lines)}</figure>
<p class="soft">Eigenvalues of G = J Jᵀ on ${spectrum.length} residual rows of the training rows, at the start and at the network that each optimizer kept; those below rounding are left out. Directions with large eigenvalues are learned first by first-order methods; the Gram-Gauss-Newton step treats all above the damping alike.</p></div>
</section>`;
}

function spectrumLine(values: Float64Array | null, style: string): Line {
  const shown = values ? Array.from(values) : [];
  return { style, x: shown.map((_, i) => i + 1), y: shown };
}
