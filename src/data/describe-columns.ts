import { isDate, isMissing, readNumber } from "./cell.ts";
import type { Column, Table } from "./table.ts";

/**
 * What a column holds.
 *
 *     number     numbers, perhaps with missing values
 *     category   texts that repeat
 *     text       texts that hardly repeat: names, identifiers, remarks
 *     date       dates
 *     mixed      mostly numbers, with some that are not finite or some texts: an error until it is mended
 *     constant   one value
 *     empty      no value at all
 */
export type ColumnKind = "number" | "category" | "text" | "date" | "mixed" | "constant" | "empty";

/** What is in a column, for people and for the encoder. */
export interface ColumnSummary {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Cells with a value, and without. */
  readonly count: number;
  readonly missing: number;
  readonly distinct: number;
  /** Of the numbers of a number column, else null. */
  readonly numbers: NumberSummary | null;
  /** The most frequent values of a category, else empty. */
  readonly levels: readonly { readonly value: string; readonly count: number }[];
  /** The earlier column with the same cells, if there is one. */
  readonly duplicateOf: string | null;
  /** Row of the first cell that is no finite number where `kind` is "mixed"; else -1. */
  readonly badRow: number;
  /** Whole numbers that count the rows: probably an identifier. */
  readonly counter: boolean;
}

export interface NumberSummary {
  readonly min: number;
  readonly median: number;
  readonly mean: number;
  readonly max: number;
  readonly deviation: number;
}

/** The share of numbers from which a text in a column is taken for a mistake rather than for a category. */
const mostlyNumbers = 0.5;

/** Categories have at most this share of distinct values, or at most `fewLevels`. */
const categoryShare = 0.5;
const fewLevels = 10;

/** Looks at every column of a table. */
export function describeColumns(table: Table): readonly ColumnSummary[] {
  const seen = new Map<string, string>();
  return table.columns.map((column) => {
    const fingerprint = column.cells.join("\u0000");
    const duplicateOf = seen.get(fingerprint) ?? null;
    if (duplicateOf === null) seen.set(fingerprint, column.name);
    return describeColumn(column, duplicateOf);
  });
}

function describeColumn({ name, cells }: Column, duplicateOf: string | null): ColumnSummary {
  const counts = new Map<string, number>();
  const values: number[] = [];
  let missing = 0;
  let dates = 0;
  let infinite = 0;
  let firstBad = -1;
  for (const [row, cell] of cells.entries()) {
    if (isMissing(cell)) {
      missing++;
      continue;
    }
    counts.set(cell.trim(), (counts.get(cell.trim()) ?? 0) + 1);
    const value = readNumber(cell);
    if (Number.isFinite(value)) values.push(value);
    else {
      if (firstBad < 0) firstBad = row;
      if (!Number.isNaN(value)) infinite++;
      else if (isDate(cell)) dates++;
    }
  }
  const count = cells.length - missing;
  const kind = classify(count, counts.size, values.length, infinite, dates);
  const isNumeric = kind === "number" || (kind === "constant" && values.length > 0);
  return {
    name,
    kind,
    count,
    missing,
    distinct: counts.size,
    numbers: isNumeric ? summarize(values) : null,
    levels: kind === "category" ? mostFrequent(counts) : [],
    duplicateOf,
    badRow: kind === "mixed" ? firstBad : -1,
    counter: kind === "number" && missing === 0 && countsRows(values),
  };
}

function classify(
  count: number,
  distinct: number,
  finite: number,
  infinite: number,
  dates: number,
): ColumnKind {
  if (count === 0) return "empty";
  if (infinite > 0 && finite + infinite === count) return "mixed";
  if (distinct === 1) return "constant";
  if (finite === count) return "number";
  if (dates > mostlyNumbers * count) return "date";
  if (finite + infinite > mostlyNumbers * count) return "mixed";
  return distinct <= Math.max(fewLevels, categoryShare * count) ? "category" : "text";
}

function summarize(values: readonly number[]): NumberSummary {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const { mean, deviation } = moments(sorted);
  const middle = (sorted[Math.floor((n - 1) / 2)]! + sorted[Math.ceil((n - 1) / 2)]!) / 2;
  return { min: sorted[0]!, median: middle, mean, max: sorted[n - 1]!, deviation };
}

/**
 * Mean and standard deviation in two passes, of numbers divided by the largest: no sum overflows, and a large
 * offset does not cancel the deviation.
 */
export function moments(values: ArrayLike<number>): { mean: number; deviation: number } {
  const n = values.length;
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(values[i]!));
  if (largest === 0) return { mean: 0, deviation: 0 };
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]! / largest;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i]! / largest - mean) ** 2;
  return { mean: mean * largest, deviation: Math.sqrt(squares / n) * largest };
}

function mostFrequent(counts: ReadonlyMap<string, number>): { value: string; count: number }[] {
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

/** Whether the numbers are a, a + 1, a + 2 ... from row to row. */
function countsRows(values: readonly number[]): boolean {
  return values.length > 2 && values.every((value, i) => value === values[0]! + i);
}
