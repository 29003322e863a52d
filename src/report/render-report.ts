import { definePointMarks } from "./charts/marks.ts";
import { formatCount } from "./format-number.ts";
import { html, type Markup, nothing } from "./markup.ts";
import type { ReportData } from "./report-data.ts";
import { resultSection } from "./result-section.ts";
import { style } from "./style.ts";
import { targetSection } from "./target-section.ts";
import { trainingSection } from "./training-section.ts";

/**
 * Writes a report as one HTML file that needs nothing else: no network, no scripts. Names from the data are escaped,
 * and a policy in the page forbids anything active besides. The same data gives the same bytes.
 */
export function renderReport(data: ReportData): string {
  const names = data.targets.map(({ name }) => name).join(", ");
  const title = `${names} from ${data.data}`;
  return `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title} - Gramian report</title>
<style>${{ markup: style }}</style>
</head>
<body>
${definePointMarks()}
<header><p class="kind">Gramian report</p><h1>${title}</h1></header>
<main>
${resultSection(data)}
${data.targets.map(targetSection)}
${trainingSection(data)}
${notesSection(data)}
</main>
<footer class="soft">RMSE: root mean square error; MAE: mean absolute error, both in the unit of the target. R²: 1 is perfect, 0 as good as the mean. Ridge regression is the linear model to beat.</footer>
</body>
</html>
`.markup
  }`;
}

/** What the program decided, about the network and about the columns, and the facts to repeat it. */
function notesSection({ report, columns, facts }: ReportData): Markup {
  const { rows } = report;
  const details: readonly (readonly [string, string])[] = [
    ["network", `${report.network}, ${formatCount(report.parameters)} parameters`],
    ["inputs and outputs", `${report.inputs} and ${report.outputs}, after encoding`],
    ["rows", `${rows.train} train, ${rows.validation} validation, ${rows.test} test`],
    ["optimizer", report.optimizer],
    ["precision", report.dtype],
    ["kernels", report.kernels],
    ["seed", String(report.seed)],
    ...facts,
  ];
  return html`${notesTable(
    "Decisions",
    report.decisions.map(({ what, choice, why }) => [what, choice, why]),
  )}${notesTable(
    "Columns",
    columns.map(({ column, choice, why }) => [column, choice, why]),
  )}${notesTable("Details", details)}`;
}

function notesTable(title: string, rows: readonly (readonly string[])[]): Markup {
  if (rows.length === 0) return nothing;
  return html`<section><h2>${title}</h2><div class="scroll"><table class="notes"><tbody>${rows.map(
    ([name, ...cells]) => html`<tr><th>${name!}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`,
  )}</tbody></table></div></section>`;
}
