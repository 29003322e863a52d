/** A table as it was read: texts by column, and where each row stands in its file. */
export interface Table {
  /** The file's name, for messages. */
  readonly name: string;
  readonly columns: readonly Column[];
  readonly rows: number;
  /** The physical line of each row, from 1; for tables that are no files the row's number, from 1. */
  readonly lines: Int32Array;
  /** What was found out while reading, for people. */
  readonly notes: readonly string[];
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly sha256: string;
}

export interface Column {
  readonly name: string;
  readonly cells: readonly string[];
}

/** Finds a column by its name. */
export function findColumn(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}
