import { type LabelFolder, listLabelFolders, requirePictures } from "./folder-labels.ts";
import { type LabelChoice, type LabelledImages, requireLabels, tableOfColumns } from "./image-labels.ts";

/** The names that AFAD gives to the folders of men and of women. */
const sexes: Readonly<Record<string, string>> = { 111: "male", 112: "female" };

/** Whether folders lie as in AFAD and AFAD-Lite: ages, and in each the folders 111 or 112. */
export function isAfad(found: readonly LabelFolder[]): boolean {
  return (
    found.length > 0 &&
    found.every(
      ({ name, content: { folders, pictures } }) =>
        /^\d{1,3}$/.test(name) &&
        pictures.length === 0 &&
        folders.length > 0 &&
        folders.every((sex) => sex in sexes),
    )
  );
}

/**
 * Labels from the layout of AFAD and AFAD-Lite (Niu et al. 2016), `<age>/<sex>/<file>`: sex 111 is male, 112 female.
 * The table has the columns file, age and sex; the target is age. Node only.
 *
 * @throws {DataError} If there are no pictures.
 */
export async function afadLabels(
  folder: string,
  found: readonly LabelFolder[],
  { targets = ["age"], inputs = [] }: LabelChoice = {},
): Promise<LabelledImages> {
  const { join } = await import("node:path");
  const rows: { file: string; age: string; sex: string }[] = [];
  for (const { name: age } of found)
    for (const { name: code, content } of await listLabelFolders(join(folder, age)))
      for (const file of content.pictures)
        rows.push({ file: `${age}/${code}/${file}`, age, sex: sexes[code]! });
  const files = rows.map(({ file }) => file);
  requirePictures(folder, files);
  const table = await tableOfColumns(folder, {
    file: files,
    age: rows.map(({ age }) => age),
    sex: rows.map(({ sex }) => sex),
  });
  const men = rows.filter(({ sex }) => sex === "male").length;
  const note = `recognized the layout of AFAD, <age>/<sex>/<file>: ${files.length} pictures, ${men} male, ${files.length - men} female; the target is "age"; "sex" may be an input`;
  return requireLabels({ folder, files, table, targets, inputs, notes: [note] });
}
