import type { Command } from "commander";
import type { Metrics } from "../data/metrics.ts";
import { readTable } from "../data/read-table.ts";
import type { Evaluation } from "../model/evaluation.ts";
import { evaluateTable, load } from "../model/model.ts";
import type { CommandOptions } from "../model/option-entry.ts";
import type { PictureEvaluation } from "../model/predict-pictures.ts";
import { addOptions, type Flags, parseOptions } from "./command-options.ts";
import { alignTable, columnNumber, columnR2, plural, shorten } from "./plain-text.ts";
import { readingOf, requireData } from "./table-command.ts";
import { openTerminal, writeJson, writeOutput } from "./terminal.ts";

const help = `
RMSE and MAE are in the unit of the target; an R² of 1 is perfect, 0 as good as the mean of this table.

Examples:
  gramian evaluate model.gramian other-cars.csv
  gramian evaluate model.gramian other-cars.csv --json
  gramian evaluate ages.gramian --images other-faces
`;

/** Adds arguments, options and help of the command. */
export function define(command: Command): void {
  command
    .argument("<model>", "a file that gramian train wrote")
    .argument("[data]", "a table with the input columns and the targets, or one that names pictures");
  addOptions(command, "evaluate").addHelpText("after", help).action(run);
}

/** Of a table, or of pictures, some of which may not be readable. */
type Outcome = Evaluation & Partial<Pick<PictureEvaluation, "faults">>;

async function run(modelFile: string, data: string | undefined, flags: Flags): Promise<void> {
  const options = parseOptions("evaluate", flags);
  const evaluation: Outcome =
    options.images === undefined
      ? await evaluateWithTable(modelFile, data, options)
      : await (await import("./use-pictures.ts")).evaluateWithPictures(modelFile, data, options);
  if (options.json) writeJson(evaluationLine(evaluation));
  else await writeOutput(`${alignTable(evaluationRows(evaluation)).join("\n")}\n`);
}

async function evaluateWithTable(
  modelFile: string,
  data: string | undefined,
  options: CommandOptions,
): Promise<Evaluation> {
  const terminal = openTerminal();
  const file = requireData(data);
  const model = await load(modelFile);
  const table = await readTable(file, readingOf(options));
  for (const note of table.notes) terminal.line(`note: ${note}`);
  const evaluation = evaluateTable(model, table);
  if (evaluation.skipped > 0)
    terminal.line(`note: ${plural(evaluation.skipped, "row")} without a target left out`);
  return evaluation;
}

function evaluationLine({ rows, skipped, metrics, targets, faults }: Outcome): object {
  return {
    event: "evaluation",
    rows,
    skipped,
    ...(faults ? { unreadable: faults.length } : {}),
    ...metrics,
    targets: targets.map(({ name, metrics: ofTarget }) => ({ name, ...ofTarget })),
  };
}

function evaluationRows({ rows, metrics, targets }: Evaluation): string[][] {
  const row = (name: string, { rmse, mae, r2 }: Metrics) => [
    shorten(name, 30),
    String(rows),
    columnNumber(rmse),
    columnNumber(mae),
    columnR2(r2),
  ];
  return [
    ["target", "rows", "RMSE", "MAE", "R²"],
    ...targets.map(({ name, metrics: ofTarget }) => row(name, ofTarget)),
    ...(targets.length > 1 ? [row("all", metrics)] : []),
  ];
}
