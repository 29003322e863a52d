import { DataError } from "../errors.ts";
import { faultOf, isDressedNumber } from "./cell.ts";
import { daysOf, textAt } from "./column.ts";
import { type ColumnSummary, describeColumns } from "./describe-columns.ts";
import { listNames, nearestName } from "./nearest-name.ts";
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
  /** Columns whose cells are names, even where they look like numbers or dates: postal codes, numbers of stations. */
  readonly categories: readonly string[];
  /** Columns to leave out. */
  readonly ignore: readonly string[];
  /**
   * A category with at most this many levels in the training rows gives a column of 0 and 1 for each; one with more
   * is embedded: the network trains a few numbers for each level.
   */
  readonly maxLevels: number;
}

export const encodeDefaults: Readonly<EncodeOptions> = Object.freeze({
  missing: "auto",
  dates: "ignore",
  categories: Object.freeze([]) as readonly string[],
  ignore: Object.freeze([]) as readonly string[],
  maxLevels: 10,
});

/** Something that was decided about a column. */
export interface ColumnNote {
  readonly column: string;
  readonly choice: string;
  readonly why: string;
}

type InputKind = "number" | "days" | "category";

/** Which columns are used, and how; before any statistics. */
export interface ColumnPlan {
  readonly targets: readonly string[];
  readonly inputs: readonly { readonly column: string; readonly kind: InputKind }[];
  readonly options: EncodeOptions;
  readonly notes: readonly ColumnNote[];
}

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
  for (const name of [...targets, ...full.categories, ...full.ignore]) requireColumn(table, name);
  const twice = targets.find((name, k) => targets.indexOf(name) < k);
  if (twice !== undefined)
    throw new DataError("target", { file: table.name }, `has "${twice}" as a target twice; name it once`);
  const ignored = targets.find((name) => full.ignore.includes(name));
  if (ignored !== undefined)
    throw new DataError(
      "target",
      { file: table.name, column: ignored },
      "is a target and can't be ignored; name it in one of the two",
    );
  const summaries = describeColumns(table);
  for (const name of targets) requireTarget(table, summaries.find((summary) => summary.name === name)!);
  const { inputs, notes } = planInputs(table, summaries, targets, full);
  if (inputs.length === 0) throw noInputs(table, notes);
  return { targets, inputs, options: full, notes };
}

function noInputs(table: Table, notes: readonly ColumnNote[]): DataError {
  const left = listNames(notes.map(({ column, why }) => `"${column}" is left out, ${why}`));
  return new DataError(
    "no-inputs",
    { file: table.name },
    `has no column to predict from, besides the target${left && `: ${left}`}; add one`,
  );
}

/** The columns that are used, of the same ones the first. */
function planInputs(
  table: Table,
  summaries: readonly ColumnSummary[],
  targets: readonly string[],
  options: EncodeOptions,
): Pick<ColumnPlan, "inputs" | "notes"> {
  const notes: ColumnNote[] = [];
  const inputs: { column: string; kind: InputKind }[] = [];
  const alike = ({ name, duplicateOf }: ColumnSummary) => duplicateOf ?? name;
  const used = new Map<string, string>();
  for (const summary of summaries) {
    const { name } = summary;
    if (targets.includes(name) || options.ignore.includes(name)) continue;
    const note = (choice: string, why: string) => notes.push({ column: name, choice, why });
    const earlier = used.get(alike(summary));
    if (earlier !== undefined) {
      note("left out", `the same as "${earlier}"`);
      continue;
    }
    const kind = planInput(table, summary, options, note);
    if (!kind) continue;
    if (summary.missing > 0) note(`${summary.missing} missing`, treatMissing(table, name, kind, options));
    const target = summaries.find((other) => targets.includes(other.name) && alike(other) === alike(summary));
    if (target)
      note("kept", `the same as the target "${target.name}" in every row; --ignore it if that is no wonder`);
    inputs.push({ column: name, kind });
    used.set(alike(summary), name);
  }
  return { inputs, notes };
}

/** Refuses a column that is not there, with the nearest name. */
export function requireColumn(table: Table, name: string): void {
  if (findColumn(table, name)) return;
  const names = table.columns.map((column) => column.name);
  const near = nearestName(name, names);
  if (!table.hasHeader)
    throw new DataError(
      "unknown-column",
      { file: table.name },
      `has no column "${name}": no header was found, and columns are named x1 to x${names.length}; --header yes takes the first line for it`,
    );
  throw new DataError(
    "unknown-column",
    { file: table.name },
    `has no column "${name}"; ` +
      (near === null
        ? `its columns are ${listNames(names.map((n) => `"${n}"`))}`
        : `did you mean "${near}"?`),
  );
}

