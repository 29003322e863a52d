import { DataError } from "../../errors.ts";
import { textsOf } from "../column.ts";
import type { Table } from "../table.ts";
import { boneAgeLabels, isBoneAge } from "./bone-age-labels.ts";
import { requireColumn } from "./image-labels.ts";
import { listFolder } from "./list-folder.ts";
import { findFileColumn } from "./table-labels.ts";

/** Pictures without labels. */
export interface FoundPictures {
  readonly folder: string;
  /** Names relative to the folder. */
  readonly files: readonly string[];
}

/**
 * Finds pictures to predict: those that a table names, or all in a folder and the folders in it, by name. Node only.
 *
 * @param fileColumn The table's column of file names; absent: found by its content.
 * @throws {DataError} If there are none, or the table names none. @throws {FileError} If a folder can't be read.
 */
export async function findPictures(
  folder: string,
  table?: Table | undefined,
  fileColumn?: string | undefined,
): Promise<FoundPictures> {
  if (table && fileColumn === undefined && isBoneAge(table)) return await boneAgeLabels(table, folder, {});
  if (table) {
    const column = fileColumn ?? (await findFileColumn(table, folder));
    return { folder, files: textsOf(requireColumn(table, column)).map((text) => text.trim()) };
  }
  const files = await listTree(folder, "");
  if (files.length === 0)
    throw new DataError("no-images", { file: folder }, "has no pictures; check the folder");
  return { folder, files };
}

async function listTree(folder: string, prefix: string): Promise<string[]> {
  const { join } = await import("node:path");
  const { folders, pictures } = await listFolder(join(folder, prefix));
  const files = pictures.map((name) => `${prefix}${name}`);
  for (const name of folders) files.push(...(await listTree(folder, `${prefix}${name}/`)));
  return files;
}
