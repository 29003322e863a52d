import { basename } from "node:path";
import type { Command } from "commander";
import { readTable } from "../data/read-table.ts";
import type { Table } from "../data/table.ts";
import { writeFileAtomically } from "../formats/files.ts";
import { type CompareOptions, type Comparison, compareTable } from "../model/compare.ts";
import type { CommandOptions } from "../model/option-entry.ts";
import { outputDefaults } from "../model/option-table.ts";
import type { Flags } from "./command-options.ts";
import { comparisonRows, describeBest, describeRun, showStart } from "./compare-view.ts";
import { exitCodes } from "./exit-codes.ts";
import { comparisonLine, optimizerLine } from "./json-lines.ts";
import { alignTable } from "./plain-text.ts";
import {
  addTableOptions,
  listenForInterrupt,
  openTerminals,
  readingOf,
  readNamedFiles,
  readTableOptions,
  requireOutput,
  requireTarget,
} from "./table-command.ts";
import { type Terminal, writeJson, writeOutput } from "./terminal.ts";
import { progressView, showColumns } from "./train-view.ts";

const help = `
All optimizers train the same network from the same start, on the same rows in the same order. The table says for each
what a step costs, and the errors of the network of its least validation error, in the target's unit. Ctrl-C ends the
comparison and shows what there is.

Examples:
  gramian compare cars.csv --target mpg
  gramian compare cars.csv --target mpg --optimizers gram-gauss-newton,adam --time-limit 30s --report
  gramian compare cars.csv --target mpg --optimizers adam,sgd --learning-rate 0.003 --batch-size 64
  gramian compare cars.csv --config run.json --json | tail -n 1
`;

/** Adds arguments, options and help of the command. */
export function define(command: Command): void {
  addTableOptions(command, "compare").addHelpText("after", help).action(run);
}

async function run(data: string, flags: Flags): Promise<void> {
  const options = await readTableOptions("compare", flags);
  const targets = requireTarget(options.targets, data);
  const report = options.report === true ? outputDefaults.comparison : options.report;
  await requireOutput("--report", report, data);
  const { result, talk } = openTerminals(options);
  const libraryOptions = await compareOptions(options, targets, talk);
  const table = await readTable(data, readingOf(options));

  const interrupt = listenForInterrupt(() =>
    talk.line("finishing this step, then showing what there is; Ctrl-C again to leave at once"),
  );
  try {
    const comparison = await compareTable(table, {
      ...libraryOptions,
      onColumns: (notes, encoder) => showColumns(talk, table, notes, encoder),
      signal: interrupt.signal,
    });
    const interrupted = interrupt.signal.aborted;
    if (report !== undefined) await writeReport(report, table, comparison);
    if (options.json) writeJson(comparisonLine(comparison, { interrupted, report: report ?? null }));
    else await writeOutput(`${alignTable(comparisonRows(comparison)).join("\n")}\n`);
    result.line(describeBest(comparison));
    if (report !== undefined) result.line(`wrote ${report}`);
    process.exitCode = exitCodeOf(interrupted, comparison);
  } finally {
    talk.clear();
    interrupt.dispose();
  }
}

function exitCodeOf(interrupted: boolean, { runs }: Comparison): number {
  if (interrupted) return exitCodes.interrupted;
  return runs.every((run) => run.report.stop.reason === "diverged") ? exitCodes.diverged : exitCodes.done;
}

/** Options of the library. Those that are not given stay away, so that the library decides. */
async function compareOptions(
  options: CommandOptions,
  targets: readonly string[],
  talk: Terminal,
): Promise<CompareOptions> {
  const { report, header, json, quiet, testRows, network, ...same } = options;
  let isFirst = true;
  const view = progressView(talk);
  return {
    ...same,
    targets,
    ...(await readNamedFiles(options)),
    spectra: report !== undefined,
    onStart: (optimizer, decisions) => {
      showStart(talk, optimizer, decisions, isFirst);
      isFirst = false;
    },
    onEpoch: (optimizer, event) => view.onEpoch(event, optimizer),
    onProgress: view.onProgress,
    onRun: (done) => {
      talk.line(`  ${describeRun(done)}`);
      if (json) writeJson(optimizerLine(done));
    },
  };
}

async function writeReport(path: string, table: Table, comparison: Comparison): Promise<void> {
  const { renderComparison } = await import("../report/render-comparison.ts");
  const targets = comparison.encoder.targets.map(({ column }) => column);
  const title = `Optimizers compared on ${targets.join(", ")} from ${basename(table.name)}`;
  await writeFileAtomically(path, renderComparison(title, comparison));
}
