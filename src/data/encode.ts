import { DataError } from "../errors.ts";
import { faultOf } from "./cell.ts";
import { type Column, daysOf, textAt } from "./column.ts";
import {
  type CategoryEncoding,
  type Encoder,
  encodedWidth,
  inputNames,
  type LevelEncoding,
  type NumberEncoding,
  standardizeNumber,
} from "./encoder.ts";
import { levelAt } from "./fit-encoder.ts";
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
    const column = findColumn(table, input.column)!;
    const encodeRow =
      input.kind === "number"
        ? numberEncoder(input, table, column, counts)
        : categoryEncoder(input, column, counts.unseen);
    for (let i = 0; i < rows.length; i++)
      encodeRow(rows[i]!, inputs.subarray(i * width + offset, (i + 1) * width));
    offset += inputNames(input).length;
  }
  return { inputs, ...counts };
}

type Counts = Record<"beyond" | "filled", Map<string, number>>;

/** Writes what the network sees of a row's cell. */
type RowEncoder = (row: number, out: Float64Array) => void;

function numberEncoder(
  encoding: NumberEncoding,
  table: Table,
  cells: Column,
  { beyond, filled }: Counts,
): RowEncoder {
  const { column, days, indicator, range } = encoding;
  const numbers = days ? daysOf(cells) : cells.numbers;
  const missing = cells.missing;
  return (row, out) => {
    if (indicator) out[1] = (missing[row]! - indicator.mean) / indicator.deviation;
    if (missing[row]) {
      filled.set(column, (filled.get(column) ?? 0) + 1);
      return;
    }
    const value = numbers[row]!;
    if (!Number.isFinite(value))
      throw new DataError(
        "cell",
        placeOf(table, row, column),
        `is ${describeFault(cells, row, days)}; mend it, or leave it empty if the value is missing`,
      );
    if (value < range[0] || value > range[1]) beyond.set(column, (beyond.get(column) ?? 0) + 1);
    out[0] = standardizeNumber(encoding, value);
  };
}

/** A cell that is no finite number, or no date, and why, for messages. */
export function describeFault(column: Column, row: number, days: boolean): string {
  const text = textAt(column, row);
  return `"${text}", ${days ? "not a date" : faultOf(text)}`;
}

function categoryEncoder(
  input: CategoryEncoding | LevelEncoding,
  cells: Column,
  unseen: Map<string, number>,
): RowEncoder {
  const { column, levels } = input;
  const positions = new Map(levels.map((level, j) => [level, j]));
  const other = input.kind === "category" && input.other;
  const implied = input.kind === "category" ? input.implied : null;
  return (row, out) => {
    const level = levelAt(cells, row);
    const position = positions.get(level) ?? -1;
    if (position < 0 && !other && level !== implied) unseen.set(column, (unseen.get(column) ?? 0) + 1);
    if (input.kind === "level") {
      out[0] = position;
      return;
    }
    for (const [j, { mean, deviation }] of input.standardizations.entries()) {
      const isOther = other && j === levels.length;
      const hit = isOther ? position < 0 : j === position;
      out[j] = ((hit ? 1 : 0) - mean) / deviation;
    }
  };
}

/** Rows of a table whose targets are all there, and, with `complete`, whose inputs are too. */
export function usableRows(table: Table, targets: readonly string[], inputs: readonly string[]): Int32Array {
  const columns = [...targets, ...inputs].map((name) => findColumn(table, name)!.missing);
  const rows: number[] = [];
  for (let row = 0; row < table.rows; row++) if (columns.every((missing) => !missing[row])) rows.push(row);
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
    const cells = findColumn(table, column)!;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const value = cells.numbers[row]!;
      if (!Number.isFinite(value))
        throw new DataError(
          "cell",
          placeOf(table, row, column),
          `is ${describeFault(cells, row, false)}; leave the row out`,
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
