import type { ImageFault } from "../data/images/decode-images.ts";
import { readTable } from "../data/read-table.ts";
import { load } from "../model/model.ts";
import type { CommandOptions } from "../model/option-entry.ts";
import {
  evaluatePictures,
  type PictureEvaluation,
  type PredictPicturesOptions,
  predictPictures,
} from "../model/predict-pictures.ts";
import { exitCodes } from "./exit-codes.ts";
import { plural } from "./plain-text.ts";
import { columnNames, inOriginalOrder, showFaults, writeCsv, writeResult } from "./prediction-output.ts";
import { readingOptions } from "./read-pictures.ts";
import { readingOf } from "./table-command.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

/** Predicts pictures: a row for each, with its name. */
export async function predictWithPictures(
  modelFile: string,
  data: string | undefined,
  options: CommandOptions,
): Promise<void> {
  const terminal = openTerminal();
  const model = await load(modelFile);
  const predictions = await predictPictures(model, await picturesOf(data, options, terminal));
  terminal.clear();
  const { files, rows, faults } = predictions;
  const lines = inOriginalOrder(files.length, rows, predictions).map((numbers, i) => [files[i]!, ...numbers]);
  await writeResult(writeCsv(["file", ...columnNames(predictions)], lines), options.out);
  if (options.out !== undefined) terminal.line(`wrote ${plural(rows.length, "picture")} to ${options.out}`);
  if (faults.length > 0) {
    terminal.line(`error: ${plural(faults.length, "picture")} could not be read`);
    showFaults(terminal, faultLines(faults));
    process.exitCode = exitCodes.data;
  }
}

function faultLines(faults: readonly ImageFault[]): readonly string[] {
  return faults.map(({ file, fault }) => `${file}: ${fault}`);
}

/** Compares predictions of pictures with their labels; names those that are left out. */
export async function evaluateWithPictures(
  modelFile: string,
  data: string | undefined,
  options: CommandOptions,
): Promise<PictureEvaluation> {
  const terminal = openTerminal();
  const model = await load(modelFile);
  const evaluation = await evaluatePictures(model, await picturesOf(data, options, terminal));
  terminal.clear();
  const { unlabelled, faults } = evaluation;
  if (unlabelled.length > 0) {
    terminal.line(`note: ${plural(unlabelled.length, "picture")} without a target left out`);
    showFaults(terminal, unlabelled);
  }
  if (faults.length > 0) {
    terminal.line(`note: ${plural(faults.length, "picture")} could not be read, left out`);
    showFaults(terminal, faultLines(faults));
  }
  return evaluation;
}

async function picturesOf(
  data: string | undefined,
  options: CommandOptions,
  terminal: Terminal,
): Promise<PredictPicturesOptions> {
  const table = data === undefined ? undefined : await readTable(data, readingOf(options));
  return { ...readingOptions(options, terminal), table };
}
