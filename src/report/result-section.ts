import type { Errors, FitReport } from "../model/fit-report.ts";
import { formatCount, formatDuration, formatNumber } from "./format-number.ts";
import { html, type Markup, nothing } from "./markup.ts";
import { type Part, parts, type ReportData } from "./report-data.ts";
import { decisivePart, isLeast, verdict } from "./verdict.ts";

/** Says how good the network is, beside the mean and ridge regression. */
export function resultSection({ report }: ReportData): Markup {
  const part = decisivePart(report);
  return html`<p class="verdict">${verdict(report)}</p>
<dl class="tiles">
${tile(`RMSE, ${part}`, formatNumber(report.errors.rmse[part]))}
${tile(`R², ${part}`, formatNumber(report.errors.r2[part]))}
${tile("rows", formatCount(report.rows.train + report.rows.validation + report.rows.test))}
${tile("parameters", formatCount(report.parameters))}
${tile("steps", formatCount(report.steps))}
${tile("training", formatDuration(report.seconds))}
</dl>
<section>
<h2>Errors${report.targets.length > 1 ? " over all targets" : ""}</h2>
<div class="cards">${[...parts].reverse().map((each) => partTable(report, each))}</div>
${perTarget(report, part)}
</section>`;
}

function tile(name: string, value: string): Markup {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

const titles: Readonly<Record<Part, string>> = { train: "Train", validation: "Validation", test: "Test" };

function partTable(report: FitReport, part: Part): Markup {
  if (report.rows[part] === 0) return nothing;
  const { ridge, mean } = report.baseline;
  const methods: readonly Errors[] = [report.errors, ridge, mean];
  const names = ["this network", "ridge regression", "mean"];
  const least = (value: number | null, kind: "rmse" | "mae") =>
    isLeast(
      value,
      methods.map((errors) => errors[kind][part]),
    )
      ? "number least"
      : "number";
  return html`<div><h3>${titles[part]}, ${formatCount(report.rows[part])} rows</h3>
<table><thead><tr><th></th><th class="number">RMSE</th><th class="number">MAE</th><th class="number">R²</th></tr></thead><tbody>
${methods.map(
  ({ rmse, mae, r2 }, i) =>
    html`<tr><th>${names[i]!}</th><td class="${least(rmse[part], "rmse")}">${formatNumber(rmse[part])}</td><td class="${least(mae[part], "mae")}">${formatNumber(mae[part])}</td><td class="number">${formatNumber(r2[part])}</td></tr>`,
)}</tbody></table></div>`;
}

function perTarget({ targets }: FitReport, part: Part): Markup {
  if (targets.length < 2) return nothing;
  return html`<h2>Errors of each target, ${part}</h2>
<div class="scroll"><table><thead><tr><th>target</th><th class="number">RMSE</th><th class="number">MAE</th><th class="number">R²</th></tr></thead><tbody>
${targets.map(
  ({ name, errors }) =>
    html`<tr><th>${name}</th><td class="number">${formatNumber(errors.rmse[part])}</td><td class="number">${formatNumber(errors.mae[part])}</td><td class="number">${formatNumber(errors.r2[part])}</td></tr>`,
)}</tbody></table></div>`;
}
