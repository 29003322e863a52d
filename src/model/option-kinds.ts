import type { AugmentationOptions } from "../data/images/augmentation.ts";
import { nearestName } from "../data/nearest-name.ts";
import { UsageError } from "../errors.ts";

/** Whether the library takes a value, and the words that complete "it must be". */
export interface Check<Value> {
  readonly words: string;
  holds(value: unknown): value is Value;
}

/**
 * Reads a value as it comes from the command line, a text, or from a configuration file, any JSON.
 *
 * @param where The option, for messages.
 * @throws {UsageError} If it can't be read, or is out of its range.
 */
export type Read<Value> = (where: string, value: unknown) => Value;

/** A kind of values, for the library and as a text. */
export interface Kind<Value> extends Check<Value> {
  readonly read: Read<Value>;
}

/** "; did you mean ...?" where a known name is near, else the known names. */
export function suggest(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return near === null ? `; known are ${known.join(", ")}` : `; did you mean "${near}"?`;
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Numbers that keep a rule. @param words For texts, which hold finite numbers alone. */
function numbers(words: string, keeps: (value: number) => boolean, ofLibrary: string = words): Kind<number> {
  return {
    words: ofLibrary,
    holds: (value): value is number => typeof value === "number" && Number.isFinite(value) && keeps(value),
    read(where, value) {
      const text = String(value).trim();
      if (!decimal.test(text))
        throw new UsageError(`${where}: "${text}" is not a number; it must be ${words}`);
      const number = Number(text);
      if (!Number.isFinite(number))
        throw new UsageError(`${where}: ${text} is too large for a number; it must be ${words}`);
      if (!keeps(number)) throw new UsageError(`${where}: ${text} is out of range; it must be ${words}`);
      return number;
    },
  };
}

export const above0: Kind<number> = numbers(
  "a number above 0",
  (value) => value > 0,
  "a finite number above 0",
);

export const atLeast0: Kind<number> = numbers(
  "a number of at least 0",
  (value) => value >= 0,
  "a finite number of at least 0",
);

export const share: Kind<number> = numbers("a share in [0, 1)", (value) => value >= 0 && value < 1);

/** Whole numbers of at least `least`. */
export function wholeNumber(least: number): Kind<number> {
  return numbers(
    `a whole number of at least ${least}`,
    (value) => Number.isSafeInteger(value) && value >= least,
  );
}

/** One of some names. */
export function oneOf<const Name extends string>(names: readonly Name[]): Kind<Name> {
  return {
    words: names.length === 2 ? names.join(" or ") : `one of ${names.join(", ")}`,
    holds: (value): value is Name => names.includes(value as Name),
    read(where, value) {
      const found = names.find((name) => name === value);
      if (found === undefined)
        throw new UsageError(`${where}: "${String(value)}" is unknown${suggest(String(value), names)}`);
      return found;
    },
  };
}

const isText = (value: unknown): value is string => typeof value === "string";

/** Names: a list; in a text separated by commas, which names in a list may hold. */
export const nameList: Kind<readonly string[]> = {
  words: "a list of names",
  holds: (value): value is readonly string[] => Array.isArray(value) && value.every(isText),
  read(where, value) {
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
  },
};

const units: Kind<number> = wholeNumber(1);

/** Units of hidden layers: a list; as a text 64,64, and "none" for a linear model. */
export const unitList: Kind<readonly number[]> = {
  words: "a list of whole numbers of at least 1",
  holds: (value): value is readonly number[] => Array.isArray(value) && value.every(units.holds),
  read(where, value) {
    if (value === "none") return [];
    const layers = Array.isArray(value) ? value : String(value).split(",");
    return layers.map((layer) => units.read(where, layer));
  },
};

/** Numbers above 0, in a text with a unit behind them. @param fault What a text is not that can't be read. */
function amounts(
  words: string,
  factors: ReadonlyMap<string, number>,
  least: number,
  fault: string,
): Kind<number> {
  return {
    ...above0,
    words,
    read(where, value) {
      const [, number, unit] = /^(\d+\.?\d*|\.\d+)\s*(\D+)$/.exec(String(value).trim()) ?? [];
      const amount = Number(number) * (factors.get(unit?.toLowerCase() ?? "") ?? Number.NaN);
      if (!(amount >= least && Number.isFinite(amount)))
        throw new UsageError(`${where}: "${String(value)}" is not ${fault}`);
      return amount;
    },
  };
}

/** Times in milliseconds; as texts 500ms, 30s, 5m or 1.5h. */
export const duration: Kind<number> = amounts(
  "a finite number above 0",
  new Map(Object.entries({ ms: 1, s: 1e3, m: 6e4, min: 6e4, h: 3.6e6 })),
  Number.MIN_VALUE,
  "a time above 0; write for example 30s, 5m or 1.5h",
);

const byteUnits = {
  ...{ b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
  ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
};

/** Amounts of memory in bytes; as texts 500MB, 2GB or 1.5GiB. */
export const memorySize: Kind<number> = amounts(
  "a finite number of bytes above 0",
  new Map(Object.entries(byteUnits)),
  1,
  "an amount of memory; write for example 500MB or 2GB",
);

/** The size of pictures, [height, width]: as a text 20x40; one number stands for both. */
export const readPictureSize: Read<readonly [height: number, width: number]> = (where, value) => {
  const match = /^(\d+)(?:\s*x\s*(\d+))?$/i.exec(String(value).trim());
  if (!match)
    throw new UsageError(
      `${where}: "${String(value)}" is not a size of pictures; write height x width, for example 20x40`,
    );
  return [units.read(where, match[1]), units.read(where, match[2] ?? match[1])];
};

export const readPath: Read<string> = (where, value) => {
  if (typeof value !== "string" || value === "")
    throw new UsageError(`${where}: ${JSON.stringify(value)} is not the name of a file`);
  return value;
};

export const readFlag: Read<boolean> = (where, value) => {
  if (typeof value !== "boolean")
    throw new UsageError(`${where}: ${JSON.stringify(value)} is not true or false`);
  return value;
};

const changes: Readonly<Record<string, Read<Partial<AugmentationOptions>>>> = {
  flip: (where, value) => {
    if (value === undefined) return { flip: true };
    if (value === "negate") return { flip: true, flipNegates: true };
    throw new UsageError(`${where}: flip=${String(value)} is unknown; use flip or flip=negate`);
  },
  shift: (where, value) => ({ shift: readPixels(`${where}: shift`, value) }),
  crop: (where, value) => ({ crop: readPixels(`${where}: crop`, value) }),
};

function readPixels(where: string, value: unknown): number {
  const count = Number(value);
  if (value === undefined || !Number.isInteger(count) || count < 0)
    throw new UsageError(`${where}: "${String(value ?? "")}" is no number of pixels; write for example 3`);
  return count;
}

/** Random changes of pictures: flip, flip=negate, shift=3, crop=4, separated by commas. */
export const readChanges: Read<Partial<AugmentationOptions>> = (where, value) => {
  let augment: Partial<AugmentationOptions> = {};
  for (const part of String(value).split(",")) {
    const [name = "", given] = part.trim().split("=");
    const read = Object.hasOwn(changes, name) ? changes[name]! : null;
    if (!read)
      throw new UsageError(`${where}: "${name}" is unknown; use some of flip, shift=<pixels>, crop=<pixels>`);
    augment = { ...augment, ...read(where, given) };
  }
  return augment;
};

/** What only calls of the library can give. */
function only<Value>(words: string, holds: (value: unknown) => boolean): Check<Value> {
  return { words, holds: holds as Check<Value>["holds"] };
}

const isObject = (value: unknown) => typeof value === "object" && value !== null;

/** Functions that are told something. */
export function listener<Listener>(): Check<Listener> {
  return only("a function", (value) => typeof value === "function");
}

export const abortSignal: Check<AbortSignal> = only(
  "an AbortSignal",
  (value) => isObject(value) && "aborted" in (value as object),
);

export const rowNumbers: Check<ArrayLike<number>> = only(
  "a list of row numbers",
  (value) => Array.isArray(value) || ArrayBuffer.isView(value),
);

/** One of some names, or an object that has some properties. @param words Say what object that is. */
export function nameOrObject<const Name extends string, Other>(
  names: readonly Name[],
  words: string,
  properties: readonly string[],
): Check<Name | Other> {
  return only(
    words,
    (value) =>
      names.includes(value as Name) ||
      (isObject(value) && properties.every((property) => property in (value as object))),
  );
}
