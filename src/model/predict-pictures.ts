import { readTargets, usableRows } from "../data/encode.ts";
import type { ImageFault } from "../data/images/decode-images.ts";
import type { ImageSet } from "../data/images/open-images.ts";
import { openLabelledFor, openNamedFor, type PictureReading } from "../data/images/open-pictures.ts";
import { DataError } from "../errors.ts";
import { compareWithTruth, type Evaluation } from "./evaluation.ts";
import { pictureInputs } from "./picture-inputs.ts";
import type { PictureEncoder, Predictions, SavedModel } from "./saved-model.ts";

/** Where pictures are, and how they are read; their shape is the model's. */
export interface PredictPicturesOptions extends Omit<PictureReading, "fit"> {}

/** Predictions of pictures, in the targets' own units. */
export interface PicturePredictions extends Predictions {
  /** Names, relative to the folder; in an array numbers, from 0. */
  readonly files: readonly string[];
  /** For each row of `values` the place of its picture among the files. */
  readonly rows: Int32Array;
  readonly targets: readonly string[];
  /** Pictures that could not be read, and were skipped. */
  readonly faults: readonly ImageFault[];
}

/**
 * Predicts pictures: those that a table names, all in a folder, or all of an array. Node only.
 *
 * @throws {DataError} If the model was fitted to a table, or pictures can't be read.
 */
export async function predictPictures(
  model: SavedModel,
  options: PredictPicturesOptions,
): Promise<PicturePredictions> {
  const encoder = requirePictures(model);
  const { files, set } = await openNamedFor({ ...options, fit: encoder.fit }, encoder.shape);
  try {
    return {
      ...predictSet(model, encoder, set, set.usable),
      files,
      rows: set.usable,
      targets: model.header.encoder.targets.map(({ column }) => column),
      faults: set.faults,
    };
  } finally {
    set.source.close();
  }
}

/** Errors of predictions of pictures, and which pictures they leave out. */
export interface PictureEvaluation extends Evaluation {
  /** The `skipped` ones: pictures that could be read, and have no target. */
  readonly unlabelled: readonly string[];
  /** Pictures that could not be read, and were skipped; with or without a target. */
  readonly faults: readonly ImageFault[];
}

/**
 * Compares predictions of pictures with their labels. Node only.
 *
 * @throws {DataError} As `predictPictures`, or if labels are missing.
 */
export async function evaluatePictures(
  model: SavedModel,
  options: PredictPicturesOptions,
): Promise<PictureEvaluation> {
  const encoder = requirePictures(model);
  const names = model.header.encoder.targets.map(({ column }) => column);
  const reading = { ...options, targets: names, fit: encoder.fit };
  const { labels, set } = await openLabelledFor(reading, encoder.shape);
  try {
    const labelled = new Set(usableRows(labels.table, names, []));
    const rows = set.usable.filter((row) => labelled.has(row));
    const unlabelled = Array.from(set.usable)
      .filter((row) => !labelled.has(row))
      .map((row) => labels.files[row]!);
    const truth = readTargets(model.header.encoder, labels.table, rows);
    const { values } = predictSet(model, encoder, set, rows);
    return {
      ...compareWithTruth(labels.folder, names, values, truth, unlabelled.length),
      unlabelled,
      faults: set.faults,
    };
  } finally {
    set.source.close();
  }
}

function requirePictures({ header }: SavedModel): PictureEncoder {
  if (header.pictures) return header.pictures;
  throw new DataError(
    "shape",
    { file: "model" },
    "was fitted to a table, not to pictures; use predictTable, or leave out --images on the command line",
  );
}

function predictSet(
  model: SavedModel,
  { channels }: PictureEncoder,
  { source }: ImageSet,
  rows: Int32Array,
): Predictions {
  return model.predictEncoded(
    { source: pictureInputs(source, rows, channels, null), matrix: null },
    rows.length,
  );
}
