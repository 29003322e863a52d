import { drawIn, type TailScale } from "./long-tails.ts";

/** How an encoder was made; plain data, kept in the model file. */
export interface Encoder {
  readonly inputs: readonly InputEncoding[];
  readonly targets: readonly TargetEncoding[];
}

/** One table column, as one or more standardized columns of the network's input. */
export type InputEncoding = NumberEncoding | CategoryEncoding | LevelEncoding;

export interface NumberEncoding {
  readonly kind: "number";
  readonly column: string;
  /** Dates are read as days since 1970-01-01. */
  readonly days: boolean;
  /** Where its tails are long, asinh((x - center) / scale) stands for x in what follows; else null. */
  readonly tail: TailScale | null;
  /** The network sees (x - mean) / deviation; a missing x counts as the mean. */
  readonly mean: number;
  readonly deviation: number;
  /** Whether a second column tells where x is missing, as (m - mean) / deviation of a 0/1 number. */
  readonly indicator: Standardization | null;
  /** Smallest and largest of the training rows: beyond them a prediction extrapolates. */
  readonly range: readonly [number, number];
}

export interface CategoryEncoding {
  readonly kind: "category";
  readonly column: string;
  /** A 0/1 column for each level but those without; standardized. Other levels are `other`, or 0 in all columns. */
  readonly levels: readonly string[];
  readonly other: boolean;
  /** Of two levels without others the one that has no column: 0 says it. Else null. */
  readonly implied: string | null;
  readonly standardizations: readonly Standardization[];
}

/** A category of many levels: one column for all, whose numbers are not to be calculated with. */
export interface LevelEncoding {
  readonly kind: "level";
  readonly column: string;
  /** All levels of the training rows. The network sees a level's position among these, and -1 for any other. */
  readonly levels: readonly string[];
}

export interface Standardization {
  readonly mean: number;
  readonly deviation: number;
}

export interface TargetEncoding extends Standardization {
  readonly column: string;
}

/** The number of columns that the network sees. */
export function encodedWidth({ inputs }: Encoder): number {
  return inputs.reduce((sum, input) => sum + inputNames(input).length, 0);
}

/** For each column that the network sees the number of levels whose position it holds; 0 where it holds a number. */
export function encodedLevels({ inputs }: Encoder): readonly number[] {
  return inputs.flatMap((input) =>
    input.kind === "level" ? [input.levels.length] : inputNames(input).map(() => 0),
  );
}

/** Names of the columns that an encoding gives, for example "origin=USA". */
export function inputNames(input: InputEncoding): readonly string[] {
  if (input.kind === "number")
    return input.indicator ? [input.column, `${input.column} missing`] : [input.column];
  if (input.kind === "level") return [input.column];
  const levels = input.levels.map((level) => `${input.column}=${level}`);
  return input.other ? [...levels, `${input.column}=other`] : levels;
}

/** What the network sees of a number. */
export function standardizeNumber({ tail, mean, deviation }: NumberEncoding, x: number): number {
  return ((tail ? drawIn(tail, x) : x) - mean) / deviation;
}
