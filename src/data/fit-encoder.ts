import { DataError } from "../errors.ts";
import { type Column, daysOf, textAt } from "./column.ts";
import { moments } from "./describe-columns.ts";
import type {
  CategoryEncoding,
  Encoder,
  InputEncoding,
  LevelEncoding,
  NumberEncoding,
  Standardization,
  TargetEncoding,
} from "./encoder.ts";
import { drawIn, findLongTails } from "./long-tails.ts";
import type { ColumnNote, ColumnPlan, EncodeOptions } from "./plan-columns.ts";
import { findColumn, type Table } from "./table.ts";

/** A level of a category needs this many training rows to have a column of its own. */
const rareLevel = 3;

/**
 * Measures what the encoding needs, on the training rows only: means, deviations, levels.
 *
 * @param rows Training rows, numbers of rows of the table.
 * @throws {DataError} If a target is constant on the training rows.
 */
export function fitEncoder(table: Table, plan: ColumnPlan, rows: ArrayLike<number>): Encoder {
  const targets = plan.targets.map((column) => findColumn(table, column)!.numbers);
  return {
    inputs: plan.inputs.flatMap(({ column, kind }) => {
      if (kind === "category") return fitCategory(table, column, rows, plan.options);
      return fitNumber(table, column, targets, kind === "days", rows, plan.options);
    }),
    targets: plan.targets.map((column) => fitTarget(table, column, rows)),
  };
}

/** What the statistics of the training rows decided about the planned columns. */
export function describeEncoder({ inputs, options }: ColumnPlan, encoder: Encoder): ColumnNote[] {
  return inputs.flatMap(({ column, kind }): ColumnNote[] => {
    const encoding = encoder.inputs.find((input) => input.column === column);
    const rare = kind === "category" ? `, or no value in ${rareLevel} of them` : "";
    if (!encoding)
      return [{ column, choice: "left out", why: `the same value in every training row${rare}` }];
    return encoding.kind === "number" ? describeNumber(encoding) : describeCategory(encoding, options);
  });
}

function describeNumber({ column, tail, range }: NumberEncoding): ColumnNote[] {
  if (!tail) return [];
  const [center, scale, ...ends] = [tail.center, tail.scale, ...range].map((value) => +value.toPrecision(3));
  const why = `from ${ends.join(" to ")}, where half of the values are near ${center}: a few would decide its scale`;
  return [{ column, choice: `long tails drawn in, asinh((x - ${center}) / ${scale})`, why }];
}

function describeCategory(
  encoding: CategoryEncoding | LevelEncoding,
  { maxLevels }: EncodeOptions,
): ColumnNote[] {
  const { column } = encoding;
  if (encoding.kind === "level")
    return [
      {
        column,
        choice: `${encoding.levels.length} levels, embedded`,
        why: `more than ${maxLevels}: each has trained numbers in place of a column; a new level is taken for one like the average`,
      },
    ];
  if (!encoding.other) return [];
  const why = `those in fewer than ${rareLevel} training rows: too few to tell them apart`;
  return [{ column, choice: 'some levels count as one, "other"', why }];
}

function fitNumber(
  table: Table,
  column: string,
  targets: readonly Float64Array[],
  days: boolean,
  rows: ArrayLike<number>,
  options: EncodeOptions,
): InputEncoding[] {
  const cells = findColumn(table, column)!;
  const numbers = days ? daysOf(cells) : cells.numbers;
  const absent = Uint8Array.from(rows, (row) => cells.missing[row]!);
  const present = Int32Array.from(rows).filter((row) => !cells.missing[row]);
  const values = pick(numbers, present);
  const measured = measureNumbers(
    values,
    targets.map((target) => pick(target, present)),
  );
  const indicator =
    options.missing === "auto" && absent.includes(1) && values.length > 0 ? moments(absent) : null;
  // Constant on the training rows: nothing can be learned from it, but perhaps from where it is missing.
  if (measured.deviation === 0) return indicator ? fitCategory(table, column, rows, options) : [];
  return [{ kind: "number", column, days, indicator, ...measured }];
}

function pick(values: Float64Array, rows: ArrayLike<number>): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!);
}

/**
 * What an encoding takes from the numbers of a column.
 *
 * @param targets For each target its values in the same rows.
 */
export function measureNumbers(
  values: Float64Array,
  targets: readonly Float64Array[],
): Pick<NumberEncoding, "tail" | "mean" | "deviation" | "range"> {
  const plain = spread(moments(values));
  const tail = findLongTails(values, plain, targets);
  const drawn = tail ? spread(moments(values.map((value) => drawIn(tail, value)))) : plain;
  return { tail, ...drawn, range: extremes(values) };
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
  const cells = findColumn(table, column)!;
  const counts = new Map<string, number>();
  for (let i = 0; i < rows.length; i++) {
    const level = levelAt(cells, rows[i]!);
    counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  const byFrequency = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const namesOf = (some: typeof byFrequency) => some.map(([level]) => level);
  if (counts.size > maxLevels) return [{ kind: "level", column, levels: namesOf(byFrequency) }];
  const frequent = namesOf(byFrequency.filter(([, count]) => count >= rareLevel));
  const other = counts.size > frequent.length;
  // Two exclusive columns say the same twice: one is enough.
  const implied = frequent.length === 2 && !other ? frequent[1]! : null;
  const levels = implied === null ? frequent : frequent.slice(0, 1);
  if (levels.length === 0 || (frequent.length === 1 && !other)) return [];
  const shares = [...levels.map((level) => counts.get(level)!), ...(other ? [rest(counts, levels)] : [])];
  const standardizations = shares.map((count) => binaryMoments(count / rows.length));
  const encoding: CategoryEncoding = { kind: "category", column, levels, other, implied, standardizations };
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
export function levelAt(column: Column, row: number): string {
  return column.missing[row] ? "(missing)" : textAt(column, row).trim();
}

function fitTarget(table: Table, column: string, rows: ArrayLike<number>): TargetEncoding {
  const { mean, deviation } = spread(moments(pick(findColumn(table, column)!.numbers, rows)));
  if (deviation === 0)
    throw new DataError(
      "target",
      { file: table.name, column },
      `is ${mean} in all ${rows.length} training rows; there is nothing to learn`,
    );
  return { column, mean, deviation };
}
