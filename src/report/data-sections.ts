import type { FitReport } from "../model/fit-report.ts";
import { formatCount, formatDuration, formatFixed, formatNumber } from "./format-number.ts";
import { html, type Markup, nothing } from "./markup.ts";
import { partTitles, type ReportData, type ShownPicture } from "./report-data.ts";

/** What the program decided, about the network and about the columns, and the facts to repeat it. */
export function notesSection({ report, notes }: ReportData): Markup {
  return html`${notesTable(
    "What was decided, and why",
    report.decisions.map(({ what, choice, why }) => [what, choice, why]),
  )}
${notesTable(
  "Columns",
  notes.map(({ column, choice, why }) => [column, choice, why]),
)}
${notesTable("Details", describeRun(report))}`;
}

function describeRun(report: FitReport): readonly (readonly [string, string])[] {
  const { rows, stop } = report;
  return [
    ["network", `${report.network}, ${formatCount(report.parameters, "trainable parameter")}`],
    ["inputs and outputs", `${report.inputs} and ${report.outputs}, after encoding`],
    ["rows", `${number(rows.train)} train, ${number(rows.validation)} validation, ${number(rows.test)} test`],
    ["optimizer", report.optimizer],
    ["kernels", report.kernels],
    ["precision", report.dtype],
    ["seed", String(report.seed)],
    [
      "steps",
      `${number(report.steps)} in ${formatCount(report.epochs, "epoch")}; best epoch ${number(report.bestEpoch)}`,
    ],
    ["training time", formatDuration(report.seconds)],
    ["stopped", `${stop.reason}: ${stop.message}`],
  ];
}

function number(count: number): string {
  return formatFixed(count, 0);
}

/** A table of notes: a name, and one or two texts; nothing where there are none. */
export function notesTable(title: string, rows: readonly (readonly string[])[]): Markup {
  if (rows.length === 0) return nothing;
  const body = rows.map(
    ([
      name,
      ...cells
    ]) => html`<tr><th scope="row">${name!}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
  );
  return html`<section><h2>${title}</h2>
<table class="notes"><tbody>${body}</tbody></table></section>`;
}

/** Longer side of a picture in the page, in pixels of the page. */
const longestSide = 160;

/** Shows the pictures with the largest errors. */
export function picturesSection({ pictures = [], points }: ReportData): Markup {
  const [first] = pictures;
  if (!first) return nothing;
  const part = partTitles[first.part].toLowerCase();
  return html`<section>
<h2>Pictures with the largest errors</h2>
<div class="pictures">${pictures.map((picture) => card(picture, points.length > 1))}</div>
<p class="soft">Of the ${part} rows, the largest error first${points.length > 1 ? ": of the targets of a picture the one that is furthest off, in standard deviations" : ""}. In the size that the network sees, or smaller.</p>
</section>`;
}

function card(
  { file, target, actual, predicted, address, height, width }: ShownPicture,
  namesTarget: boolean,
): Markup {
  const scale = longestSide / Math.max(height, width);
  const [w, h] = [width, height].map((side) => Math.max(1, Math.round(scale * side)));
  return html`<figure><img src="${address}" alt="" width="${w!}" height="${h!}">
<figcaption><p class="file">${file}</p>
<dl>${namesTarget ? html`<dt>target</dt><dd>${target}</dd>` : null}<dt>actual</dt><dd>${formatNumber(actual)}</dd><dt>predicted</dt><dd>${formatNumber(predicted)}</dd></dl></figcaption></figure>
`;
}
