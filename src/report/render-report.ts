import { definePointMarks } from "./charts/frame.ts";
import { notesSection, picturesSection } from "./data-sections.ts";
import { html } from "./markup.ts";
import { renderPage } from "./page.ts";
import type { ReportData } from "./report-data.ts";
import { resultSection } from "./result-section.ts";
import { cautions, summarize } from "./summary.ts";
import { targetSection } from "./target-section.ts";
import { trainingSection } from "./training-section.ts";

/** Writes the report of a fit as one HTML file. Names from the data are escaped. The same data gives the same text. */
export function renderReport(data: ReportData): string {
  const { title, report, points } = data;
  const targets = points.map(({ target }) => target);
  return renderPage(
    title,
    html`<p class="summary">${summarize(report, targets)}</p>
${cautions(report).map((caution) => html`<p class="caution">${caution}</p>`)}`,
    html`${definePointMarks()}
${resultSection(report)}
${points.map(targetSection)}
${picturesSection(data)}
${trainingSection(report)}
${notesSection(data)}`,
  );
}
