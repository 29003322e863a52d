import { DataError } from "../../errors.ts";
import { type Column, textsOf } from "../column.ts";
import type { Table } from "../table.ts";
import { type LabelChoice, type LabelledImages, requireLabels } from "./image-labels.ts";
import { listFolder } from "./list-folder.ts";

/** The names of a column in the tables for training and for validation, without case. */
const spellings = {
  id: ["id", "image id", "case id"],
  age: ["boneage", "bone age (months)"],
  male: ["male"],
} as const;

/** The columns of RSNA Bone Age in a table; null if it is none. */
function boneAgeColumns({ columns }: Table): Readonly<Record<keyof typeof spellings, Column>> | null {
  const find = (names: readonly string[]) =>
    columns.find(({ name }) => names.includes(name.trim().toLowerCase()));
  const [id, age, male] = [find(spellings.id), find(spellings.age), find(spellings.male)];
  return id && age && male ? { id, age, male } : null;
}

/** Whether a table has the columns of RSNA Bone Age. */
export function isBoneAge(table: Table): boolean {
  return boneAgeColumns(table) !== null;
}

/**
 * Labels from the layout of RSNA Bone Age (Halabi et al. 2019): a table with the columns id, boneage (in months) and
 * male, and a folder of `<id>.png`. The pictures may lie one or two folders deeper, as the archives unpack. Node only.
 *
 * @throws {DataError} If the table has other columns, or the pictures of the same ids lie in several folders.
 */
export async function boneAgeLabels(
  table: Table,
  images: string,
  { targets, inputs = [] }: LabelChoice = {},
): Promise<LabelledImages> {
  const columns = boneAgeColumns(table);
  if (!columns)
    throw new DataError(
      "columns",
      { file: table.name },
      "has not the columns id, boneage and male; name others",
    );
  const files = textsOf(columns.id).map((cell) => `${cell.trim()}.png`);
  const folder = await findPictures(images, files);
  const target = columns.age.name;
  const note = `recognized RSNA Bone Age: ${files.length} rows of ${table.name}, pictures <id>.png in ${folder}; the target is "${target}"; "${columns.male.name}" may be an input`;
  return requireLabels({ folder, files, table, targets: targets ?? [target], inputs, notes: [note] });
}

/** Of the folder, the folders in it and those in these: the one with pictures of the first rows. */
async function findPictures(images: string, files: readonly string[]): Promise<string> {
  const { join } = await import("node:path");
  const wanted = new Set(files);
  const found: string[] = [];
  const look = async (folder: string, depth: number): Promise<void> => {
    const { folders, pictures } = await listFolder(folder);
    if (pictures.some((name) => wanted.has(name))) found.push(folder);
    if (depth < 2) for (const name of folders) await look(join(folder, name), depth + 1);
  };
  await look(images, 0);
  if (found.length > 1)
    throw new DataError(
      "labels",
      { file: images },
      `has pictures of the table in several folders (${found.join(", ")}); give one of them`,
    );
  // Where there are none, the missing pictures are named later.
  return found[0] ?? images;
}
