import { suggest } from "../model/options.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Reads a value as it comes from the command line, a text, or from a configuration file, any JSON.
 *
 * @param where The option, for messages.
 * @throws {UsageError} If it can't be read, or is out of its range.
 */
export type Parse<T> = (where: string, value: unknown) => T;

/** A rule that a number keeps, and its words. */
export interface Rule {
  readonly words: string;
  holds(value: number): boolean;
}

export const above0: Rule = { words: "a number above 0", holds: (value) => value > 0 };
export const atLeast0: Rule = { words: "a number of at least 0", holds: (value) => value >= 0 };
export const share: Rule = { words: "a share in [0, 1)", holds: (value) => value >= 0 && value < 1 };

/** Whole numbers of at least `least`. */
export function wholeNumber(least: number): Rule {
  return {
    words: `a whole number of at least ${least}`,
    holds: (value) => Number.isSafeInteger(value) && value >= least,
  };
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads a number that keeps a rule. */
export function parseNumber(rule: Rule): Parse<number> {
  return (where, value) => {
    const text = String(value).trim();
    if (!decimal.test(text))
      throw new UsageError(`${where}: "${text}" is not a number; it must be ${rule.words}`);
    const number = Number(text);
    if (!Number.isFinite(number))
      throw new UsageError(`${where}: ${text} is too large for a number; it must be ${rule.words}`);
    if (!rule.holds(number))
      throw new UsageError(`${where}: ${text} is out of range; it must be ${rule.words}`);
    return number;
  };
}

/** Reads one of some names. */
export function parseChoice<T extends string>(choices: readonly T[]): Parse<T> {
  return (where, value) => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined)
      throw new UsageError(`${where}: "${String(value)}" is unknown${suggest(String(value), choices)}`);
    return found;
  };
}

/** Reads names: separated by commas in a text, or as a list, whose names may hold commas. */
export function parseNames(where: string, value: unknown): readonly string[] {
  const names = Array.isArray(value)
    ? value.map(String)
    : String(value)
        .split(",")
        .map((name) => name.trim());
  if (names.some((name) => name === ""))
    throw new UsageError(`${where}: "${String(value)}" has an empty name; separate names by single commas`);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new UsageError(`${where}: names "${twice}" twice; name it once`);
  return names;
}

const units: Parse<number> = parseNumber(wholeNumber(1));

/** Reads the units of hidden layers: 64,64; "none" is a linear model. */
export function parseHidden(where: string, value: unknown): readonly number[] {
  if (value === "none") return [];
  const layers = Array.isArray(value) ? value : String(value).split(",");
  return layers.map((layer) => units(where, layer));
}

const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, min: 6e4, h: 3.6e6 };

/** Reads a time, 500ms, 30s, 5m or 1.5h, as milliseconds. */
export function parseDuration(where: string, value: unknown): number {
  const match = /^(\d+\.?\d*|\.\d+)\s*(ms|s|min|m|h)$/.exec(String(value).trim());
  const time = match ? Number(match[1]) * milliseconds[match[2]!]! : Number.NaN;
  if (!(time > 0 && Number.isFinite(time)))
    throw new UsageError(
      `${where}: "${String(value)}" is not a time above 0; write for example 30s, 5m or 1.5h`,
    );
  return time;
}

const bytes: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Reads an amount of memory, 500MB, 2GB or 1.5GiB, as bytes. */
export function parseBytes(where: string, value: unknown): number {
  const match = /^(\d+\.?\d*|\.\d+)\s*([kmgt]?i?b)$/i.exec(String(value).trim());
  const amount = match ? Number(match[1]) * (bytes[match[2]!.toLowerCase()] ?? Number.NaN) : Number.NaN;
  if (!(amount >= 1 && Number.isFinite(amount)))
    throw new UsageError(
      `${where}: "${String(value)}" is not an amount of memory; write for example 500MB or 2GB`,
    );
  return amount;
}

/** Reads the size of pictures, height x width, 20x40; one number stands for both. */
export function parsePictureSize(where: string, value: unknown): readonly [number, number] {
  const match = /^(\d+)(?:\s*x\s*(\d+))?$/i.exec(String(value).trim());
  if (!match)
    throw new UsageError(
      `${where}: "${String(value)}" is not a size of pictures; write height x width, for example 20x40`,
    );
  const [height, width] = [units(where, match[1]), units(where, match[2] ?? match[1])];
  return [height, width];
}

/** Reads a path. */
export function parsePath(where: string, value: unknown): string {
  if (typeof value !== "string" || value === "")
    throw new UsageError(`${where}: ${JSON.stringify(value)} is not the name of a file`);
  return value;
}

/** Reads a flag. */
export function parseFlag(where: string, value: unknown): boolean {
  if (typeof value !== "boolean")
    throw new UsageError(`${where}: ${JSON.stringify(value)} is not true or false`);
  return value;
}
