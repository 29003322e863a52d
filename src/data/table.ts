import type { Place } from "../errors.ts";
import { type Column, pickCells } from "./column.ts";

/** A table: typed columns, and where each row stands in its file. */
export interface Table {
  /** The file's name, for messages. */
  readonly name: string;
  readonly columns: readonly Column[];
  readonly rows: number;
  /** Whether the columns have names of their own, not numbers for want of a header. */
  readonly hasHeader: boolean;
  /** What a row is in its file: a line of text, or a record of a JSON array. */
  readonly unit: "line" | "record";
  /** The physical line of each row, or the number of its record; from 1. */
  readonly lines: Int32Array;
  /** What was found out while reading, for people. */
  readonly notes: readonly string[];
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly sha256: string;
}

/** Where a row stands, or a cell of it. */
export function placeOf(table: Table, row: number, column?: string): Place {
  const place = { file: table.name, [table.unit]: table.lines[row]! };
  return column === undefined ? place : { ...place, column };
}

/** Finds a column by its name. */
export function findColumn(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}

/** Some rows of a table, in this order. */
export function pickRows(table: Table, rows: ArrayLike<number>): Table {
  return {
    ...table,
    rows: rows.length,
    columns: table.columns.map((column) => pickCells(column, rows)),
    lines: Int32Array.from(rows, (row) => table.lines[row]!),
  };
}
