import type { Command } from "commander";
import { faultOf } from "../data/cell.ts";
import { textAt, textsOf } from "../data/column.ts";
import { type ColumnSummary, describeColumns } from "../data/describe-columns.ts";
import { type ColumnNote, encodeDefaults, planColumns } from "../data/plan-columns.ts";
import { readTable } from "../data/read-table.ts";
import { findColumn, type Table } from "../data/table.ts";
import { DataError } from "../errors.ts";
import { addOptions, type Flags, parseOptions } from "./command-options.ts";
import { alignTable, plainNumber, plural, shorten } from "./plain-text.ts";
import { readingOf } from "./table-command.ts";
import { openTerminal, writeJson, writeOutput } from "./terminal.ts";

const help = `
Examples:
  gramian inspect cars.csv
  gramian inspect sensor.tsv.gz --header no
  gramian inspect cars.csv --json
`;

/** Adds arguments, options and help of the command. */
export function define(command: Command): void {
  command.argument("<data>", "CSV, TSV, JSON or JSON lines; also compressed, .gz");
  addOptions(command, "inspect").addHelpText("after", help).action(run);
}

async function run(data: string, flags: Flags): Promise<void> {
  const options = parseOptions("inspect", flags);
  const table = await readTable(data, readingOf(options));
  const uses = describeUses(table, describeColumns(table));
  if (options.json) {
    for (const { summary, use } of uses) writeJson({ event: "column", ...summary, use });
    return;
  }
  const terminal = openTerminal();
  terminal.line(`${table.name}: ${plural(table.rows, "row")}, ${plural(table.columns.length, "column")}`);
  for (const note of table.notes) terminal.line(note);
  const rows = uses.map(({ summary, use }) => [
    shorten(summary.name, 30),
    summary.kind,
    String(summary.missing),
    String(summary.distinct),
    describeValues(table, summary),
    use,
  ]);
  const head = ["column", "holds", "missing", "distinct", "values", "as an input"];
  await writeOutput(`${alignTable([head, ...rows]).join("\n")}\n`);
}

interface ColumnUse {
  readonly summary: ColumnSummary;
  /** What would be done with the column as an input. */
  readonly use: string;
}

function describeUses(table: Table, summaries: readonly ColumnSummary[]): readonly ColumnUse[] {
  const usable = summaries.filter(({ kind }) => kind !== "mixed").map(({ name }) => name);
  const { inputs, notes } = planInputs({
    ...table,
    columns: table.columns.filter(({ name }) => usable.includes(name)),
  });
  return summaries.map((summary) => {
    const kind = inputs.get(summary.name);
    const said = notes
      .filter(({ column }) => column === summary.name)
      .map(({ choice, why }) => `${choice}: ${why}`);
    const use = [...(kind ? [nameOf(kind, summary)] : []), ...said].join("; ") || "left out";
    return { summary, use: summary.kind === "mixed" ? `an error: ${badCell(table, summary)}` : use };
  });
}

/** Training rows alone decide; they have the levels of all rows, but for some of the rare ones. */
function nameOf(kind: string, { distinct, missing }: ColumnSummary): string {
  const levels = distinct + (missing > 0 ? 1 : 0);
  return kind === "category" && levels > encodeDefaults.maxLevels ? "category, embedded" : kind;
}

/** What would be done if all columns were inputs; nothing where none can be one. */
function planInputs(table: Table): {
  readonly inputs: ReadonlyMap<string, string>;
  readonly notes: readonly ColumnNote[];
} {
  try {
    const { inputs, notes } = planColumns(table, []);
    return { inputs: new Map(inputs.map(({ column, kind }) => [column, kind])), notes };
  } catch (error) {
    if (error instanceof DataError && error.code === "no-inputs") return { inputs: new Map(), notes: [] };
    throw error;
  }
}

function badCell(table: Table, { name, badRow }: ColumnSummary): string {
  const cell = textAt(findColumn(table, name)!, badRow);
  return `${table.unit} ${table.lines[badRow]!} is "${shorten(cell, 30)}", ${faultOf(cell)}`;
}

function describeValues(table: Table, { name, kind, numbers, levels, badRow }: ColumnSummary): string {
  if (kind === "constant" || kind === "date" || kind === "text")
    return shorten(textsOf(findColumn(table, name)!).find((cell) => cell.trim() !== "") ?? "", 30);
  if (numbers)
    return `${plainNumber(numbers.min)} to ${plainNumber(numbers.max)}, median ${plainNumber(numbers.median)}`;
  if (badRow >= 0 || levels.length === 0) return "";
  const shown = levels.slice(0, 3).map(({ value, count }) => `${shorten(value, 16)} (${count})`);
  return levels.length > 3 ? `${shown.join(", ")}, ...` : shown.join(", ");
}
