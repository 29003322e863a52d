import { resolve } from "node:path";
import type { Command } from "commander";
import type { ReadOptions } from "../data/delimited-table.ts";
import { UsageError } from "../errors.ts";
import { requireWritable } from "../formats/files.ts";
import type { CommandOptions } from "../model/option-entry.ts";
import type { NetworkName } from "../network/architectures.ts";
import type { Network } from "../network/network.ts";
import { addOptions, type Flags, flagOf, parseOptions } from "./command-options.ts";
import { openTerminal, silentTerminal, type Terminal } from "./terminal.ts";

/** Adds the data, the options, and a file with options. Their texts are read by `readTableOptions`. */
export function addTableOptions(
  command: Command,
  name: "train" | "compare",
  data: "<data>" | "[data]" = "<data>",
): Command {
  command.argument(data, "CSV, TSV, JSON or JSON lines; also compressed, .gz");
  return addOptions(command, name).option(
    "--config <file>",
    'the same options as JSON, for example {"target": ["price"]}; those given here win',
  );
}

/**
 * Reads the options of the command line, over those of the configuration file.
 *
 * @throws {UsageError} As `parseOptions`. @throws {FileError} If the file can't be read. @throws {DataError} If it is
 *   no JSON object.
 */
export async function readTableOptions(
  command: "train" | "compare",
  { config, ...flags }: Flags,
): Promise<CommandOptions> {
  const given = parseOptions(command, flags);
  if (config === undefined) return given;
  const { readConfig } = await import("./json-files.ts");
  const file = String(config);
  const where = (name: string) => `${file}: ${JSON.stringify(name)}`;
  const configured = parseOptions(command, await readConfig(file), where);
  return { ...configured, ...given };
}

/** Where a command says its result, and where everything else: with --quiet nowhere, with --json too neither. */
export function openTerminals({ quiet, json }: { readonly quiet?: boolean; readonly json?: boolean }): {
  readonly result: Terminal;
  readonly talk: Terminal;
} {
  const result = quiet && json ? silentTerminal : openTerminal();
  return { result, talk: quiet ? silentTerminal : result };
}

/**
 * The table that a command needs where it is given no pictures.
 *
 * @throws {UsageError} If none was given.
 */
export function requireData(data: string | undefined): string {
  if (data === undefined)
    throw new UsageError("<data>: is missing; give a table, or --images and a folder or array of pictures");
  return data;
}

/**
 * The target that a command needs.
 *
 * @throws {UsageError} If none was given.
 */
export function requireTarget(target: readonly string[] | undefined, data: string): readonly string[] {
  if (target === undefined)
    throw new UsageError(
      `--target: is missing; name the column to predict. \`gramian inspect ${data}\` lists the columns`,
    );
  return target;
}

/**
 * Refuses an output that can't be written, before the work; and one that would destroy the data.
 *
 * @throws {UsageError} If it is the data. @throws {FileError} If it can't be written.
 */
export async function requireOutput(
  flag: string,
  path: string | undefined,
  data: string | undefined,
): Promise<void> {
  if (path === undefined) return;
  if (data !== undefined && resolve(path) === resolve(data))
    throw new UsageError(`${flag}: "${path}" is the data itself; give another name`);
  await requireWritable(path);
}

/** How `readTable` reads, by the options. */
export function readingOf({ header }: CommandOptions): Partial<ReadOptions> {
  return header === undefined ? {} : { header };
}

/** The options that name files, with what is in the files. Those that are not given stay away. */
export async function readNamedFiles({ testRows, network }: CommandOptions): Promise<{
  readonly testRows?: readonly number[];
  readonly network?: Network | NetworkName;
}> {
  const { readNetwork, readRowNumbers } = await import("./json-files.ts");
  return {
    ...(testRows === undefined ? {} : { testRows: await readRowNumbers(testRows) }),
    ...(network === undefined ? {} : { network: await readNetwork(flagOf("network"), network) }),
  };
}

/** A wish to end. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives Ctrl-C back its usual meaning. */
  dispose(): void;
}

/**
 * Turns the first SIGINT or SIGTERM into an abort. The handlers are gone then: a second one ends the process at once,
 * even in the middle of a long step.
 */
export function listenForInterrupt(onInterrupt: () => void): Interrupt {
  const controller = new AbortController();
  const dispose = () => {
    process.off("SIGINT", handle);
    process.off("SIGTERM", handle);
  };
  const handle = () => {
    dispose();
    onInterrupt();
    controller.abort();
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return { signal: controller.signal, dispose };
}
