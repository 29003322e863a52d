import { DataError } from "../../errors.ts";
import { findPictures } from "./find-pictures.ts";
import type { LabelledImages } from "./image-labels.ts";
import { type ImageShape, writeShape } from "./image-shape.ts";
import { requireFolder } from "./list-folder.ts";
import { type ImageSet, type OpenImagesOptions, openImages } from "./open-images.ts";
import {
  isPictureArray,
  labelsOfArray,
  namesInArray,
  openPictureArray,
  requireOwnShape,
  requireRows,
} from "./picture-array.ts";
import { type ImageLabelOptions, readImageLabels } from "./read-image-labels.ts";

/**
 * Where pictures and labels are, and how they are read. Of an array only the table, the targets and the memory
 * limit count: there are no files to find, to decode or to keep.
 */
export type PictureReading = ImageLabelOptions & Partial<Omit<OpenImagesOptions, "shape">>;

/** Pictures, and what is known about each. */
export interface LabelledPictures {
  readonly labels: LabelledImages;
  readonly set: ImageSet;
  /** Of all pictures. */
  readonly shape: ImageShape;
}

/** Pictures by name. */
export interface NamedPictures {
  /** Names relative to the folder; in an array numbers, from 0. */
  readonly files: readonly string[];
  readonly set: ImageSet;
}

/** Every file's picture is brought to this shape where no other is asked for. */
export const pictureDefaults: Readonly<{ shape: ImageShape }> = Object.freeze({
  shape: Object.freeze({ height: 64, width: 64, channels: 3 } as const),
});

/**
 * Opens pictures with their labels: of a folder, or of an array in a NumPy file (.npy, .npy.gz). Node only.
 *
 * @param wanted Height, width and channels that differ from `pictureDefaults`; an array has its own.
 * @throws {FileError} If there is no such folder or array.
 * @throws {DataError} As `readImageLabels` and `openImages`, or if an array is none of pictures, has another shape, or
 *   not as many pictures as the table has rows.
 */
export async function openLabelled(
  options: PictureReading,
  wanted: Partial<ImageShape>,
): Promise<LabelledPictures> {
  const { images, table } = options;
  if (isPictureArray(images))
    return await openArray(options, (set) => {
      const { height, width, channels, count } = set.source;
      requireOwnShape(images, set.source, wanted);
      const labels = labelsOfArray(images, count, table, options);
      return { labels, set, shape: { height, width, channels } };
    });
  await requireFolder(images);
  const shape = { ...pictureDefaults.shape, ...wanted };
  const labels = await readImageLabels(options);
  return { labels, set: await openImages(labels.folder, labels.files, { ...options, shape }), shape };
}

/**
 * Opens pictures for a model, with their labels. Node only.
 *
 * @param shape The model's.
 * @throws {DataError} As `openLabelled`, or if an array has not the model's shape.
 */
export async function openLabelledFor(options: PictureReading, shape: ImageShape): Promise<LabelledPictures> {
  if (!isPictureArray(options.images)) return await openLabelled(options, shape);
  const pictures = await openLabelled(options, {});
  closeOnFailure(pictures.set, () => requireModelShape(options.images, pictures.shape, shape));
  return pictures;
}

/**
 * Opens pictures for a model, without labels: those that a table names, all in a folder, or all of an array. Node only.
 *
 * @param shape The model's.
 * @throws {DataError} As `findPictures` and `openImages`; of an array as `openLabelledFor`.
 */
export async function openNamedFor(options: PictureReading, shape: ImageShape): Promise<NamedPictures> {
  const { images, table, fileColumn } = options;
  if (isPictureArray(images))
    return await openArray(options, (set) => {
      requireModelShape(images, set.source, shape);
      if (table) requireRows(images, set.source.count, table);
      return { files: namesInArray(set.source.count), set };
    });
  await requireFolder(images);
  const { folder, files } = await findPictures(images, table, fileColumn);
  return { files, set: await openImages(folder, files, { ...options, shape }) };
}

async function openArray<T>({ images, memoryLimit }: PictureReading, use: (set: ImageSet) => T): Promise<T> {
  const set = await openPictureArray(images, memoryLimit);
  return closeOnFailure(set, () => use(set));
}

/** An array that is read batch by batch is an open file. */
function closeOnFailure<T>({ source }: ImageSet, make: () => T): T {
  try {
    return make();
  } catch (error) {
    source.close();
    throw error;
  }
}

function requireModelShape(path: string, own: ImageShape, shape: ImageShape): void {
  if (writeShape(own) !== writeShape(shape))
    throw new DataError(
      "shape",
      { file: path },
      `holds pictures of ${writeShape(own)}, and the model takes ${writeShape(shape)}; an array is not resized: save it in that shape`,
    );
}
