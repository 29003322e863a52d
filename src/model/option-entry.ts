import type { ReadOptions } from "../data/delimited-table.ts";
import type { AugmentationOptions } from "../data/images/augmentation.ts";
import type { BadImages } from "../data/images/bad-images.ts";
import type { ImageFit } from "../data/images/decode-image.ts";
import type { OptimizerName } from "./named-optimizers.ts";
import type { Check, Kind, Read } from "./option-kinds.ts";
import type { FitOptions } from "./options.ts";
import type { ColumnOptions } from "./table-examples.ts";

/** Commands that have options. */
export type CommandName = "inspect" | "train" | "predict" | "evaluate" | "compare" | "explain";

/** An option of the library. */
export interface LibraryOption<Value> {
  /** What a call may give. */
  readonly check: Check<Value>;
}

/** An option of commands and, by the name that its flag has in camelCase, of their configuration files. */
export interface CommandOption<Value> {
  /** For example "--batch-size <rows>". */
  readonly flags: string;
  /** For each command that has it the line of its help, in which %default stands for the default. */
  readonly help: Readonly<Partial<Record<CommandName, string>>>;
  readonly read: Read<Value>;
  /** Another name of its flag, from before; no help shows it. */
  readonly alias?: string;
  /** What is taken where nothing is given and that does not depend on the data. */
  readonly default?: Value;
}

/** Options of the library that stand in a table of their own where they are given as texts, or can't be so given. */
type CallOnly =
  | "network"
  | "optimizer"
  | "testRows"
  | "signal"
  | "onEpoch"
  | "onStep"
  | "onProgress"
  | "onDecisions";

/** The values of the options of all commands, read. */
export interface CommandValues
  extends Required<Omit<FitOptions, CallOnly>>,
    Required<Omit<ColumnOptions, "maxLevels" | "onColumns">>,
    ReadOptions {
  /** A file; true: where it usually goes. */
  readonly report: string | true;
  readonly out: string;
  readonly write: string;
  /** A name or a file. */
  readonly network: string;
  readonly optimizer: OptimizerName;
  readonly optimizers: readonly OptimizerName[];
  /** A file. */
  readonly testRows: string;
  readonly images: string;
  readonly fileColumn: string;
  readonly badImages: BadImages;
  readonly imageCache: string;
  /** [height, width]. */
  readonly imageSize: readonly [number, number];
  readonly channels: number;
  readonly imageFit: ImageFit;
  readonly augment: Partial<AugmentationOptions>;
  readonly outputs: number;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Options of a command that were given, read. */
export type CommandOptions = Partial<CommandValues>;

type LibraryValues = Required<FitOptions & ColumnOptions>;

/** The options of the library and of all commands, by their names in the library. */
export type OptionTable = {
  readonly [Name in keyof LibraryValues | keyof CommandValues]: (Name extends keyof LibraryValues
    ? LibraryOption<LibraryValues[Name]>
    : unknown) &
    (Name extends keyof CommandValues ? CommandOption<CommandValues[Name]> : unknown);
};

/** An option of the library and, with the same values, of commands. */
export function option<Value>(
  { read, ...check }: Kind<Value>,
  flags: string,
  help: CommandOption<Value>["help"],
  value?: Value,
): LibraryOption<Value> & CommandOption<Value> {
  return { check, ...flag(read, flags, help, value) };
}

/** An option of commands. */
export function flag<Value>(
  read: Read<Value>,
  flags: string,
  help: CommandOption<Value>["help"],
  value?: Value,
): CommandOption<Value> {
  return { read, flags, help, ...(value === undefined ? {} : { default: value }) };
}
