import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { textAt, textsOf } from "../../../src/data/column.ts";
import { numbersOf } from "../../../src/data/images/image-labels.ts";
import { compareNames } from "../../../src/data/images/list-folder.ts";
import { openImages } from "../../../src/data/images/open-images.ts";
import { type ImageLabelOptions, readImageLabels } from "../../../src/data/images/read-image-labels.ts";
import { parseTable } from "../../../src/data/read-table.ts";
import { findColumn, type Table } from "../../../src/data/table.ts";
import { encode, sharp, temporaryFolder, writeInto } from "./pictures.ts";

const root = temporaryFolder();
let made = 0;

/** A folder with empty files of these names. */
function folderOf(...names: string[]): string {
  const folder = join(root, `set${made++}`);
  mkdirSync(folder);
  for (const name of names) writeInto(folder, name, "");
  return folder;
}

const rowsOf = ({ columns, rows }: Table) =>
  Array.from({ length: rows }, (_, i) => columns.map((column) => textAt(column, i)).join(" "));

async function fault(options: ImageLabelOptions): Promise<string> {
  return await readImageLabels(options).then(
    () => "nothing was thrown",
    (error: Error) => error.message.replaceAll(options.images, "F"),
  );
}

describe("one folder per label", () => {
  test("takes folders' names for the target, in their order as numbers", async () => {
    const images = folderOf(
      "10/b.JPG",
      "10/a.png",
      "9/naïve 🌊.webp",
      "-0.5/x.jpeg",
      "10/notes.txt",
      "9/.hidden.png",
    );
    const { folder, files, table, targets, inputs, notes } = await readImageLabels({ images });
    expect(files).toEqual(["-0.5/x.jpeg", "9/naïve 🌊.webp", "10/a.png", "10/b.JPG"]);
    expect(rowsOf(table)).toEqual(["-0.5/x.jpeg -0.5", "9/naïve 🌊.webp 9", "10/a.png 10", "10/b.JPG 10"]);
    expect({ folder, targets, inputs }).toEqual({ folder: images, targets: ["label"], inputs: [] });
    expect([...numbersOf(table, targets, [0, 2])]).toEqual([-0.5, 10]);
    expect(notes).toEqual([
      'recognized one folder per label: 4 pictures in 3 folders, whose names are the target "label"',
    ]);
    expect((await readImageLabels({ images })).table.sha256).toBe(table.sha256);
  });

  test("refuses names that are no numbers", async () => {
    expect(await fault({ images: folderOf("cat/a.png", "dog/a.png", "3/a.png", "empty.d/notes.txt") })).toBe(
      'F: has folders whose names are not numbers ("cat", "dog"); regression predicts numbers: name each folder by its number, or give a table with a column of numbers',
    );
  });

  test("refuses pictures that lie in no folder, and a folder without pictures", async () => {
    expect(await fault({ images: folderOf("a.png", "b.png") })).toBe(
      "F: has 2 pictures that lie in no folder of a label; give a table with a column of their names, or put each in a folder named by its number",
    );
    expect(await fault({ images: folderOf("3/notes.txt") })).toBe(
      "F: has no pictures (.jpg, .jpeg, .png, .webp) where they were looked for; check the folder",
    );
    expect(await fault({ images: join(root, "no") })).toBe("F: there is no such file; check the path");
  });

  test("follows links to folders", async () => {
    const images = folderOf();
    symlinkSync(folderOf("a.png"), join(images, "7"));
    expect((await readImageLabels({ images })).files).toEqual(["7/a.png"]);
  });
});

