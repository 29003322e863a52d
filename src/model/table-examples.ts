import { encodeInputs, readTargets, restoreTargets, standardizeTargets, usableRows } from "../data/encode.ts";
import { type Encoder, encodedLevels } from "../data/encoder.ts";
import { describeEncoder, fitEncoder } from "../data/fit-encoder.ts";
import { type ColumnNote, type EncodeOptions, planColumns } from "../data/plan-columns.ts";
import { type Split, splitRows } from "../data/split-rows.ts";
import type { Table } from "../data/table.ts";
import { DataError } from "../errors.ts";
import { type Examples, matrixInputs } from "./examples.ts";
import { type FitOptions, splitOptions } from "./options.ts";

/** How columns of a table are turned into examples. */
export interface ColumnOptions extends Partial<EncodeOptions> {
  readonly targets: readonly string[];
  /** Called with what was decided about columns, before training. */
  readonly onColumns?: (notes: readonly ColumnNote[], encoder: Encoder) => void;
}

/** Options about columns, and the others. */
export function separateOptions<T extends ColumnOptions>(
  options: T,
): [ColumnOptions, Omit<T, keyof ColumnOptions>] {
  const { targets, missing, dates, categories, ignore, maxLevels, onColumns, ...others } = options;
  return [
    { targets, ...dropUndefined({ missing, dates, categories, ignore, maxLevels, onColumns }) },
    others,
  ];
}

/** Standardized examples of a table, and how they came about. */
export interface TableExamples {
  readonly examples: Examples;
  readonly encoder: Encoder;
  /** Rows of the table that are used, ascending, and what is known of each: rows × targets, in the targets' own units. */
  readonly rows: Int32Array;
  readonly actual: Float64Array;
  /** Numbers of rows of the table. */
  readonly split: Split;
  readonly notes: readonly ColumnNote[];
}

/**
 * Turns columns of a table into examples: decides what becomes of each column, splits the rows, and scales by the
 * training rows.
 *
 * @throws {DataError} If a target is unknown or no number, a cell can't be read, or no column varies.
 */
export function readExamples(table: Table, columns: ColumnOptions, options: FitOptions): TableExamples {
  const { targets, onColumns, ...encodeOptions } = columns;
  const plan = planColumns(table, targets, encodeOptions);
  const complete = plan.options.missing === "drop" ? plan.inputs.map((input) => input.column) : [];
  const rows = usableRows(table, targets, complete);
  const split = splitRows(table.name, rows, table.rows, splitOptions(options));
  const encoder = fitEncoder(table, plan, split.train);
  const notes = [
    ...plan.notes,
    ...leftOutRows(table, targets, rows, complete.length > 0),
    ...describeEncoder(plan, encoder),
  ];
  onColumns?.(notes, encoder);
  if (encoder.inputs.length === 0)
    throw new DataError(
      "no-inputs",
      { file: table.name },
      "has no column that varies over the training rows",
    );
  const actual = readTargets(encoder, table, rows);
  const examples: Examples = {
    rows: rows.length,
    inputs: matrixInputs(encodeInputs(encoder, table, rows).inputs, rows.length, encodedLevels(encoder)),
    targets: standardizeTargets(encoder, actual),
    outputs: targets.length,
    targetNames: targets,
    split: positionsAmong(rows, split),
    restore: (values) => restoreTargets(encoder, values),
  };
  return { examples, encoder, rows, actual, split, notes };
}

/** Rows of a table as positions among the usable rows. */
export function positionsAmong(rows: Int32Array, split: Split): Split {
  const position = new Map(Array.from(rows, (row, i) => [row, i]));
  const map = (part: Int32Array) => part.map((row) => position.get(row)!);
  return { train: map(split.train), validation: map(split.validation), test: map(split.test) };
}

function leftOutRows(
  table: Table,
  targets: readonly string[],
  rows: Int32Array,
  dropsIncomplete: boolean,
): ColumnNote[] {
  const count = table.rows - rows.length;
  if (count === 0) return [];
  // Rows are ascending: the first that is left out stands where they stop to count up.
  const found = rows.findIndex((row, i) => row !== i);
  const first = table.lines[found < 0 ? rows.length : found]!;
  const what = `no value of "${targets.join('", "')}"${dropsIncomplete ? " or of an input" : ""}`;
  return [
    { column: "(rows)", choice: `${count} left out`, why: `${what}; the first is ${table.unit} ${first}` },
  ];
}

function dropUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
