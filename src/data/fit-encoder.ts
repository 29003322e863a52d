import { closest, distance } from "fastest-levenshtein";
import { isMissing, readDays, readNumber } from "./cell.ts";
import { DataError } from "./data-error.ts";
import { type ColumnSummary, describeColumns, moments } from "./describe-columns.ts";
import type {
  CategoryEncoding,
  Encoder,
  InputEncoding,
  NumberEncoding,
  Standardization,
  TargetEncoding,
} from "./encoder.ts";
import { findColumn, placeOf, type Table } from "./table.ts";

/** What is done with the columns of a table. */
export interface EncodeOptions {
  /**
   * Cells without a value: "auto" takes the mean and adds a column that says where; "mean" only takes the mean;
   * "drop" leaves the row out; "refuse" is an error. A row without a target is always left out.
   */
  readonly missing: "auto" | "mean" | "drop" | "refuse";
  /** Dates: "ignore" leaves the column out; "days" takes the days since 1970-01-01. */
  readonly dates: "ignore" | "days";
  /** Columns to leave out. */
  readonly ignore: readonly string[];
  /** Categories with more levels than this keep the most frequent ones; the rest becomes one level, "other". */
  readonly maxLevels: number;
}

export const encodeDefaults: Readonly<EncodeOptions> = Object.freeze({
  missing: "auto",
  dates: "ignore",
  ignore: Object.freeze([]) as readonly string[],
  maxLevels: 30,
});

/** Something that was decided about a column. */
export interface ColumnNote {
  readonly column: string;
  readonly choice: string;
  readonly why: string;
}

/** Which columns are used, and how; before any statistics. */
export interface ColumnPlan {
  readonly targets: readonly string[];
  readonly inputs: readonly { readonly column: string; readonly kind: "number" | "days" | "category" }[];
  readonly options: EncodeOptions;
  readonly notes: readonly ColumnNote[];
}

/** A level of a category needs this many training rows to have a column of its own. */
const rareLevel = 3;

/**
 * Decides what is done with each column.
 *
 * @throws {DataError} If a target is unknown, no number or constant, an input has texts among its numbers or numbers
 *   that are not finite, or no input is left.
 */
export function planColumns(
  table: Table,
  targets: readonly string[],
  options: Partial<EncodeOptions> = {},
): ColumnPlan {
  const full = { ...encodeDefaults, ...options };
  for (const name of [...targets, ...full.ignore]) requireColumn(table, name);
  const summaries = describeColumns(table);
  for (const name of targets) requireTarget(table, summaries.find((summary) => summary.name === name)!);
  const notes: ColumnNote[] = [];
  const inputs = summaries
    .filter(({ name }) => !targets.includes(name) && !full.ignore.includes(name))
    .flatMap((summary) => {
      const kind = planInput(table, summary, full, targets, notes);
      return kind ? [{ column: summary.name, kind }] : [];
    });
  if (inputs.length === 0)
    throw new DataError(
      "no-inputs",
      { file: table.name },
      "has no column to predict from, besides the target",
    );
  return { targets, inputs, options: full, notes };
}

/** Refuses a column that is not there, with the nearest name. */
export function requireColumn(table: Table, name: string): void {
  if (findColumn(table, name)) return;
  const names = table.columns.map((column) => column.name);
  const near = closest(name, names);
  const hint = distance(name.toLowerCase(), near.toLowerCase()) <= Math.max(2, name.length / 3);
  throw new DataError(
    "unknown-column",
    { file: table.name },
    `has no column "${name}"; ${hint ? `did you mean "${near}"?` : `its columns are ${names.map((n) => `"${n}"`).join(", ")}`}`,
  );
}

function requireTarget(table: Table, summary: ColumnSummary): void {
  const { kind, name } = summary;
  const place = { file: table.name, column: name };
  if (kind === "number") return;
  if (kind === "mixed") throw badCell(table, summary);
  const facts: Record<Exclude<typeof kind, "number" | "mixed">, string> = {
    empty: "has no values; there is nothing to learn",
    constant: `is ${JSON.stringify(firstValue(table, name))} in every row; there is nothing to learn`,
    date: "holds dates; turn them into numbers, for example days, to predict them",
    category: `holds texts such as ${JSON.stringify(firstValue(table, name))}; a target must be a number`,
    text: `holds texts such as ${JSON.stringify(firstValue(table, name))}; a target must be a number`,
  };
  throw new DataError("target", place, facts[kind]);
}

function firstValue(table: Table, name: string): string {
  return findColumn(table, name)!.cells.find((cell) => !isMissing(cell)) ?? "";
}

/** The error of a cell that is no finite number in a column of numbers. */
function badCell(table: Table, { name, badRow }: ColumnSummary): DataError {
  return cellError(table, name, badRow);
}

function cellError(table: Table, column: string, row: number): DataError {
  const cell = findColumn(table, column)!.cells[row]!;
  const fact = Number.isNaN(readNumber(cell))
    ? "not a number; mend it, or leave it empty if the value is missing"
    : "not a finite number; mend it, or leave it empty if the value is missing";
  return new DataError("cell", placeOf(table, row, column), `is "${cell}", ${fact}`);
}

