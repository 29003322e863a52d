import { DataError } from "../../errors.ts";
import { readTable } from "../read-table.ts";
import type { Table } from "../table.ts";
import { afadLabels, isAfad } from "./afad-labels.ts";
import { boneAgeLabels, isBoneAge } from "./bone-age-labels.ts";
import { folderLabels, listLabelFolders } from "./folder-labels.ts";
import type { LabelChoice, LabelledImages } from "./image-labels.ts";
import { listFolder } from "./list-folder.ts";
import { tableLabels } from "./table-labels.ts";

/** Where pictures and their labels are. */
export interface ImageLabelOptions extends LabelChoice {
  /** A folder. */
  readonly images: string;
  /** A table with a row per picture; absent where the names of folders are the labels. */
  readonly table?: Table | undefined;
  /** The table's column of file names; absent: found by its content. */
  readonly fileColumn?: string | undefined;
}

/**
 * Finds pictures and their labels. Node only.
 *
 *     a table, a column of files                 the table names the files
 *     a table with id, boneage and male          RSNA Bone Age; also where the folder holds it
 *     <age>/111/<file>, <age>/112/<file>         AFAD and AFAD-Lite
 *     <number>/<file>                            one folder per label
 *
 * What was recognized is the first of the notes.
 *
 * @throws {DataError} If nothing is recognized, or columns don't fit.
 * @throws {FileError} If a folder can't be read.
 */
export async function readImageLabels(options: ImageLabelOptions): Promise<LabelledImages> {
  const { images, table, fileColumn } = options;
  if (table) return await labelsOfTable(table, options);
  if (fileColumn !== undefined)
    throw new DataError(
      "columns",
      { file: images },
      `needs a table for the column "${fileColumn}"; give one`,
    );
  const boneAge = await findBoneAgeTable(images);
  if (boneAge) return await boneAgeLabels(boneAge, images, options);
  const found = await listLabelFolders(images);
  if (isAfad(found)) return await afadLabels(images, found, options);
  const { pictures } = await listFolder(images);
  if (pictures.length > 0)
    throw new DataError(
      "labels",
      { file: images },
      `has ${pictures.length} pictures that lie in no folder of a label; give a table with a column of their names, or put each in a folder named by its number`,
    );
  return await folderLabels(images, found, options);
}

async function labelsOfTable(table: Table, options: ImageLabelOptions): Promise<LabelledImages> {
  const { images, fileColumn, targets } = options;
  if (fileColumn === undefined && isBoneAge(table)) return await boneAgeLabels(table, images, options);
  return await tableLabels(table, images, { ...options, fileColumn, targets });
}

/** The only table of RSNA Bone Age in a folder; null if there is none, or several. */
async function findBoneAgeTable(folder: string): Promise<Table | null> {
  const { join } = await import("node:path");
  const { others } = await listFolder(folder);
  const tables = await Promise.all(
    others
      .filter((name) => /\.csv(\.gz)?$/i.test(name))
      .map((name) => readTable(join(folder, name)).catch(() => null)),
  );
  const found = tables.filter((table) => table !== null && isBoneAge(table));
  return found.length === 1 ? found[0]! : null;
}
