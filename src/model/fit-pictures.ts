import { restoreTargets, standardizeTargets, usableRows } from "../data/encode.ts";
import type { Encoder } from "../data/encoder.ts";
import { fitEncoder } from "../data/fit-encoder.ts";
import { type AugmentationOptions, augmentation } from "../data/images/augmentation.ts";
import { type ChannelStatistics, measureChannels } from "../data/images/channel-statistics.ts";
import { type LabelledImages, numbersOf } from "../data/images/image-labels.ts";
import { bytesOf, type ImageShape } from "../data/images/image-shape.ts";
import type { ImageSource } from "../data/images/image-source.ts";
import { type ImageSet, openImagesDefaults } from "../data/images/open-images.ts";
import { type LabelledPictures, openLabelled, type PictureReading } from "../data/images/open-pictures.ts";
import { type ColumnPlan, encodeDefaults } from "../data/plan-columns.ts";
import { type Split, splitRows } from "../data/split-rows.ts";
import { seedRandom } from "../random/random.ts";
import type { InputSource } from "../residuals/dataset.ts";
import type { ExampleInputs, Examples } from "./examples.ts";
import { fitExamples } from "./fit-examples.ts";
import { createModel, type Model } from "./model.ts";
import { checkOptions, type FitOptions, fitDefaults, splitOptions, withTestRows } from "./options.ts";
import { pictureInputs } from "./picture-inputs.ts";
import { choosePictureRecipe } from "./picture-recipe.ts";
import type { ModelHeader } from "./saved-model.ts";
import { positionsAmong } from "./table-examples.ts";
import { type PictureError, worstPictures } from "./worst-pictures.ts";

/** Where pictures and labels are, and how they are read. */
export interface PictureOptions extends Omit<PictureReading, "signal"> {
  /**
   * Every picture is brought to this height, width and number of channels. Default 64 × 64 × 3. An array, which is not
   * resized, has its own, and refuses others.
   */
  readonly shape?: Partial<ImageShape>;
  /** Random changes in training. Default: none. */
  readonly augment?: Partial<AugmentationOptions>;
  /** Called with what was found, before training. */
  readonly onPictures?: (labels: LabelledImages, set: ImageSet) => void;
}

/** A model of pictures, and how the rows were split. */
export interface PictureFit {
  readonly model: Model<"rows">;
  readonly labels: LabelledImages;
  /** Rows of the labels' table. */
  readonly split: Split;
  /** Rows of the table that were used, ascending; what is known of each, and what the model says: rows × targets. */
  readonly rows: Int32Array;
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
  /** The test rows, or else the validation rows, with the largest errors; a dozen at most. */
  readonly worst: readonly PictureError[];
}

/**
 * Fits a model to pictures: finds the labels, decodes and resizes the pictures once, standardizes their channels over
 * the training rows, trains, and keeps the best network. Node only; needs the package `sharp`, but not for an array.
 *
 * @throws {DataError} If pictures or labels can't be read. @throws {OptionError} As `fit`.
 */
export async function fitPictures(pictures: PictureOptions, options: FitOptions = {}): Promise<PictureFit> {
  checkOptions(options);
  const { shape = {}, ...reading } = pictures;
  const opened = await openLabelled({ ...reading, signal: options.signal }, shape);
  try {
    pictures.onPictures?.(opened.labels, opened.set);
    return await fitOpened(opened, pictures, withTestRows(options));
  } finally {
    opened.set.source.close();
  }
}

async function fitOpened(
  { labels, set: { source, usable }, shape }: LabelledPictures,
  pictures: PictureOptions,
  options: FitOptions,
): Promise<PictureFit> {
  const { table, targets, folder } = labels;
  const readable = new Set(usable);
  const rows = usableRows(table, targets, []).filter((row) => readable.has(row));
  const split = splitRows(folder, rows, table.rows, splitOptions(options));
  const actual = numbersOf(table, targets, rows);
  const encoder = fitEncoder(table, noColumns(targets), split.train);
  const channels = measureChannels(source, split.train);
  const inputs = inputsOf(source, rows, encoder, channels, pictures.augment, options);
  const examples: Examples = {
    rows: rows.length,
    inputs,
    targets: standardizeTargets(encoder, actual),
    outputs: targets.length,
    targetNames: targets,
    split: positionsAmong(rows, split),
    restore: (values) => restoreTargets(encoder, values),
  };
  const recipe = choosePictureRecipe(split.train.length, shape, targets.length, options);
  const { members, dtype, parameters, report, predictions } = await fitExamples(examples, options, recipe);
  const header: ModelHeader<"rows"> = {
    members,
    dtype,
    encoder,
    layout: "rows",
    report,
    dataHash: table.sha256,
    pictures: { shape, fit: pictures.fit ?? openImagesDefaults.fit, channels },
  };
  const predicted = restoreTargets(encoder, predictions);
  const deviations = encoder.targets.map(({ deviation }) => deviation);
  const worst = worstPictures(source, split, { rows, actual, predicted, deviations });
  return { model: createModel(header, parameters), labels, split, rows, actual, predicted, worst };
}

/** The targets alone: of a picture's other columns nothing is taken. */
function noColumns(targets: readonly string[]): ColumnPlan {
  return { targets, inputs: [], notes: [], options: encodeDefaults };
}

/** Numbers of the pictures' pixels that are held as a matrix for a linear baseline: 256 MiB. */
const mostNumbers = 2 ** 25;

function inputsOf(
  source: ImageSource,
  rows: Int32Array,
  { targets }: Encoder,
  channels: ChannelStatistics,
  augment: PictureOptions["augment"],
  { seed = fitDefaults.seed }: FitOptions,
): ExampleInputs {
  const columns = bytesOf(source);
  const plain = pictureInputs(source, rows, channels, null);
  const centers = targets.map(({ mean, deviation }) => mean / deviation);
  return {
    columns,
    matrix: rows.length * columns <= mostNumbers ? matrixOf(plain, rows.length) : null,
    source() {
      if (!augment) return plain;
      const changes = {
        augmentation: augmentation(source, augment),
        random: seedRandom(seed + 1),
        centers,
      };
      return pictureInputs(source, rows, channels, changes);
    },
  };
}

function matrixOf(inputs: InputSource, rows: number): Float64Array {
  const { columns } = inputs;
  const data = new Float64Array(rows * columns);
  const all = Int32Array.from({ length: rows }, (_, i) => i);
  inputs.gather(all, 0, rows, { data, stride: columns });
  return data;
}