describe("AFAD", () => {
  const names = ["18/111/10-0.jpg", "18/111/9-0.jpg", "18/112/1.JPG", "39/112/2.jpg", "AFAD-Lite.txt"];

  test("is recognized by ages and the folders 111 and 112", async () => {
    const images = folderOf(...names, "20/111/Thumbs.db");
    const { files, table, targets, inputs, notes } = await readImageLabels({ images });
    expect(rowsOf(table)).toEqual([
      "18/111/10-0.jpg 18 male",
      "18/111/9-0.jpg 18 male",
      "18/112/1.JPG 18 female",
      "39/112/2.jpg 39 female",
    ]);
    expect(files).toEqual(textsOf(findColumn(table, "file")!));
    expect({ targets, inputs }).toEqual({ targets: ["age"], inputs: [] });
    expect(notes).toEqual([
      'recognized the layout of AFAD, <age>/<sex>/<file>: 4 pictures, 2 male, 2 female; the target is "age"; "sex" may be an input',
    ]);
  });

  test("gives the sex as an input where that is asked for", async () => {
    expect((await readImageLabels({ images: folderOf(...names), inputs: ["sex"] })).inputs).toEqual(["sex"]);
  });

  test("refuses other columns", async () => {
    const images = folderOf(...names);
    expect(await fault({ images, targets: ["ages"] })).toBe('F: has no column "ages"; did you mean "age"?');
    expect(await fault({ images, targets: ["height"] })).toBe(
      'F: has no column "height"; its columns are file, age, sex',
    );
    expect(await fault({ images, inputs: ["age"] })).toBe(
      'F: column "age" is a target and an input; leave one out',
    );
  });

  test("is not seen in other folders of folders", async () => {
    expect(await fault({ images: folderOf("18/113/a.jpg") })).toContain("has no pictures");
    const images = folderOf("18/111/a.jpg", "18/b.jpg");
    expect((await readImageLabels({ images })).files).toEqual(["18/b.jpg"]);
  });
});

describe("RSNA Bone Age", () => {
  const csv = "id,boneage,male\n1377,180,False\n1378,12,False\n1379,94,True\n";
  const pictures = ["1377.png", "1378.png", "1379.png"];

  test("is recognized by the table's columns", async () => {
    const images = folderOf(...pictures);
    const table = parseTable(csv, "train.csv");
    const { folder, files, targets, inputs, notes } = await readImageLabels({
      images,
      table,
      inputs: ["male"],
    });
    expect({ folder, files, targets, inputs }).toEqual({
      ...{ folder: images, files: pictures, targets: ["boneage"], inputs: ["male"] },
    });
    expect([...numbersOf(table, targets, [0, 1, 2])]).toEqual([180, 12, 94]);
    expect(notes).toEqual([
      `recognized RSNA Bone Age: 3 rows of train.csv, pictures <id>.png in ${images}; the target is "boneage"; "male" may be an input`,
    ]);
  });

  test("is found as the archives unpack: the tables in the folder, the pictures two folders deeper", async () => {
    const inner = "boneage-training-dataset/boneage-training-dataset";
    const images = folderOf(...pictures.map((name) => `${inner}/${name}`), "boneage-test-dataset/1.png");
    writeInto(images, "boneage-training-dataset.csv", csv);
    writeInto(images, "boneage-test-dataset.csv", "Case ID,Sex\n4360,M\n4361,F\n");
    const { folder, files } = await readImageLabels({ images });
    expect({ folder, files }).toEqual({ folder: join(images, inner), files: pictures });
  });

  test("knows the columns of the validation set", async () => {
    const table = parseTable("Image ID,male,Bone Age (months)\n1377,TRUE,50\n1378,FALSE,60\n", "v.csv");
    expect((await readImageLabels({ images: folderOf(...pictures), table })).targets).toEqual([
      "Bone Age (months)",
    ]);
  });

  test("refuses pictures in several folders", async () => {
    const images = folderOf("a/1377.png", "b/1377.png");
    expect(await fault({ images, table: parseTable(csv, "t.csv") })).toBe(
      "F: has pictures of the table in several folders (F/a, F/b); give one of them",
    );
  });
});

