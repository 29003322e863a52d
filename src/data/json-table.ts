import { DataError, type Place } from "../errors.ts";
import { buildColumn, type ColumnBuilder } from "./column.ts";
import type { TableReader } from "./delimited-table.ts";
import type { Table } from "./table.ts";

/** Reads a table from an array of records. */
export function readJson(name: string): TableReader {
  let text = "";
  return {
    push(part) {
      text += part;
    },
    end() {
      const rows = recordRows(name, "record");
      for (const [i, entry] of parseJson(text, name).entries()) rows.add(entry, i + 1);
      return rows.finish();
    },
  };
}

function parseJson(text: string, name: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notJson(error, { file: name });
  }
  if (Array.isArray(value)) return value;
  throw new DataError(
    "json",
    { file: name },
    'is not an array of records; write for example [{"x": 1, "y": 2}]',
  );
}

/** Reads a table from lines with a record each. */
export function readJsonLines(name: string): TableReader {
  const rows = recordRows(name, "line");
  let rest = "";
  let line = 0;
  const take = (text: string) => {
    line++;
    if (text.trim() !== "") rows.add(parseJsonLine(text, { file: name, line }), line);
  };
  return {
    push(part) {
      const lines = (rest + part).split("\n");
      rest = lines.pop()!;
      for (const text of lines) take(text);
    },
    end() {
      take(rest);
      return rows.finish();
    },
  };
}

function parseJsonLine(line: string, place: Place): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw notJson(error, place);
  }
}

/** The message of a parser may quote lines of the file. */
function notJson(error: unknown, place: Place): DataError {
  const text = (error as Error).message.replace(/\s+/g, " ");
  return new DataError("json", place, `is not JSON: ${text}; mend it there`);
}

/** Rows of a table from records, each with the columns that it has; the others have no value there. */
function recordRows(name: string, unit: "line" | "record") {
  const builders = new Map<string, ColumnBuilder>();
  const lines: number[] = [];
  const begin = (column: string) => {
    const builder = buildColumn();
    for (let row = 0; row < lines.length; row++) builder.addMissing();
    builders.set(column, builder);
  };
  return {
    add(entry: unknown, line: number) {
      const record = requireRecord(entry, { file: name, [unit]: line });
      for (const column of Object.keys(record)) if (!builders.has(column)) begin(column);
      for (const [column, builder] of builders)
        builder.addValue(Object.hasOwn(record, column) ? record[column] : null);
      lines.push(line);
    },
    finish(): Table {
      if (lines.length === 0)
        throw new DataError("no-rows", { file: name }, "has no rows; give at least some examples");
      if (builders.size === 0)
        throw new DataError("no-columns", { file: name }, "has records without values; give them some");
      const columns = [...builders].map(([column, builder]) => builder.finish(column));
      const rows = { rows: lines.length, unit, lines: Int32Array.from(lines) };
      return { name, columns, hasHeader: true, ...rows, notes: [], sha256: "" };
    },
  };
}

function requireRecord(entry: unknown, place: Place): Readonly<Record<string, unknown>> {
  if (typeof entry === "object" && entry !== null && !Array.isArray(entry))
    return entry as Readonly<Record<string, unknown>>;
  throw new DataError("json", place, "is not a record; give objects with a value for each column");
}
