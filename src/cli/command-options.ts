import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import type { CommandName, CommandOption, CommandOptions } from "../model/option-entry.ts";
import { suggest } from "../model/option-kinds.ts";
import { optionTable } from "../model/option-table.ts";

/** What commander read: texts, and true for flags, by the names of the flags. */
export type Flags = Readonly<Record<string, unknown>>;

/** An option as commands have it, by its name in the library. */
type Entry = readonly [name: string, option: CommandOption<unknown>];

function optionsOf(command: CommandName): readonly Entry[] {
  return (Object.entries(optionTable) as unknown as readonly Entry[]).filter(([, option]) =>
    Object.hasOwn(option.help ?? {}, command),
  );
}

/** Adds the options that a command has. Their texts are read by `parseOptions`. */
export function addOptions(command: Command, name: CommandName): Command {
  for (const [, option] of optionsOf(name)) {
    const about = option.help[name]!.replace("%default", String(option.default));
    command.option(option.flags, about);
    if (option.alias) command.addOption(command.createOption(option.alias).hideHelp());
  }
  return command;
}

/**
 * Reads options.
 *
 * @param values As commander or a JSON file have them, by names like batchSize.
 * @param where Says where an option stands, for messages.
 * @returns Those that were given, by their names in the library.
 * @throws {UsageError} If one is unknown, with the nearest name, can't be read, or is out of its range.
 */
export function parseOptions(
  command: CommandName,
  values: Flags,
  where: (name: string) => string = typedFlag,
): CommandOptions {
  const entries = optionsOf(command);
  const named = new Map(entries.map((entry) => [nameOfFlag(entry[1].flags), entry]));
  const aliases = entries.flatMap((entry) =>
    entry[1].alias ? [[nameOfFlag(entry[1].alias), entry] as const] : [],
  );
  const known = new Map([...named, ...aliases]);
  const options: Record<string, unknown> = {};
  for (const [given, value] of Object.entries(values)) {
    const entry = known.get(given);
    if (!entry) throw new UsageError(`${where(given)}: is unknown${suggest(given, [...named.keys()])}`);
    const [name, { read }] = entry;
    options[name] = read(where(given), value);
  }
  return options;
}

/** The option as it is typed: timeLimitMs of the library is --time-limit. */
export function flagOf(name: keyof CommandOptions): string {
  return optionTable[name].flags.split(" ")[0]!;
}

/** "--batch-size <rows>" is batchSize. */
function nameOfFlag(flags: string): string {
  return flags
    .split(" ")[0]!
    .slice(2)
    .replace(/-[a-z]/g, (dash) => dash[1]!.toUpperCase());
}

/** batchSize is --batch-size. */
function typedFlag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