function requireTarget(table: Table, summary: ColumnSummary): void {
  const { kind, name } = summary;
  const place = { file: table.name, column: name };
  if (kind === "number") return;
  if (kind === "mixed") throw badCell(table, summary, "");
  const facts: Record<Exclude<typeof kind, "number" | "mixed">, string> = {
    empty: "has no values; there is nothing to learn",
    constant: `is ${JSON.stringify(firstValue(table, name))} in every row; there is nothing to learn`,
    date: "holds dates; turn them into numbers, for example days, to predict them",
    category: textTarget(table, name),
    text: textTarget(table, name),
  };
  throw new DataError("target", place, facts[kind]);
}

function textTarget(table: Table, name: string): string {
  const fact = `holds texts such as ${JSON.stringify(firstValue(table, name))}; a target must be a number`;
  return holdsDressedNumbers(table, name) ? `${fact}, ${undress}` : fact;
}

const undress = "without unit, sign or separator of thousands";

/** Whether most of a column's texts are numbers that are dressed for people. */
function holdsDressedNumbers(table: Table, name: string): boolean {
  const { missing, spellings, texts } = findColumn(table, name)!;
  const isDressed = texts.map(isDressedNumber);
  let dressed = 0;
  let present = 0;
  for (let row = 0; row < missing.length; row++) {
    if (missing[row]) continue;
    present++;
    if (isDressed[spellings?.[row] ?? -1]) dressed++;
  }
  return 2 * dressed > present;
}

/** Why a column of texts that hardly repeat is left out. */
function describeTexts(table: Table, { name, distinct, count }: ColumnSummary): string {
  return holdsDressedNumbers(table, name)
    ? `texts such as ${JSON.stringify(firstValue(table, name))}; write the numbers ${undress} to use them`
    : `${distinct} different texts in ${count} rows: names or remarks, not a category`;
}

function firstValue(table: Table, name: string): string {
  const column = findColumn(table, name)!;
  const row = column.missing.indexOf(0);
  return row < 0 ? "" : textAt(column, row);
}

/** The error of a cell that is no finite number in a column of numbers. */
function badCell(table: Table, { name, badRow }: ColumnSummary, otherwise: string): DataError {
  const cell = textAt(findColumn(table, name)!, badRow);
  return new DataError(
    "cell",
    placeOf(table, badRow, name),
    `is "${cell}", ${faultOf(cell)}; mend it, ${otherwise ? "" : "or "}leave it empty if the value is missing${otherwise}`,
  );
}

function planInput(
  table: Table,
  summary: ColumnSummary,
  options: EncodeOptions,
  note: (choice: string, why: string) => void,
): InputKind | null {
  const { name, missing } = summary;
  const isNamed = options.categories.includes(name) && summary.distinct > 1;
  const kind = isNamed ? "category" : summary.kind;
  switch (kind) {
    case "mixed":
      throw badCell(table, summary, ", or --ignore the column");
    case "empty":
      note("left out", "no values");
      return null;
    case "constant":
      if (missing > 0 && options.missing === "auto") return "category";
      note("left out", "the same value in every row");
      return null;
    case "text":
      note("left out", describeTexts(table, summary));
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
      else if (findColumn(table, name)!.texts.some((text) => /^0\d+$/.test(text.trim())))
        note("kept as numbers", `some begin with 0, as codes do; --categories ${name} takes them for names`);
      return "number";
    case "category":
      return "category";
  }
}

/** Where the first value is missing, and what is done; throws where that is refused. */
function treatMissing(table: Table, column: string, kind: InputKind, { missing }: EncodeOptions): string {
  if (missing === "refuse") throw missingCell(table, column);
  const row = firstMissing(table, column);
  const cell = textAt(findColumn(table, column)!, row).trim();
  const place = `the first in ${table.unit} ${table.lines[row]!}${cell === "" ? "" : ` is "${cell}"`}`;
  if (missing === "drop") return `${place}; these rows are left out`;
  if (kind === "category") return `${place}; they are a level of their own`;
  return `${place}; their mean is taken${missing === "auto" ? ", and a column says where" : ""}`;
}

function firstMissing(table: Table, column: string): number {
  return findColumn(table, column)!.missing.indexOf(1);
}

function missingCell(table: Table, column: string): DataError {
  const row = firstMissing(table, column);
  const cell = textAt(findColumn(table, column)!, row);
  return new DataError(
    "missing",
    placeOf(table, row, column),
    `${cell.trim() === "" ? "has no value" : `is "${cell}", no value`}; --missing auto fills it, --missing drop leaves the row out`,
  );
}

function requireReadableDates(table: Table, column: string): void {
  const cells = findColumn(table, column)!;
  const days = daysOf(cells);
  const row = days.findIndex((value, i) => !cells.missing[i] && !Number.isFinite(value));
  if (row < 0) return;
  const fact =
    days[row] === Number.POSITIVE_INFINITY
      ? "a date that is not there, or whose order is a guess"
      : "not a date";
  throw new DataError(
    "date",
    placeOf(table, row, column),
    `is "${textAt(cells, row)}", ${fact}; write dates as 2024-12-31`,
  );
}
