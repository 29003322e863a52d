import { encodeArrays, type NumberRows, readArrays } from "../data/arrays.ts";
import { type EncodedRows, encodeInputs, restoreSpread, restoreTargets } from "../data/encode.ts";
import { type Encoder, encodedWidth } from "../data/encoder.ts";
import type { ChannelStatistics } from "../data/images/channel-statistics.ts";
import type { ImageFit } from "../data/images/decode-image.ts";
import type { ImageShape } from "../data/images/image-shape.ts";
import type { Table } from "../data/table.ts";
import { DataError, ModelFileError } from "../errors.ts";
import { decodeModel } from "../formats/model-file.ts";
import type { DType, Kernels } from "../kernels/kernels.ts";
import { plainInputs } from "../residuals/dataset.ts";
import type { FitReport } from "./fit-report.ts";
import {
  type EnsemblePrediction,
  type Member,
  type Predictor,
  type PredictorInputs,
  planPredictor,
  totalParameters,
} from "./predictor.ts";

/** Row-major numbers with their shape. */
export interface ShapedRows {
  readonly data: Float64Array;
  readonly shape: [rows: number, columns: number];
}

/** Predictions by the layout of the targets: a number, an array, or a stretch of typed numbers for each row. */
interface Layouts {
  numbers: number[];
  rows: number[][];
  shaped: ShapedRows;
}

/** How targets were laid out, and so predictions are. */
export type Layout = keyof Layouts;

/** Everything that a model file holds, but for the parameters. Plain data. */
export interface ModelHeader<L extends Layout = Layout> {
  /** At least one; their mean predicts. */
  readonly members: readonly Member[];
  readonly dtype: DType;
  readonly encoder: Encoder;
  readonly layout: L;
  readonly report: FitReport;
  /** SHA-256 of the data that it was fitted to. */
  readonly dataHash: string;
  /** How pictures are read, of a model that was fitted to some. */
  readonly pictures?: PictureEncoder;
}

/** Predictions in the targets' own units. */
export interface Predictions {
  /** rows × targets. */
  readonly values: Float64Array;
  /** The standard deviation of the predictions of the ensemble's members, rows × targets; null of a single one. */
  readonly spread: Float64Array | null;
}

/** Predictions of the rows of a table, in the targets' own units. */
export interface TablePredictions extends Omit<EncodedRows, "inputs">, Predictions {
  readonly targets: readonly string[];
}

/** A model that predicts. */
export interface SavedModel<L extends Layout = Layout> {
  readonly header: ModelHeader<L>;
  /** The parameters of all members, one after the other: float64, whatever the network's precision is. */
  readonly parameters: Float64Array;
  /**
   * Predicts targets, in their own units, laid out as the targets of `fit` were.
   *
   * @throws {DataError} If the rows do not have the columns that the model was fitted to.
   */
  predict(inputs: NumberRows): Promise<Layouts[L]>;
  /** Predicts the first `rows` examples of standardized inputs, for example of pictures. */
  predictEncoded(inputs: PredictorInputs, rows: number): Predictions;
}

/** Puts together what predicts. @param makeKernels Called at the first prediction. */
export function createSavedModel<L extends Layout>(
  header: ModelHeader<L>,
  parameters: Float64Array,
  makeKernels: () => Kernels,
): SavedModel<L> {
  const { encoder, members, dtype, layout } = header;
  let predictor: Predictor | undefined;
  const predictAll = (inputs: PredictorInputs, rows: number): EnsemblePrediction => {
    predictor ??= planPredictor(makeKernels(), members, parameters, dtype);
    return predictor(inputs, rows);
  };
  return {
    header,
    parameters,
    async predict(inputs) {
      refusePictures(header, "inputs");
      requirePlainNumbers(encoder);
      const matrix = readArrays("inputs", inputs);
      const width = encodedWidth(encoder);
      if (matrix.columns !== width)
        throw new DataError(
          "shape",
          { file: "inputs" },
          `has ${matrix.columns} columns; the model was fitted to ${width}`,
        );
      const { mean } = predictAll(matrixOf(encoder, encodeArrays(encoder, matrix)), matrix.rows);
      return layOut(restoreTargets(encoder, mean), encoder.targets.length, layout);
    },
    predictEncoded(inputs, rows) {
      const { mean, spread } = predictAll(inputs, rows);
      return { values: restoreTargets(encoder, mean), spread: spread && restoreSpread(encoder, spread) };
    },
  };
}

function matrixOf(encoder: Encoder, inputs: Float64Array): PredictorInputs {
  return { source: plainInputs(inputs, encodedWidth(encoder)), matrix: inputs };
}

function layOut<L extends Layout>(values: Float64Array, outputs: number, layout: L): Layouts[L] {
  const rows = values.length / outputs;
  const row = (i: number) => Array.from(values.subarray(i * outputs, (i + 1) * outputs));
  const ways: { readonly [Name in Layout]: () => Layouts[Name] } = {
    numbers: () => Array.from(values),
    rows: () => Array.from({ length: rows }, (_, i) => row(i)),
    shaped: () => ({ data: values, shape: [rows, outputs] }),
  };
  return ways[layout]();
}

/**
 * Predicts all rows of a table.
 *
 * @throws {DataError} If a column is missing, a cell is no number, or the model was fitted to pictures.
 */
export function predictTable(model: SavedModel, table: Table): TablePredictions {
  const { encoder } = model.header;
  refusePictures(model.header, table.name);
  const rows = Int32Array.from({ length: table.rows }, (_, i) => i);
  const { inputs, ...counts } = encodeInputs(encoder, table, rows);
  return {
    ...model.predictEncoded(matrixOf(encoder, inputs), table.rows),
    targets: encoder.targets.map((target) => target.column),
    ...counts,
  };
}

/** Refuses tables and arrays for a model of pictures. */
function refusePictures({ pictures }: ModelHeader, file: string): void {
  if (pictures)
    throw new DataError(
      "shape",
      { file },
      "holds no pictures, to which the model was fitted; use predictPictures, or --images on the command line",
    );
}

/** Refuses arrays of numbers for a model whose inputs are not all plain numbers. */
function requirePlainNumbers({ inputs }: Encoder): void {
  const input = inputs.find((encoding) => encoding.kind !== "number" || encoding.indicator);
  if (!input) return;
  const fact = input.kind === "number" ? "may lack values" : "is a category";
  throw new DataError(
    "shape",
    { file: "inputs" },
    `can't be arrays: the model was fitted to a table whose column "${input.column}" ${fact}; use predictTable`,
  );
}

/**
 * What the bytes of a model file hold.
 *
 * @throws {ModelFileError} If the bytes are no whole model file.
 */
export async function decodeSavedModel(
  bytes: Uint8Array,
  name: string,
): Promise<Pick<SavedModel, "header" | "parameters">> {
  const { header, parameters } = await decodeModel(bytes, name);
  const checked = header as ModelHeader;
  if (!checked.members?.length || !checked.encoder || !checked.report || !checked.dtype)
    throw new ModelFileError(
      "header",
      name,
      "lacks its networks, its encoder or its report; write the model anew",
    );
  const size = totalParameters(checked.members);
  if (parameters.length !== size)
    throw new ModelFileError(
      "header",
      name,
      `has ${parameters.length} parameters where its networks need ${size}; write the model anew`,
    );
  return { header: checked, parameters };
}

/** How a model reads pictures: as it was taught with. Plain data, a part of the model file. */
export interface PictureEncoder {
  readonly shape: ImageShape;
  readonly fit: ImageFit;
  readonly channels: ChannelStatistics;
}
