import { resolve } from "node:path";
import type { Command } from "commander";
import { daysOf } from "../data/column.ts";
import { describeFault } from "../data/encode.ts";
import type { Encoder } from "../data/encoder.ts";
import { requireColumn } from "../data/plan-columns.ts";
import { readTable } from "../data/read-table.ts";
import { findColumn, pickRows, placeOf, type Table } from "../data/table.ts";
import { UsageError, writePlace } from "../errors.ts";
import { requireWritable } from "../formats/files.ts";
import { load } from "../model/model.ts";
import { predictTable, type TablePredictions } from "../model/saved-model.ts";
import { addOptions, type Flags, parseOptions } from "./command-options.ts";
import { exitCodes } from "./exit-codes.ts";
import { plural } from "./plain-text.ts";
import { columnNames, inOriginalOrder, showFaults, writeCsv, writeResult } from "./prediction-output.ts";
import { readingOf, requireData } from "./table-command.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

const help = `
Writes a column for each target, a row for each row of the data, in the same order. A row that can't be predicted is
left empty and named; the exit code is then ${exitCodes.data}. An ensemble adds a column with the spread of its
networks' predictions, a standard deviation.

Examples:
  gramian predict model.gramian new-cars.csv > predictions.csv
  gramian predict model.gramian new-cars.csv --out predictions.csv
  gramian predict ages.gramian --images new-faces > ages.csv
`;

/** Adds arguments, options and help of the command. */
export function define(command: Command): void {
  command
    .argument("<model>", "a file that gramian train wrote")
    .argument("[data]", "a table with the input columns, or one that names pictures");
  addOptions(command, "predict").addHelpText("after", help).action(run);
}

async function run(modelFile: string, data: string | undefined, flags: Flags): Promise<void> {
  const options = parseOptions("predict", flags);
  const { out } = options;
  if (out !== undefined) await checkOutput(out, [modelFile, data, options.images]);
  if (options.images !== undefined) {
    const { predictWithPictures } = await import("./use-pictures.ts");
    return await predictWithPictures(modelFile, data, options);
  }
  const file = requireData(data);
  const model = await load(modelFile);
  const table = await readTable(file, readingOf(options));
  const terminal = openTerminal();
  for (const note of table.notes) terminal.line(`note: ${note}`);
  const faults = findFaults(table, model.header.encoder);
  const rows = Array.from({ length: table.rows }, (_, row) => row).filter((row) => !faults.has(row));
  const predictions = predictTable(model, pickRows(table, rows));
  const csv = writeCsv(columnNames(predictions), inOriginalOrder(table.rows, rows, predictions));
  await writeResult(csv, out);
  showRemarks(terminal, predictions);
  if (out !== undefined) terminal.line(`wrote ${plural(table.rows, "row")} to ${out}`);
  if (faults.size > 0) {
    terminal.line(`error: ${plural(faults.size, "row")} could not be predicted`);
    showFaults(terminal, describeFaults(table, faults));
    process.exitCode = exitCodes.data;
  }
}

async function checkOutput(out: string, inputs: readonly (string | undefined)[]): Promise<void> {
  if (inputs.some((input) => input !== undefined && resolve(input) === resolve(out)))
    throw new UsageError(`--out: "${out}" is read by this command; give another name`);
  await requireWritable(out);
}

/** For each row that can't be predicted, its first cell that is no number. */
function findFaults(table: Table, encoder: Encoder): ReadonlyMap<number, string> {
  const faults = new Map<number, string>();
  for (const input of encoder.inputs) {
    requireColumn(table, input.column);
    if (input.kind !== "number") continue;
    const column = findColumn(table, input.column)!;
    const numbers = input.days ? daysOf(column) : column.numbers;
    for (const [row, value] of numbers.entries())
      if (!column.missing[row] && !Number.isFinite(value) && !faults.has(row))
        faults.set(row, `column "${input.column}" is ${describeFault(column, row, input.days)}`);
  }
  return faults;
}

/** For each row that can't be predicted, its place in the file and what is wrong there. */
function describeFaults(table: Table, faults: ReadonlyMap<number, string>): readonly string[] {
  return [...faults]
    .sort(([a], [b]) => a - b)
    .map(([row, fault]) => `${writePlace(placeOf(table, row))}: ${fault}`);
}

/** Says where predictions rest on less than the data seems to say. */
function showRemarks(terminal: Terminal, { beyond, unseen, filled }: TablePredictions): void {
  for (const [column, count] of beyond)
    terminal.line(
      `note: "${column}" is outside its range in training in ${plural(count, "row")}: predictions extrapolate`,
    );
  for (const [column, count] of unseen)
    terminal.line(`note: "${column}" has a value that training did not see in ${plural(count, "row")}`);
  for (const [column, count] of filled)
    terminal.line(`note: "${column}" has no value in ${plural(count, "row")}: its mean is taken`);
}
