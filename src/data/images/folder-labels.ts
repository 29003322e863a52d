import { DataError } from "../../errors.ts";
import { readNumber } from "../cell.ts";
import { listNames } from "../nearest-name.ts";
import { type LabelChoice, type LabelledImages, requireLabels, tableOfColumns } from "./image-labels.ts";
import { type FolderContent, listFolder } from "./list-folder.ts";

/** A folder whose name is a label, and what is in it. */
export interface LabelFolder {
  readonly name: string;
  readonly content: FolderContent;
}

/** The folders in a folder. Node only. */
export async function listLabelFolders(folder: string): Promise<readonly LabelFolder[]> {
  const { join } = await import("node:path");
  const { folders } = await listFolder(folder);
  const contents = await Promise.all(folders.map((name) => listFolder(join(folder, name))));
  return folders.map((name, i) => ({ name, content: contents[i]! }));
}

/**
 * Labels from one folder per label, whose name is the number to predict: `<number>/<file>`. The table has the columns
 * file and label. Node only.
 *
 * @throws {DataError} If a folder's name is no number, or there are no pictures.
 */
export async function folderLabels(
  folder: string,
  found: readonly LabelFolder[],
  { targets = ["label"], inputs = [] }: LabelChoice = {},
): Promise<LabelledImages> {
  requireNumericNames(folder, found);
  const pairs = found.flatMap(({ name, content }) =>
    content.pictures.map((file) => [`${name}/${file}`, name] as const),
  );
  const files = pairs.map(([file]) => file);
  requirePictures(folder, files);
  const table = await tableOfColumns(folder, { file: files, label: pairs.map(([, label]) => label) });
  const used = found.filter(({ content }) => content.pictures.length > 0).length;
  const note = `recognized one folder per label: ${files.length} pictures in ${used} folders, whose names are the target "label"`;
  return requireLabels({ folder, files, table, targets, inputs, notes: [note] });
}

function requireNumericNames(folder: string, found: readonly LabelFolder[]): void {
  const wrong = found.filter(({ name, content }) => content.pictures.length > 0 && !isNumber(name));
  if (wrong.length > 0)
    throw new DataError(
      "labels",
      { file: folder },
      `has folders whose names are not numbers (${listNames(wrong.map(({ name }) => JSON.stringify(name)))}); regression predicts numbers: name each folder by its number, or give a table with a column of numbers`,
    );
}

/** Whether a folder's name is a finite number. */
export function isNumber(name: string): boolean {
  return Number.isFinite(readNumber(name));
}

/** @throws {DataError} If there are no pictures. */
export function requirePictures(folder: string, files: readonly string[]): void {
  if (files.length === 0)
    throw new DataError(
      "no-images",
      { file: folder },
      "has no pictures (.jpg, .jpeg, .png, .webp) where they were looked for; check the folder",
    );
}