describe("a table of files", () => {
  const names = ["0000.jpg", "sub/naïve 🌊.JPG", "2.png"];
  const csv = `file,angle,speed\n${names.map((name, i) => `${name},${i / 2},${i}`).join("\n")}\n`;

  test("finds the column of files", async () => {
    const images = folderOf(...names);
    const table = parseTable(csv, "labels.csv");
    const { files, targets, notes } = await readImageLabels({ images, table, targets: ["angle", "speed"] });
    expect({ files, targets }).toEqual({ files: names, targets: ["angle", "speed"] });
    expect([...numbersOf(table, targets, [2, 0])]).toEqual([1, 2, 0, 0]);
    expect(notes).toEqual([`3 rows of labels.csv, pictures named by "file" in ${images}`]);
  });

  test("takes the column that is named, also where no file is there", async () => {
    const options = {
      images: folderOf(),
      table: parseTable(csv, "t.csv"),
      fileColumn: "file",
      targets: ["angle"],
    };
    expect((await readImageLabels(options)).files).toEqual(names);
  });

  test.each<[string, Partial<ImageLabelOptions>, string]>([
    ["no target", {}, "t.csv: needs a target; name the column to predict"],
    [
      "files that are elsewhere",
      { images: folderOf("other.png"), targets: ["angle"] },
      "t.csv: has no column whose first cells are files in F; name the column of files, one of file, angle, speed, or check the folder",
    ],
    [
      "another column",
      { fileColumn: "fiel", targets: ["angle"] },
      't.csv: has no column "fiel"; did you mean "file"?',
    ],
    [
      "the files as target",
      { fileColumn: "file", targets: ["file"] },
      't.csv: column "file" names the pictures; predict another column',
    ],
    [
      "a row without a name",
      { fileColumn: "file", targets: ["y"], table: parseTable("file,y\na.png,1\n,2\n", "t.csv") },
      't.csv:3: column "file" names no picture; fill it or leave the row out',
    ],
    [
      "two columns of files",
      { targets: ["y"], table: parseTable("left,right,y\n2.png,0000.jpg,1\n", "t.csv") },
      "t.csv: has several columns of files (left, right); name one",
    ],
  ])("refuses %s", async (_, options, message) => {
    const images = folderOf(...names);
    expect(await fault({ images, table: parseTable(csv, "t.csv"), ...options })).toBe(message);
  });

  test("refuses a column of files without a table", async () => {
    expect(await fault({ images: folderOf(...names), fileColumn: "file" })).toBe(
      'F: needs a table for the column "file"; give one',
    );
  });

  test("refuses targets that are no numbers", () => {
    const table = parseTable("file,y\na.png,1\nb.png,tall\n", "t.csv");
    expect(() => numbersOf(table, ["y"], [0, 1])).toThrow(
      't.csv:3: column "y" is "tall", not a number; mend it or leave the row out',
    );
  });
});

test("names are compared as numbers where they are numbers, else by their characters", () => {
  const names = ["10", "b", "9", "a", "-1", "B", "9.5"];
  expect(names.sort(compareNames)).toEqual(["-1", "9", "9.5", "10", "B", "a", "b"]);
});

test.skipIf(!sharp)("pictures and labels of AFAD's layout go together", async () => {
  const images = folderOf();
  const numbers = [3, 1, 4, 1, 5];
  for (const [i, number] of numbers.entries())
    writeInto(images, `${20 + i}/${i % 2 ? 111 : 112}/${i}.jpg`, await encode("jpeg", number));
  writeInto(images, "22/112/bad.jpg", "");
  const { files, table, targets } = await readImageLabels({ images });
  const shape = { height: 12, width: 16, channels: 3 } as const;
  const { source, usable, faults } = await openImages(images, files, {
    shape,
    cache: null,
    badImages: "skip",
  });
  expect(faults.map(({ file }) => file)).toEqual(["22/112/bad.jpg"]);
  expect([...numbersOf(table, targets, usable)]).toEqual([20, 21, 22, 23, 24]);
  const out = new Uint8Array(576);
  for (const [i, row] of usable.entries()) {
    source.read(usable, i, 1, out);
    const alone = await openImages(images, [files[row]!], { shape, cache: null });
    const expected = new Uint8Array(576);
    alone.source.read(Int32Array.of(0), 0, 1, expected);
    expect(out).toEqual(expected);
  }
});
