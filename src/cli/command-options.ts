import type { Command } from "commander";
import { suggest } from "../model/options.ts";
import type { Parse } from "./parse-value.ts";
import { UsageError } from "./usage-error.ts";

/** An option of a command. */
export interface CommandOption<T> {
  readonly flags: string;
  /** What it is for; with the default, where that does not depend on the data. */
  readonly about: string;
  readonly parse: Parse<T>;
}

/** The options of a command, by the names of their values. */
export type OptionTable<Values> = { readonly [Name in keyof Values]: CommandOption<Values[Name]> };

/** An option. */
export function option<T>(flags: string, about: string, parse: Parse<T>): CommandOption<T> {
  return { flags, about, parse };
}

/** Adds options to a command. Their texts are read by `parseOptions`. */
export function addOptions<Values>(command: Command, table: OptionTable<Values>): Command {
  for (const { flags, about } of Object.values<CommandOption<unknown>>(table)) command.option(flags, about);
  return command;
}

/**
 * Reads options.
 *
 * @param values As commander or a JSON file have them, by names like batchSize.
 * @param where Says where an option stands, for messages.
 * @throws {UsageError} If one is unknown, with the nearest name, can't be read, or is out of its range.
 */
export function parseOptions<Values>(
  table: OptionTable<Values>,
  values: Readonly<Record<string, unknown>>,
  where: (name: string) => string,
): Partial<Values> {
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(table, name))
      throw new UsageError(`${where(name)}: is unknown${suggest(name, Object.keys(table))}`);
    options[name] = table[name as keyof Values].parse(where(name), value);
  }
  return options as Partial<Values>;
}

/** The option as it is typed: batchSize is --batch-size. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
