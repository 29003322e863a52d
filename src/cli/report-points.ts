import { basename } from "node:path";
import { readTargets } from "../data/encode.ts";
import type { Table } from "../data/table.ts";
import type { TableFit } from "../model/fit.ts";
import { parts, type ReportData, type TargetPoints } from "../report/report-data.ts";

/** What the report of a fit shows. */
export function reportData(table: Table, { model, split, notes }: TableFit): ReportData {
  const { encoder } = model.header;
  const targets = encoder.targets.map(({ column }) => column);
  const rows = parts.flatMap((part) => Array.from(split[part], (row) => ({ row, part })));
  const actual = readTargets(
    encoder,
    table,
    rows.map(({ row }) => row),
  );
  const { values } = model.predictTable(table);
  const width = targets.length;
  const points: TargetPoints[] = targets.map((target, k) => ({
    target,
    actual: Float64Array.from(rows, (_, i) => actual[i * width + k]!),
    predicted: Float64Array.from(rows, ({ row }) => values[row * width + k]!),
    parts: rows.map(({ part }) => part),
  }));
  return { title: `${targets.join(", ")} from ${basename(table.name)}`, report: model.report, notes, points };
}
