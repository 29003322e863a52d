import { DataError } from "../data/data-error.ts";
import { readTargets, usableRows } from "../data/encode.ts";
import { boneAgeLabels, isBoneAge } from "../data/images/bone-age-labels.ts";
import { type LabelledImages, requireColumn } from "../data/images/image-labels.ts";
import { listFolder } from "../data/images/list-folder.ts";
import { type ImageSet, type OpenImagesOptions, openImages } from "../data/images/open-images.ts";
import { type ImageLabelOptions, readImageLabels } from "../data/images/read-image-labels.ts";
import { findFileColumn } from "../data/images/table-labels.ts";
import { compareWithTruth, type Evaluation } from "./evaluation.ts";
import type { Model, Predictions } from "./model.ts";
import type { PictureEncoder } from "./picture-encoder.ts";
import { pictureInputs } from "./picture-inputs.ts";

/** Where pictures are, and how they are read; their shape is the model's. */
export interface PredictPicturesOptions
  extends ImageLabelOptions,
    Partial<Omit<OpenImagesOptions, "shape" | "fit">> {}

/** Predictions of pictures, in the targets' own units. */
export interface PicturePredictions extends Predictions {
  /** Names, relative to the folder; a row of `values` each. Bad pictures that were skipped are not among them. */
  readonly files: readonly string[];
  readonly targets: readonly string[];
  /** Pictures that could not be read. */
  readonly skipped: number;
}

/**
 * Predicts pictures: those that a table names, or all in a folder. Node only.
 *
 * @throws {DataError} If the model was fitted to a table, or pictures can't be read.
 */
export async function predictPictures(
  model: Model,
  options: PredictPicturesOptions,
): Promise<PicturePredictions> {
  const encoder = requirePictures(model);
  const { folder, files } = await namedPictures(options);
  const set = await open(encoder, folder, files, options);
  try {
    return {
      ...predictSet(model, encoder, set, set.usable),
      files: Array.from(set.usable, (row) => files[row]!),
      targets: model.header.encoder.targets.map(({ column }) => column),
      skipped: files.length - set.usable.length,
    };
  } finally {
    set.source.close();
  }
}

/**
 * Compares predictions of pictures with their labels. Node only.
 *
 * @throws {DataError} As `predictPictures`, or if labels are missing.
 */
export async function evaluatePictures(model: Model, options: PredictPicturesOptions): Promise<Evaluation> {
  const encoder = requirePictures(model);
  const names = model.header.encoder.targets.map(({ column }) => column);
  const labels = await readImageLabels({ ...options, targets: names });
  const set = await open(encoder, labels.folder, labels.files, options);
  try {
    const readable = new Set(set.usable);
    const rows = usableRows(labels.table, names, []).filter((row) => readable.has(row));
    const truth = readTargets(model.header.encoder, labels.table, rows);
    const { values } = predictSet(model, encoder, set, rows);
    return compareWithTruth(labels.folder, names, values, truth, labels.files.length - rows.length);
  } finally {
    set.source.close();
  }
}

function requirePictures({ header }: Model): PictureEncoder {
  if (header.pictures) return header.pictures;
  throw new DataError(
    "shape",
    { file: "model" },
    "was fitted to a table, not to pictures; use predictTable, or leave out --images on the command line",
  );
}

/** Pictures whose labels need not be known. */
async function namedPictures({
  images,
  table,
  fileColumn,
}: PredictPicturesOptions): Promise<Pick<LabelledImages, "folder" | "files">> {
  if (!table) return { folder: images, files: (await listFolder(images)).pictures };
  if (fileColumn === undefined && isBoneAge(table)) return await boneAgeLabels(table, images);
  const column = fileColumn ?? (await findFileColumn(table, images));
  return { folder: images, files: requireColumn(table, column).map((cell) => cell.trim()) };
}

function open(
  { shape, fit }: PictureEncoder,
  folder: string,
  files: readonly string[],
  options: PredictPicturesOptions,
): Promise<ImageSet> {
  return openImages(folder, files, { ...options, shape, fit });
}

function predictSet(
  model: Model,
  { channels }: PictureEncoder,
  { source }: ImageSet,
  rows: Int32Array,
): Predictions {
  return model.predictSource(pictureInputs(source, rows, channels, null), rows.length);
}
