import type { Command } from "commander";
import { type ReadOptions, readDefaults } from "../data/read-table.ts";
import { parseChoice } from "./parse-value.ts";

export const headerFlags = "--header <how>";

export const headerDescription: string = `whether the first line names the columns: auto, yes or no (default: ${readDefaults.header})`;

const choose = parseChoice(["auto", "yes", "no"]);

/** Reads whether the first line names the columns. */
export function parseHeader(where: string, value: unknown): ReadOptions["header"] {
  const choice = choose(where, value);
  return choice === "auto" ? choice : choice === "yes";
}

/** Adds the option to a command that reads a table. */
export function addHeaderOption(command: Command): Command {
  return command.option(headerFlags, headerDescription);
}

/** The value of the option for `readTable`. */
export function readOptions({ header }: { readonly header?: string }): Partial<ReadOptions> {
  return header === undefined ? {} : { header: parseHeader("--header", header) };
}
