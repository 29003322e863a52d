import { resolve } from "node:path";
import type { Command } from "commander";
import { readTable } from "../data/read-table.ts";
import { splitDefaults } from "../data/split-rows.ts";
import { writeFileAtomically } from "../formats/write-file-atomically.ts";
import { fitTable, type TableOptions } from "../model/fit.ts";
import type { FitReport } from "../model/fit-report.ts";
import { exitCodes } from "./exit-codes.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { resultLine } from "./result-line.ts";
import {
  addTableOptions,
  openTerminals,
  readTableOptions,
  readTyped,
  requireOutput,
  requireTarget,
} from "./table-command.ts";
import type { Terminal } from "./terminal.ts";
import { outputDefaults, type TrainOptions, trainOptions } from "./train-options.ts";
import { describeProgress, showColumns, showDecisions, showResult } from "./train-view.ts";
import { UsageError } from "./usage-error.ts";
import { writeJson } from "./write-output.ts";

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
`;

/** Adds arguments, options and help of the command. */
export function define(command: Command): void {
  addTableOptions(command, trainOptions).addHelpText("after", help).action(run);
}

async function run(data: string, flags: Readonly<Record<string, unknown>>): Promise<void> {
  const options = await readTableOptions(trainOptions, flags);
  const { out = outputDefaults.out, report } = options;
  const target = requireTarget(options.target, data);
  await checkOutputs(data, out, report);
  const { result, talk } = openTerminals(options);
  const fitOptions = await tableOptions(options, target, talk);
  const table = await readTable(data, options.header === undefined ? {} : { header: options.header });

  const interrupt = listenForInterrupt(() =>
    talk.line("finishing this step, then writing the model; Ctrl-C again to leave at once"),
  );
  try {
    const fit = await fitTable(table, {
      ...fitOptions,
      onColumns: (notes, encoder) => showColumns(talk, table, notes, encoder),
      signal: interrupt.signal,
    });
    await fit.model.save(out);
    showResult(result, talk, fit.model.report, target);
    if (report !== undefined) await writeReport(report, table, fit);
    result.line(`wrote ${out}${report === undefined ? "" : ` and ${report}`}`);
    if (options.json) writeJson(resultLine(fit.model.report, { model: out, report: report ?? null }));
    process.exitCode = exitCodeOf(interrupt.signal.aborted, fit.model.report);
  } finally {
    talk.clear();
    interrupt.dispose();
  }
}

function exitCodeOf(isInterrupted: boolean, { stop }: FitReport): number {
  if (isInterrupted) return exitCodes.interrupted;
  return stop.reason === "diverged" ? exitCodes.diverged : exitCodes.done;
}

/** Refuses outputs that can't be written, before the work; and those that would destroy something. */
async function checkOutputs(data: string, out: string, report: string | undefined): Promise<void> {
  await requireOutput("--out", out, data);
  await requireOutput("--report", report, data);
  if (report !== undefined && resolve(report) === resolve(out))
    throw new UsageError(`--report: "${report}" is where the model goes; give another name`);
}

/** Options of the fit. Those that are not given stay away, so that the library decides. */
async function tableOptions(
  options: TrainOptions,
  targets: readonly string[],
  talk: Terminal,
): Promise<TableOptions> {
  const { target, out, report, header, json, quiet, timeLimit, testRows, network, ...same } = options;
  return {
    test: splitDefaults.test,
    ...same,
    targets,
    ...(await readTyped(options)),
    onDecisions: (decisions) => showDecisions(talk, decisions),
    onStep: (event) => {
      talk.progress(() => describeProgress(event));
      if (json) writeJson({ event: "step", ...event });
    },
  };
}

async function writeReport(
  path: string,
  ...[table, fit]: Parameters<typeof import("./report-points.ts").reportData>
) {
  const [{ renderReport }, { reportData }] = await Promise.all([
    import("../report/render-report.ts"),
    import("./report-points.ts"),
  ]);
  await writeFileAtomically(path, renderReport(reportData(table, fit)));
}
