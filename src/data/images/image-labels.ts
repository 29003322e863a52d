import { DataError } from "../../errors.ts";
import { type Column, columnOfTexts, textAt } from "../column.ts";
import { listNames, nearestName } from "../nearest-name.ts";
import { findColumn, placeOf, type Table } from "../table.ts";

/** Pictures and what is known about each: row i of the table belongs to file i. */
export interface LabelledImages {
  readonly folder: string;
  /** Names relative to the folder. */
  readonly files: readonly string[];
  readonly table: Table;
  /** Columns of the table that are to be predicted. */
  readonly targets: readonly string[];
  /** Columns of the table that a network may see beside the picture. */
  readonly inputs: readonly string[];
  /** What was recognized, for people. */
  readonly notes: readonly string[];
}

/** Which columns are used; what is absent follows from the layout: its target, and no inputs. */
export interface LabelChoice {
  readonly targets?: readonly string[] | undefined;
  readonly inputs?: readonly string[] | undefined;
}

/** @throws {DataError} If a column does not exist, or is both a target and an input. */
export function requireLabels(labels: LabelledImages): LabelledImages {
  const { table, targets, inputs } = labels;
  for (const name of [...targets, ...inputs]) requireColumn(table, name);
  const both = targets.find((name) => inputs.includes(name));
  if (both !== undefined)
    throw new DataError(
      "columns",
      { file: table.name, column: both },
      "is a target and an input; leave one out",
    );
  return labels;
}

/** @throws {DataError} If the table has no such column. */
export function requireColumn(table: Table, name: string): Column {
  const column = findColumn(table, name);
  if (column) return column;
  const names = table.columns.map((other) => other.name);
  const near = nearestName(name, names);
  const advice = near === null ? `its columns are ${listNames(names)}` : `did you mean "${near}"?`;
  throw new DataError("columns", { file: table.name }, `has no column "${name}"; ${advice}`);
}

/**
 * The numbers of some columns, row-major, for rows of the table.
 *
 * @throws {DataError} If a cell holds no finite number.
 */
export function numbersOf(table: Table, names: readonly string[], rows: ArrayLike<number>): Float64Array {
  const columns = names.map((name) => requireColumn(table, name));
  const numbers = new Float64Array(rows.length * names.length);
  for (let i = 0; i < rows.length; i++)
    for (const [k, column] of columns.entries()) {
      const value = column.numbers[rows[i]!]!;
      if (!Number.isFinite(value))
        throw new DataError(
          "cell",
          placeOf(table, rows[i]!, names[k]),
          `is ${JSON.stringify(textAt(column, rows[i]!))}, not a number; mend it or leave the row out`,
        );
      numbers[i * names.length + k] = value;
    }
  return numbers;
}

/** Makes a table of columns, for what is known from the names of folders. */
export async function tableOfColumns(
  name: string,
  columns: Readonly<Record<string, readonly string[]>>,
): Promise<Table> {
  const { createHash } = await import("node:crypto");
  const rows = Object.values(columns)[0]?.length ?? 0;
  return {
    name,
    columns: Object.entries(columns).map(([column, texts]) => columnOfTexts(column, texts)),
    rows,
    hasHeader: true,
    unit: "record",
    lines: Int32Array.from({ length: rows }, (_, row) => row + 1),
    notes: [],
    sha256: createHash("sha256").update(JSON.stringify(columns)).digest("hex"),
  };
}
