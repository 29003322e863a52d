import { DataError } from "../errors.ts";
import { faultOf, isMissing, readDays, readNumber } from "./cell.ts";
import {
  type CategoryEncoding,
  type Encoder,
  encodedWidth,
  type InputEncoding,
  inputNames,
  type LevelEncoding,
  type NumberEncoding,
  standardizeNumber,
} from "./encoder.ts";
import { levelOf } from "./fit-encoder.ts";
import { requireColumn } from "./plan-columns.ts";
import { findColumn, placeOf, type Table } from "./table.ts";

/** Standardized rows, ready for the network. */
export interface EncodedRows {
  /** rows × width, row-major. */
  readonly inputs: Float64Array;
  /** Cells beyond the range of the training rows, by column: there a network extrapolates. */
  readonly beyond: ReadonlyMap<string, number>;
  /** Cells whose level was not among the training rows, by column. */
  readonly unseen: ReadonlyMap<string, number>;
  /** Cells without a value that were taken for the mean, by column. */
  readonly filled: ReadonlyMap<string, number>;
}

/**
 * Encodes rows of a table as the encoder learned it.
 *
 * @throws {DataError} If a column is not there, or a cell of a number column is no finite number.
 */
export function encodeInputs(encoder: Encoder, table: Table, rows: ArrayLike<number>): EncodedRows {
  const width = encodedWidth(encoder);
  const inputs = new Float64Array(rows.length * width);
  const counts = {
    beyond: new Map<string, number>(),
    unseen: new Map<string, number>(),
    filled: new Map<string, number>(),
  };
  let offset = 0;
  for (const input of encoder.inputs) {
    requireColumn(table, input.column);
    const { cells } = findColumn(table, input.column)!;
    const position = positionsOf(input);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const out = inputs.subarray(i * width + offset, (i + 1) * width);
      if (input.kind === "number") encodeNumber(input, table, cells[row]!, row, out, counts);
      else encodeCategory(input, position(cells[row]!), cells[row]!, out, counts.unseen);
    }
    offset += inputNames(input).length;
  }
  return { inputs, ...counts };
}

type Counts = Record<"beyond" | "filled", Map<string, number>>;

function encodeNumber(
  encoding: NumberEncoding,
  table: Table,
  cell: string,
  row: number,
  out: Float64Array,
  { beyond, filled }: Counts,
): void {
  const { column, days, indicator, range } = encoding;
  const missing = isMissing(cell);
  if (indicator) out[1] = ((missing ? 1 : 0) - indicator.mean) / indicator.deviation;
  if (missing) {
    filled.set(column, (filled.get(column) ?? 0) + 1);
    return;
  }
  const value = days ? readDays(cell) : readNumber(cell);
  if (!Number.isFinite(value))
    throw new DataError(
      "cell",
      placeOf(table, row, column),
      `is "${cell}", ${days ? "not a date" : faultOf(cell)}; mend it, or leave it empty if the value is missing`,
    );
  if (value < range[0] || value > range[1]) beyond.set(column, (beyond.get(column) ?? 0) + 1);
  out[0] = standardizeNumber(encoding, value);
}

/** Where the level of a cell stands among the levels of a category; -1 of another. */
function positionsOf(input: InputEncoding): (cell: string) => number {
  if (input.kind === "number") return () => -1;
  const positions = new Map(input.levels.map((level, j) => [level, j]));
  return (cell) => positions.get(levelOf(cell)) ?? -1;
}

function encodeCategory(
  input: CategoryEncoding | LevelEncoding,
  level: number,
  cell: string,
  out: Float64Array,
  unseen: Map<string, number>,
): void {
  const { column, levels } = input;
  const other = input.kind === "category" && input.other;
  const isImplied = input.kind === "category" && levelOf(cell) === input.implied;
  if (level < 0 && !other && !isImplied) unseen.set(column, (unseen.get(column) ?? 0) + 1);
  if (input.kind === "level") {
    out[0] = level;
    return;
  }
  for (const [j, { mean, deviation }] of input.standardizations.entries()) {
    const isOther = other && j === levels.length;
    const hit = isOther ? level < 0 : j === level;
    out[j] = ((hit ? 1 : 0) - mean) / deviation;
  }
}

/** Rows of a table whose targets are all there, and, with `complete`, whose inputs are too. */
export function usableRows(table: Table, targets: readonly string[], inputs: readonly string[]): Int32Array {
  const columns = [...targets, ...inputs].map((name) => findColumn(table, name)!.cells);
  const rows: number[] = [];
  for (let row = 0; row < table.rows; row++)
    if (columns.every((cells) => !isMissing(cells[row]!))) rows.push(row);
  return Int32Array.from(rows);
}

/**
 * The targets of rows, in their own units: rows × targets.
 *
 * @throws {DataError} If a column is not there, or a cell is no finite number.
 */
export function readTargets(encoder: Encoder, table: Table, rows: ArrayLike<number>): Float64Array {
  const width = encoder.targets.length;
  const out = new Float64Array(rows.length * width);
  for (const [k, { column }] of encoder.targets.entries()) {
    requireColumn(table, column);
    const { cells } = findColumn(table, column)!;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const value = readNumber(cells[row]!);
      if (!Number.isFinite(value))
        throw new DataError(
          "cell",
          placeOf(table, row, column),
          `is "${cells[row]}", ${faultOf(cells[row]!)}; leave the row out`,
        );
      out[i * width + k] = value;
    }
  }
  return out;
}

/** (y - mean) / deviation by target, in a new array. */
export function standardizeTargets({ targets }: Encoder, values: Float64Array): Float64Array {
  return values.map((value, i) => {
    const { mean, deviation } = targets[i % targets.length]!;
    return (value - mean) / deviation;
  });
}

/** Predictions back in the targets' own units, in a new array. */
export function restoreTargets({ targets }: Encoder, values: Float64Array): Float64Array {
  return values.map((value, i) => {
    const { mean, deviation } = targets[i % targets.length]!;
    return mean + deviation * value;
  });
}

/** Deviations of predictions in the targets' own units, in a new array. */
export function restoreSpread({ targets }: Encoder, values: Float64Array): Float64Array {
  return values.map((value, i) => targets[i % targets.length]!.deviation * value);
}
