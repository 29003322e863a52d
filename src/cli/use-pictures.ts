import { readTable } from "../data/read-table.ts";
import type { Table } from "../data/table.ts";
import type { Evaluation } from "../model/evaluation.ts";
import { load } from "../model/model.ts";
import { evaluatePictures, type PredictPicturesOptions, predictPictures } from "../model/predict-pictures.ts";
import { flagOf, parseOptions } from "./command-options.ts";
import { exitCodes } from "./exit-codes.ts";
import { readOptions } from "./header-option.ts";
import { readPicturesOptions } from "./picture-options.ts";
import { plural } from "./plain-number.ts";
import { columnNames, writeResult } from "./prediction-output.ts";
import { readingOptions } from "./read-pictures.ts";
import { openTerminal, type Terminal } from "./terminal.ts";
import { writeCsv } from "./write-csv.ts";

type Flags = Readonly<Record<string, unknown>> & { readonly out?: string; readonly header?: string };

/** Predicts pictures: a row for each, with its name. */
export async function predictWithPictures(
  modelFile: string,
  data: string | undefined,
  flags: Flags,
): Promise<void> {
  const terminal = openTerminal();
  const model = await load(modelFile);
  const options = await picturesOf(data, flags, terminal);
  const predictions = await predictPictures(model, options);
  terminal.clear();
  const { files, rows, values, spread, targets, faults } = predictions;
  const width = targets.length;
  const ofRow = (numbers: Float64Array, i: number) =>
    Array.from(numbers.subarray(i * width, (i + 1) * width));
  const lines: (readonly (string | number | null)[])[] = files.map((file) => [
    file,
    ...new Array<null>(spread ? 2 * width : width).fill(null),
  ]);
  for (const [i, row] of rows.entries())
    lines[row] = [files[row]!, ...ofRow(values, i), ...(spread ? ofRow(spread, i) : [])];
  await writeResult(writeCsv(["file", ...columnNames(predictions)], lines), flags.out);
  if (flags.out !== undefined) terminal.line(`wrote ${plural(rows.length, "picture")} to ${flags.out}`);
  if (faults.length > 0) {
    terminal.line(`error: ${plural(faults.length, "picture")} could not be read`);
    for (const { file, fault } of faults.slice(0, namedFaults)) terminal.line(`  ${file}: ${fault}`);
    if (faults.length > namedFaults) terminal.line(`  and ${faults.length - namedFaults} more`);
    process.exitCode = exitCodes.data;
  }
}

/** Pictures that are named one by one; more are counted. */
const namedFaults = 20;

/** Compares predictions of pictures with their labels. */
export async function evaluateWithPictures(
  modelFile: string,
  data: string | undefined,
  flags: Flags,
): Promise<Evaluation> {
  const terminal = openTerminal();
  const model = await load(modelFile);
  const evaluation = await evaluatePictures(model, await picturesOf(data, flags, terminal));
  terminal.clear();
  return evaluation;
}

async function picturesOf(
  data: string | undefined,
  { out, header, json, ...flags }: Flags,
  terminal: Terminal,
): Promise<PredictPicturesOptions> {
  const given = parseOptions(readPicturesOptions, flags, flagOf);
  const table: Table | undefined =
    data === undefined
      ? undefined
      : await readTable(data, readOptions(header === undefined ? {} : { header }));
  return { ...readingOptions(given, terminal), table };
}
