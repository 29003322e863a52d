import { type Column, daysOf, sameCells, textAt } from "./column.ts";
import type { Table } from "./table.ts";

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
  const seen = new Map<number, Column[]>();
  return table.columns.map((column) => {
    const hash = hashOf(column);
    const alike = seen.get(hash) ?? [];
    const earlier = alike.find((other) => sameCells(other, column));
    if (!earlier) seen.set(hash, [...alike, column]);
    return describeColumn(column, earlier?.name ?? null);
  });
}

/** A number that is equal for equal cells, and hardly ever for others. */
function hashOf({ numbers, spellings }: Column): number {
  let hash = 0;
  const mix = (word: number) => {
    hash = (Math.imul(hash, 31) + word) | 0;
  };
  for (const word of new Int32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length)) mix(word);
  for (const spelling of spellings ?? []) mix(spelling);
  return hash;
}

function describeColumn(column: Column, duplicateOf: string | null): ColumnSummary {
  const { name, numbers, missing } = column;
  const values = numbers.filter(Number.isFinite);
  const days = daysOf(column);
  let count = 0;
  let dates = 0;
  let infinite = 0;
  let firstBad = -1;
  for (const [row, value] of numbers.entries()) {
    if (missing[row]) continue;
    count++;
    if (Number.isFinite(value)) continue;
    if (firstBad < 0) firstBad = row;
    if (!Number.isNaN(value)) infinite++;
    else if (!Number.isNaN(days[row])) dates++;
  }
  const sorted = values.slice().sort();
  const distinct = countDistinct(column, sorted);
  const kind = classify(count, distinct, values.length, infinite, dates);
  const isNumeric = kind === "number" || (kind === "constant" && values.length > 0);
  return {
    name,
    kind,
    count,
    missing: numbers.length - count,
    distinct,
    numbers: isNumeric ? summarize(sorted) : null,
    levels: kind === "category" ? mostFrequent(countTexts(column)) : [],
    duplicateOf,
    badRow: kind === "mixed" ? firstBad : -1,
    counter: kind === "number" && count === numbers.length && countsRows(values),
  };
}

/** The number of texts that differ, without blanks around them. Of numbers alone the texts need not be made. */
function countDistinct(column: Column, sorted: Float64Array): number {
  if (column.spellings) return countTexts(column).size;
  let distinct = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct++;
  return distinct;
}

/** How often each text occurs, without blanks around it. */
function countTexts(column: Column): Map<string, number> {
  const counts = new Map<string, number>();
  for (let row = 0; row < column.numbers.length; row++) {
    if (column.missing[row]) continue;
    const text = textAt(column, row).trim();
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
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

function summarize(sorted: Float64Array): NumberSummary {
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
function countsRows(values: Float64Array): boolean {
  return values.length > 2 && values.every((value, i) => value === values[0]! + i);
}
