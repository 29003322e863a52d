import { DataError } from "../../errors.ts";
import type { Table } from "../table.ts";
import { type LabelChoice, type LabelledImages, requireLabels } from "./image-labels.ts";
import { type ImageShape, writeShape } from "./image-shape.ts";
import { openNpyImages } from "./npy-images.ts";
import { type ImageSet, openImagesDefaults } from "./open-images.ts";

/** Whether pictures are an array in a NumPy file, by the ending of its name, and not files in a folder. */
export function isPictureArray(images: string): boolean {
  return /\.np[yz](\.gz)?$/i.test(images);
}

/**
 * Reads pictures from an array, which needs no decoder. Node only.
 *
 * @param memoryLimit Bytes; pictures that are more, and not compressed, are read batch by batch.
 * @throws {FileError} If the file can't be read.
 * @throws {DataError} If it is no array of pictures, or has none.
 */
export async function openPictureArray(
  path: string,
  memoryLimit: number = openImagesDefaults.memoryLimit,
): Promise<ImageSet> {
  const source = await openNpyImages(path, memoryLimit);
  if (source.count === 0)
    throw new DataError("no-images", { file: path }, "has no pictures; save an array with some");
  return {
    source,
    usable: Int32Array.from({ length: source.count }, (_, row) => row),
    faults: [],
    cacheFile: null,
    notes: [`${source.count} pictures of ${writeShape(source)}`],
  };
}

/** Names for the pictures of an array: their numbers, from 0. */
export function namesInArray(count: number): readonly string[] {
  return Array.from({ length: count }, (_, row) => String(row));
}

/**
 * Labels of an array of pictures: row i of the table belongs to picture i.
 *
 * @throws {DataError} If there is no table or no target, or the table has another number of rows.
 */
export function labelsOfArray(
  path: string,
  count: number,
  table: Table | undefined,
  { targets = [], inputs = [] }: LabelChoice,
): LabelledImages {
  const needs = (what: string) => new DataError("labels", { file: path }, what);
  if (!table) throw needs("holds pictures without labels; give a table with a row for each");
  if (targets.length === 0)
    throw new DataError("columns", { file: table.name }, "needs a target; name the column to predict");
  requireRows(path, count, table);
  const note = `${table.rows} rows of ${table.name}, row i for picture i`;
  return requireLabels({
    folder: path,
    files: namesInArray(count),
    table,
    targets,
    inputs,
    notes: [note],
  });
}

/** @throws {DataError} If a table has not one row for each picture. */
export function requireRows(path: string, count: number, table: Table): void {
  if (table.rows !== count)
    throw new DataError(
      "shape",
      { file: path },
      `holds ${count} pictures, and ${table.name} has ${table.rows} rows; give a row for each picture, in the same order`,
    );
}

/**
 * Refuses another shape than the array's own: its pictures are not resized.
 *
 * @throws {DataError} If a size or the channels differ.
 */
export function requireOwnShape(
  path: string,
  { height, width, channels }: ImageShape,
  wanted: Partial<ImageShape>,
): void {
  const own = { height, width, channels };
  const asked = { ...own, ...wanted };
  if (writeShape(asked) !== writeShape(own))
    throw new DataError(
      "shape",
      { file: path },
      `holds pictures of ${writeShape(own)}, not of ${writeShape(asked)}, and an array is not resized; leave the size and the channels out, or save it in the other shape`,
    );
}
