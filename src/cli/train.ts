import { resolve } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import { writeFileAtomically } from "../formats/files.ts";
import type { FitReport } from "../model/fit-report.ts";
import type { Model } from "../model/model.ts";
import type { CommandOptions } from "../model/option-entry.ts";
import { outputDefaults } from "../model/option-table.ts";
import type { FitOptions } from "../model/options.ts";
import type { ReportData } from "../report/report-data.ts";
import type { Flags } from "./command-options.ts";
import { exitCodes } from "./exit-codes.ts";
import { resultLine } from "./json-lines.ts";
import {
  addTableOptions,
  listenForInterrupt,
  openTerminals,
  readNamedFiles,
  readTableOptions,
  requireOutput,
} from "./table-command.ts";
import { type Terminal, writeJson } from "./terminal.ts";
import { progressView, showDecisions, showResult } from "./train-view.ts";

const help = `
What is not asked for is decided from the data, and explained before training starts. The rows are split in three:
those that train, those that choose the best network, and those that only measure the result. Ctrl-C ends the
training and writes what there is.

Examples:
  gramian train cars.csv --target mpg
  gramian train cars.csv --target mpg --report cars.html --seed 7
  gramian train plant.csv --target power,heat --ignore id --time-limit 5m
  gramian train cars.csv --target mpg --optimizer gram-gauss-newton --lambda 1 --alpha 0.1 --batch-size 128
  gramian train plant.csv --target power --network network.json
  gramian train cars.csv --config run.json --json | tail -n 1
  gramian train labels.csv --images pictures --target angle --image-size 20x40 --augment shift=3 --split blocks
  gramian train labels.csv --images pictures.npy --target angle
`;

/** Adds arguments, options and help of the command. */
export function define(command: Command): void {
  addTableOptions(command, "train", "[data]").addHelpText("after", help).action(run);
}

/** A model, and how to draw it. */
export interface Trained {
  readonly model: Model;
  readonly targets: readonly string[];
  reportData(): Promise<ReportData>;
}

/** Reads the data and fits; tables and pictures differ in this alone. */
export type FitData = (
  data: string | undefined,
  options: CommandOptions,
  fitOptions: FitOptions,
  talk: Terminal,
) => Promise<Trained>;

async function run(data: string | undefined, flags: Flags): Promise<void> {
  const options = await readTableOptions("train", flags);
  const { out = outputDefaults.out } = options;
  const report = options.report === true ? outputDefaults.report : options.report;
  await checkOutputs([data, options.images], out, report);
  const { result, talk } = openTerminals(options);
  const fitData = await fitterOf(options);
  const fitOptions = await fitOptionsOf(options, talk);

  const interrupt = listenForInterrupt(() =>
    talk.line("finishing this step, then writing the model; Ctrl-C again to leave at once"),
  );
  try {
    const trained = await fitData(data, options, { ...fitOptions, signal: interrupt.signal }, talk);
    const { model, targets } = trained;
    await model.save(out);
    showResult(result, talk, model.report, targets);
    if (report !== undefined) await writeReport(report, trained);
    result.line(`wrote ${out}${report === undefined ? "" : ` and ${report}`}`);
    if (options.json) writeJson(resultLine(model.report, { model: out, report: report ?? null }));
    process.exitCode = exitCodeOf(interrupt.signal.aborted, model.report);
  } catch (error) {
    const { aborted, reason } = interrupt.signal;
    if (!aborted || error !== reason) throw error;
    talk.line("interrupted before the training: no model was written");
    process.exitCode = exitCodes.interrupted;
  } finally {
    talk.clear();
    interrupt.dispose();
  }
}

async function fitterOf({ images }: CommandOptions): Promise<FitData> {
  if (images === undefined) return (await import("./train-table.ts")).trainTable;
  return (await import("./train-pictures.ts")).trainPictures;
}

function exitCodeOf(isInterrupted: boolean, { stop }: FitReport): number {
  if (isInterrupted) return exitCodes.interrupted;
  return stop.reason === "diverged" ? exitCodes.diverged : exitCodes.done;
}

/** Refuses outputs that can't be written, before the work; and those that would destroy something. */
async function checkOutputs(
  inputs: readonly (string | undefined)[],
  out: string,
  report: string | undefined,
): Promise<void> {
  for (const input of inputs) {
    await requireOutput("--out", out, input);
    await requireOutput("--report", report, input);
  }
  if (report !== undefined && resolve(report) === resolve(out))
    throw new UsageError(`--report: "${report}" is where the model goes; give another name`);
}

/** Options of the fit. Those that are not given stay away, so that the library decides. */
async function fitOptionsOf(options: CommandOptions, talk: Terminal): Promise<FitOptions> {
  const { json, quiet, testRows, network, out, report, header, ...rest } = options;
  const { targets, missing, dates, categories, ignore, ...others } = rest;
  const { images, fileColumn, badImages, imageCache, imageSize, channels, imageFit, augment, ...same } =
    others;
  const view = progressView(talk);
  return {
    ...same,
    ...(await readNamedFiles(options)),
    onDecisions: (decisions) => showDecisions(talk, decisions),
    onEpoch: (event) => {
      view.onEpoch(event);
      if (json) writeJson({ event: "step", ...event });
    },
    onProgress: view.onProgress,
  };
}

async function writeReport(path: string, trained: Trained): Promise<void> {
  const { renderReport } = await import("../report/render-report.ts");
  await writeFileAtomically(path, renderReport(await trained.reportData()));
}
