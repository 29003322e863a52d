#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { exitCodes, reportError } from "./exit-codes.ts";

/** A command: its line in the help, and where the rest of it is. */
interface CommandModule {
  readonly about: string;
  load(): Promise<{ define(command: Command): void }>;
}

/** Only the command that is asked for is loaded, so that `gramian --help` is quick. */
const commands: Readonly<Record<string, CommandModule>> = {
  inspect: {
    about: "shows the columns of a table, and what would be done with each",
    load: () => import("./inspect.ts"),
  },
  train: {
    about: "fits a model to a table and writes it to a file",
    load: () => import("./train.ts"),
  },
  predict: {
    about: "predicts the target for each row of a table",
    load: () => import("./predict.ts"),
  },
  evaluate: {
    about: "compares a model's predictions with the targets of a table",
    load: () => import("./evaluate.ts"),
  },
  compare: {
    about: "trains the same network with several optimizers, and shows what each achieves",
    load: () => import("./compare.ts"),
  },
  explain: {
    about: "shows the layers of a network, and what a training step of it takes",
    load: () => import("./explain.ts"),
  },
};

const examples = `
Examples:
  gramian inspect cars.csv
  gramian train cars.csv --target mpg --report
  gramian predict model.gramian new-cars.csv > predictions.csv
  gramian compare cars.csv --target mpg
  gramian explain resnet-20
  gramian train --help

Exit codes:
  ${exitCodes.done} done        ${exitCodes.usage} a mistake in the command           ${exitCodes.diverged} training diverged
  ${exitCodes.bug} a bug       ${exitCodes.data} data or a file can't be used       ${exitCodes.unavailable} not available on this machine
  ${exitCodes.interrupted} interrupted by Ctrl-C; what there was has been written
`;

async function buildProgram(args: readonly string[]): Promise<Command> {
  const program = new Command("gramian")
    .description("Trains neural networks for regression with the Gram-Gauss-Newton method.")
    .version(version(), "-v, --version")
    .addHelpText("after", examples)
    .exitOverride();
  for (const [name, { about, load }] of Object.entries(commands)) {
    const command = program.command(name).description(about);
    if (args.includes(name)) (await load()).define(command);
  }
  return program;
}

function version(): string {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.done);
  process.exit(reportError(error));
});

try {
  const args = process.argv.slice(2);
  await (await buildProgram(args)).parseAsync(args, { from: "user" });
} catch (error) {
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  else process.exitCode = reportError(error);
}
