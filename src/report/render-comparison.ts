import { type ComparedRun, type Comparison, choosingPart } from "../model/compare.ts";
import { comparisonCharts } from "./comparison-charts.ts";
import { notesTable } from "./data-sections.ts";
import { formatCount, formatDuration, formatFixed, formatNumber } from "./format-number.ts";
import { html, type Markup } from "./markup.ts";
import { renderPage } from "./page.ts";
import { parts } from "./report-data.ts";
import { seriesClass, seriesSample } from "./series.ts";

/** Writes the comparison of several optimizers as one HTML file. Names from the data are escaped. */
export function renderComparison(title: string, comparison: Comparison): string {
  const { notes } = comparison;
  return renderPage(
    title,
    html`<p class="summary">${summarizeRuns(comparison)}</p>`,
    html`${runsSection(comparison)}
${comparisonCharts(comparison)}
${notesTable("Why each stopped", stops(comparison))}
${notesTable(
  "Columns",
  notes.map(({ column, choice, why }) => [column, choice, why]),
)}
${notesTable("Details", details(comparison))}`,
  );
}

/** Says which optimizer did best, and what the next achieved. */
function summarizeRuns({ runs, best }: Comparison): string {
  const { report } = runs[0]!;
  const part = choosingPart(report);
  const measure = report.outputs > 1 && report.errors.r2[part] !== null ? "r2" : "rmse";
  const error = (run: ComparedRun) => run.report.errors[measure][part];
  const said = (run: ComparedRun) =>
    `${measure === "r2" ? "R²" : "RMSE"} ${formatNumber(error(run), 3)} after ${formatDuration(run.secondsToBest)}`;
  const winner = runs[best]!;
  const sign = measure === "r2" ? -1 : 1;
  const [next] = runs
    .filter((run) => run !== winner && error(run) !== null)
    .sort((a, b) => sign * (error(a)! - error(b)!));
  const second = next ? `; next is ${next.optimizer}, ${said(next)}` : "";
  return `${winner.optimizer} does best on the ${part} rows: ${said(winner)}${second}.`;
}

function runsSection({ runs, best }: Comparison): Markup {
  const { report } = runs[0]!;
  const present = parts.filter((part) => report.rows[part] > 0);
  const heads = [
    ...["batch", "ms per step", "steps", "seconds"],
    ...present.map((part) => `RMSE ${part}`),
    "seconds to best",
  ];
  return html`<section>
<h2>Results</h2>
<div class="scroll"><table class="runs"><thead><tr><th scope="col">optimizer</th>${heads.map(
    (head) => html`<th scope="col" class="number">${head}</th>`,
  )}<th scope="col">stopped</th></tr></thead><tbody>
${runs.map((run, i) => runRow(run, present, seriesClass(i), i === best))}</tbody></table></div>
<p class="soft">All trained the same network from the same start on the same rows in the same order; the errors, in the target’s unit, are those of the network with the least error on the ${choosingPart(
    report,
  )} rows. Ridge regression: RMSE ${present
    .map((part) => `${formatNumber(report.baseline.ridge.rmse[part])} ${part}`)
    .join(", ")}. Marked: the best on the ${choosingPart(report)} rows.</p>
</section>`;
}

function runRow(
  { optimizer, batchSize, stepMilliseconds, secondsToBest, report }: ComparedRun,
  present: readonly (typeof parts)[number][],
  style: string,
  isBest: boolean,
): Markup {
  const cells = [
    formatFixed(batchSize, 0),
    formatNumber(stepMilliseconds, 3),
    formatFixed(report.steps, 0),
    report.seconds.toFixed(2),
    ...present.map((part) => formatNumber(report.errors.rmse[part])),
    secondsToBest.toFixed(2),
  ];
  return html`<tr class="${isBest ? "best" : "other"}"><th scope="row">${seriesSample(style)}${optimizer}</th>${cells.map(
    (cell) => html`<td class="number">${cell}</td>`,
  )}<td>${report.stop.reason}</td></tr>
`;
}

function stops({ runs }: Comparison): readonly (readonly string[])[] {
  return runs.map(({ optimizer, report }) => [optimizer, `${report.stop.reason}: ${report.stop.message}`]);
}

function details({ runs, network, parameters }: Comparison): readonly (readonly string[])[] {
  const { rows, kernels, dtype, seed } = runs[0]!.report;
  return [
    ["network", `${network}, ${formatCount(parameters, "trainable parameter")}`],
    ["rows", parts.map((part) => `${formatFixed(rows[part], 0)} ${part}`).join(", ")],
    ["kernels", kernels],
    ["precision", dtype],
    ["seed", String(seed)],
  ];
}