function planInput(
  table: Table,
  summary: ColumnSummary,
  options: EncodeOptions,
  targets: readonly string[],
  notes: ColumnNote[],
): "number" | "days" | "category" | null {
  const { name, kind, duplicateOf, missing, count } = summary;
  const note = (choice: string, why: string) => notes.push({ column: name, choice, why });
  if (duplicateOf !== null && !targets.includes(duplicateOf)) {
    note("left out", `the same as "${duplicateOf}"`);
    return null;
  }
  if (missing > 0 && options.missing === "refuse") throw missingCell(table, name);
  switch (kind) {
    case "mixed":
      throw badCell(table, summary);
    case "empty":
      note("left out", "no values");
      return null;
    case "constant":
      if (missing > 0 && options.missing === "auto") return "category";
      note("left out", "the same value in every row");
      return null;
    case "text":
      note(
        "left out",
        `${summary.distinct} different texts in ${count} rows: names or remarks, not a category`,
      );
      return null;
    case "date":
      if (options.dates === "ignore") {
        note("left out", "dates; --dates days takes them as days since 1970-01-01");
        return null;
      }
      requireReadableDates(table, name);
      return "days";
    case "number":
      if (summary.counter) note("kept", "counts the rows; --ignore it if it is only an identifier");
      return "number";
    case "category":
      return "category";
  }
}

function missingCell(table: Table, column: string): DataError {
  const row = findColumn(table, column)!.cells.findIndex(isMissing);
  return new DataError(
    "missing",
    placeOf(table, row, column),
    "has no value; --missing auto fills it, --missing drop leaves the row out",
  );
}

function requireReadableDates(table: Table, column: string): void {
  const { cells } = findColumn(table, column)!;
  const row = cells.findIndex((cell) => !isMissing(cell) && Number.isNaN(readDays(cell)));
  if (row >= 0)
    throw new DataError(
      "date",
      placeOf(table, row, column),
      `is "${cells[row]}", a date whose order of day and month is a guess; write it as 2024-12-31`,
    );
}

/**
 * Measures what the encoding needs, on the training rows only: means, deviations, levels.
 *
 * @param rows Training rows, numbers of rows of the table.
 * @throws {DataError} If a target is constant on the training rows.
 */
export function fitEncoder(table: Table, plan: ColumnPlan, rows: ArrayLike<number>): Encoder {
  return {
    inputs: plan.inputs.flatMap(({ column, kind }) => {
      if (kind === "category") return fitCategory(table, column, rows, plan.options);
      return fitNumber(table, column, kind === "days", rows, plan.options);
    }),
    targets: plan.targets.map((column) => fitTarget(table, column, rows)),
  };
}

function fitNumber(
  table: Table,
  column: string,
  days: boolean,
  rows: ArrayLike<number>,
  { missing }: EncodeOptions,
): NumberEncoding[] {
  const { cells } = findColumn(table, column)!;
  const read = days ? readDays : readNumber;
  const chosen = Array.from(rows, (row) => cells[row]!);
  const values = chosen.filter((cell) => !isMissing(cell)).map(read);
  const { mean, deviation } = spread(moments(values));
  const absent = chosen.map((cell) => (isMissing(cell) ? 1 : 0));
  const indicator = missing === "auto" && absent.includes(1) && values.length > 0 ? moments(absent) : null;
  // Constant on the training rows: nothing can be learned from it.
  if (deviation === 0 && !indicator) return [];
  return [
    { kind: "number", column, days, mean, deviation: deviation || 1, indicator, range: extremes(values) },
  ];
}

/** A deviation that is only the rounding error of the mean counts as 0. */
export function spread({ mean, deviation }: Standardization): Standardization {
  return { mean, deviation: deviation > 4 * Number.EPSILON * Math.abs(mean) ? deviation : 0 };
}

/** The smallest and the largest number. */
export function extremes(values: ArrayLike<number>): [number, number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    min = Math.min(min, values[i]!);
    max = Math.max(max, values[i]!);
  }
  return [min, max];
}

function fitCategory(
  table: Table,
  column: string,
  rows: ArrayLike<number>,
  { maxLevels }: EncodeOptions,
): InputEncoding[] {
  const { cells } = findColumn(table, column)!;
  const counts = new Map<string, number>();
  for (let i = 0; i < rows.length; i++) {
    const level = levelOf(cells[rows[i]!]!);
    counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  const frequent = [...counts]
    .filter(([, count]) => count >= rareLevel)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, maxLevels)
    .map(([level]) => level);
  const other = counts.size > frequent.length;
  // Two exclusive columns say the same twice: one is enough.
  const levels = frequent.length === 2 && !other ? frequent.slice(0, 1) : frequent;
  if (levels.length === 0 || (frequent.length === 1 && !other)) return [];
  const shares = [...levels.map((level) => counts.get(level)!), ...(other ? [rest(counts, levels)] : [])];
  const standardizations = shares.map((count) => binaryMoments(count / rows.length));
  const encoding: CategoryEncoding = { kind: "category", column, levels, other, standardizations };
  return [encoding];
}

function rest(counts: ReadonlyMap<string, number>, levels: readonly string[]): number {
  let sum = 0;
  for (const [level, count] of counts) if (!levels.includes(level)) sum += count;
  return sum;
}

/** Mean and deviation of a 0/1 column with this share of ones. */
function binaryMoments(share: number): Standardization {
  return { mean: share, deviation: Math.sqrt(share * (1 - share)) || 1 };
}

/** The level of a cell; cells without a value are a level of their own. */
export function levelOf(cell: string): string {
  return isMissing(cell) ? "(missing)" : cell.trim();
}

function fitTarget(table: Table, column: string, rows: ArrayLike<number>): TargetEncoding {
  const { cells } = findColumn(table, column)!;
  const { mean, deviation } = spread(moments(Array.from(rows, (row) => readNumber(cells[row]!))));
  if (deviation === 0)
    throw new DataError(
      "target",
      { file: table.name, column },
      `is ${mean} in all ${rows.length} training rows; there is nothing to learn`,
    );
  return { column, mean, deviation };
}
