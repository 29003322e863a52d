import { DataError } from "../../errors.ts";
import { type Column, textAt, textsOf } from "../column.ts";
import { listNames } from "../nearest-name.ts";
import { placeOf, type Table } from "../table.ts";
import { type LabelChoice, type LabelledImages, requireColumn, requireLabels } from "./image-labels.ts";

/**
 * Labels from a table with a column of file names and one or more columns of targets. Node only.
 *
 * @param fileColumn Names relative to the folder; absent: the only column whose cells are names of files there.
 * @throws {DataError} If there is no target, no such column, a row without a name, or no single column of files.
 */
export async function tableLabels(
  table: Table,
  folder: string,
  { fileColumn, targets = [], inputs = [] }: LabelChoice & { readonly fileColumn?: string | undefined },
): Promise<LabelledImages> {
  if (targets.length === 0)
    throw new DataError("columns", { file: table.name }, "needs a target; name the column to predict");
  const column = fileColumn ?? (await findFileColumn(table, folder));
  const names = requireColumn(table, column);
  const files = textsOf(names).map((text) => text.trim());
  const empty = names.missing.indexOf(1);
  if (empty >= 0)
    throw new DataError(
      "cell",
      placeOf(table, empty, column),
      "names no picture; fill it or leave the row out",
    );
  const used = [column, ...targets, ...inputs];
  const twice = used.find((name, i) => name === column && i > 0);
  if (twice !== undefined)
    throw new DataError(
      "columns",
      { file: table.name, column },
      "names the pictures; predict another column",
    );
  const note = `${table.rows} rows of ${table.name}, pictures named by "${column}" in ${folder}`;
  return requireLabels({ folder, files, table, targets, inputs, notes: [note] });
}

/** Rows that are looked at for names of files. */
const rowsLookedAt = 20;

/**
 * The column of a table whose first cells are files in a folder.
 *
 * @throws {DataError} If there is none, or several.
 */
export async function findFileColumn(table: Table, folder: string): Promise<string> {
  const counts = await Promise.all(table.columns.map((column) => countFiles(folder, column)));
  const found = table.columns.filter((_, i) => counts[i]! > 0).map(({ name }) => name);
  if (found.length === 1) return found[0]!;
  const names = listNames(table.columns.map(({ name }) => name));
  throw new DataError(
    "columns",
    { file: table.name },
    found.length === 0
      ? `has no column whose first cells are files in ${folder}; name the column of files, one of ${names}, or check the folder`
      : `has several columns of files (${listNames(found)}); name one`,
  );
}

async function countFiles(folder: string, column: Column): Promise<number> {
  const { stat } = await import("node:fs/promises");
  const { resolve } = await import("node:path");
  const isFile = async (row: number): Promise<boolean> => {
    if (column.missing[row]) return false;
    return await stat(resolve(folder, textAt(column, row).trim())).then(
      (found) => found.isFile(),
      () => false,
    );
  };
  const rows = Array.from(column.missing.subarray(0, rowsLookedAt).keys());
  const answers = await Promise.all(rows.map(isFile));
  return answers.filter(Boolean).length;
}
