import { definePointMarks } from "./charts/marks.ts";
import { html } from "./markup.ts";
import { notesSection } from "./notes-section.ts";
import type { ReportData } from "./report-data.ts";
import { resultSection } from "./result-section.ts";
import { style } from "./style.ts";
import { cautions, summarize } from "./summary.ts";
import { targetSection } from "./target-section.ts";
import { trainingSection } from "./training-section.ts";

/**
 * Writes a report as one HTML file that needs nothing else: no network, no fonts, no scripts. Names from the data are
 * escaped, and a policy in the page forbids anything active besides. The same data gives the same text.
 */
export function renderReport(data: ReportData): string {
  const { title, report, points } = data;
  const targets = points.map(({ target }) => target);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="generator" content="Gramian">
<title>${title}</title>
<style>${{ markup: style }}</style>
</head>
<body>
${definePointMarks()}
<header>
<h1>${title}</h1>
<p class="summary">${summarize(report, targets)}</p>
${cautions(report).map((caution) => html`<p class="caution">${caution}</p>`)}
</header>
<main>
${resultSection(report)}
${points.map(targetSection)}
${trainingSection(report)}
${notesSection(data)}
</main>
</body>
</html>
`;
  return page.markup;
}
