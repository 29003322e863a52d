import type { Errors, FitReport } from "../model/fit-report.ts";
import { formatCount, formatNumber, formatR2 } from "./format-number.ts";
import { html, type Markup, nothing } from "./markup.ts";
import { type Part, parts, partTitles } from "./report-data.ts";
import { decisivePart } from "./summary.ts";

/** A way to predict, and its errors. */
interface Method {
  readonly name: string;
  readonly errors: Errors;
}

/** Compares the errors of the network with those of ridge regression and of the mean. */
export function resultSection(report: FitReport): Markup {
  const methods: readonly Method[] = [
    { name: "this model", errors: report.errors },
    { name: "ridge regression", errors: report.baseline.ridge },
    { name: "mean", errors: report.baseline.mean },
  ];
  const shown = [...parts].reverse().filter((part) => report.rows[part] > 0);
  return html`<section>
<h2>Results${report.targets.length > 1 ? " over all targets" : ""}</h2>
<div class="scroll"><table class="results">${columnHeads("method")}
${shown.map((part) => partRows(report, part, methods))}</table></div>
${eachTarget(report)}
<p class="soft">RMSE is the root mean square error and MAE the mean absolute error, both in the target’s unit. R² is 1 for perfect predictions and 0 for predictions as good as the mean. Bold: the least error.</p>
</section>`;
}

function columnHeads(first: string): Markup {
  const names = ["RMSE", "MAE", "R²"].map((name) => html`<th scope="col" class="number">${name}</th>`);
  return html`<thead><tr><th scope="col">${first}</th>${names}</tr></thead>`;
}

function partRows({ rows }: FitReport, part: Part, methods: readonly Method[]): Markup {
  const head = `${partTitles[part]}, ${formatCount(rows[part], "row")}`;
  return html`<tbody><tr class="part"><th scope="rowgroup" colspan="4">${head}</th></tr>
${methods.map((method) => methodRow(method, part, methods))}</tbody>
`;
}

function methodRow({ name, errors }: Method, part: Part, methods: readonly Method[]): Markup {
  const cells = (["rmse", "mae"] as const).map((kind) => {
    const value = errors[kind][part];
    const least = methods.every(
      (other) => !((other.errors[kind][part] ?? Number.NaN) < (value ?? Number.NaN)),
    );
    return numberCell(value, value !== null && least);
  });
  return html`<tr><th scope="row">${name}</th>${cells}${r2Cell(errors.r2[part])}</tr>
`;
}

function numberCell(value: number | null, least = false): Markup {
  return html`<td class="${least ? "number least" : "number"}">${formatNumber(value)}</td>`;
}

function r2Cell(value: number | null): Markup {
  return html`<td class="number">${formatR2(value)}</td>`;
}

/** The errors of each target, where there are several, on the part that says most. */
function eachTarget(report: FitReport): Markup {
  if (report.targets.length < 2) return nothing;
  const part = decisivePart(report);
  const rows = report.targets.map(({ name, errors }) => {
    const cells = (["rmse", "mae"] as const).map((kind) => numberCell(errors[kind][part]));
    return html`<tr><th scope="row">${name}</th>${cells}${r2Cell(errors.r2[part])}</tr>
`;
  });
  return html`<h3>Each target, this model, ${part} rows</h3>
<div class="scroll"><table class="results">${columnHeads("target")}<tbody>${rows}</tbody></table></div>`;
}
