import { encodeArrays, type NumberRows, readArrays } from "../data/arrays.ts";
import { DataError } from "../data/data-error.ts";
import {
  type EncodedRows,
  encodeInputs,
  readTargets,
  restoreSpread,
  restoreTargets,
  usableRows,
} from "../data/encode.ts";
import { type Encoder, encodedWidth } from "../data/encoder.ts";
import type { Table } from "../data/table.ts";
import { decodeModel, encodeModel } from "../formats/model-file.ts";
import { ModelFileError } from "../formats/model-file-error.ts";
import { readFileBytes } from "../formats/read-file-bytes.ts";
import { writeFileAtomically } from "../formats/write-file-atomically.ts";
import type { DType } from "../kernels/kernels.ts";
import { selectKernels } from "../kernels/select-kernels.ts";
import { type InputSource, plainInputs } from "../residuals/dataset.ts";
import { compareWithTruth, type Evaluation } from "./evaluation.ts";
import type { FitReport } from "./fit-report.ts";
import type { PictureEncoder } from "./picture-encoder.ts";
import {
  type EnsemblePrediction,
  type Member,
  type Predictor,
  type PredictorInputs,
  planPredictor,
  totalParameters,
} from "./predictor.ts";

/** How targets were laid out, and so predictions are: a number, an array, or a stretch of typed numbers for each row. */
export type Layout = "numbers" | "rows" | "shaped";

/** Everything that a model file holds, but for the parameters. Plain data. */
export interface ModelHeader {
  /** At least one; their mean predicts. */
  readonly members: readonly Member[];
  readonly dtype: DType;
  readonly encoder: Encoder;
  readonly layout: Layout;
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

/** A fitted model. */
export interface Model {
  readonly report: FitReport;
  readonly header: ModelHeader;
  /** The parameters of all members, one after the other: float64, whatever the network's precision is. */
  readonly parameters: Float64Array;
  /**
   * Predicts targets, in their own units, laid out as the targets of `fit` were.
   *
   * @throws {DataError} If the rows do not have the columns that the model was fitted to.
   */
  predict(
    inputs: NumberRows,
  ): Promise<number[] | number[][] | { data: Float64Array; shape: [number, number] }>;
  /** Predicts all rows of a table. @throws {DataError} If a column is missing, or a cell is no number. */
  predictTable(table: Table): TablePredictions;
  /** Compares predictions with the targets in a table. @throws {DataError} As `predictTable`, or if no row has a target. */
  evaluateTable(table: Table): Evaluation;
  /** Predicts the first `rows` examples of standardized inputs that come from elsewhere, for example pictures. */
  predictSource(inputs: InputSource, rows: number): Predictions;
  /** The model file as bytes. */
  toBytes(): Promise<Uint8Array>;
  /** Writes the model file, all at once. Node only. @throws {FileError} If it can't be written. */
  save(path: string): Promise<void>;
}

/** Puts a model together. */
export function createModel(header: ModelHeader, parameters: Float64Array): Model {
  const { encoder } = header;
  const predictor = lazyPredictor(header, parameters);
  const restore = ({ mean, spread }: EnsemblePrediction): Predictions => ({
    values: restoreTargets(encoder, mean),
    spread: spread && restoreSpread(encoder, spread),
  });
  const predictRows = (inputs: Float64Array, rows: number): EnsemblePrediction => {
    const source = plainInputs(inputs, encodedWidth(encoder));
    return predictor({ source, matrix: inputs }, rows);
  };
  const toBytes = () => encodeModel({ header, parameters });

  const predictTable = (table: Table): TablePredictions => {
    refusePictures(header, table.name);
    const { inputs, ...counts } = encodeInputs(encoder, table, allRows(table));
    return {
      ...restore(predictRows(inputs, table.rows)),
      targets: encoder.targets.map((target) => target.column),
      ...counts,
    };
  };

  return {
    report: header.report,
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
      const { mean } = predictRows(encodeArrays(encoder, matrix), matrix.rows);
      return layOut(restoreTargets(encoder, mean), encoder.targets.length, header.layout);
    },
    predictTable,
    evaluateTable: (table) => evaluate(encoder, table, predictTable),
    predictSource: (source, rows) => restore(predictor({ source, matrix: null }, rows)),
    toBytes,
    save: async (path) => writeFileAtomically(path, await toBytes()),
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

/** Kernels and buffers are made at the first prediction. */
function lazyPredictor({ members, dtype }: ModelHeader, parameters: Float64Array): Predictor {
  let predictor: Predictor | undefined;
  return (inputs: PredictorInputs, rows: number) => {
    // Always the same kernels: a model predicts the same numbers wherever it is loaded.
    predictor ??= planPredictor(selectKernels("wasm"), members, parameters, dtype);
    return predictor(inputs, rows);
  };
}

function allRows(table: Table): Int32Array {
  return Int32Array.from({ length: table.rows }, (_, i) => i);
}

function evaluate(encoder: Encoder, table: Table, predict: (table: Table) => TablePredictions): Evaluation {
  const names = encoder.targets.map((target) => target.column);
  readTargets(encoder, table, []);
  const rows = usableRows(table, names, []);
  const truth = readTargets(encoder, table, rows);
  const { values } = predict(table);
  const outputs = names.length;
  const ours = Float64Array.from(
    truth,
    (_, i) => values[rows[Math.floor(i / outputs)]! * outputs + (i % outputs)]!,
  );
  return compareWithTruth(table.name, names, ours, truth, table.rows - rows.length);
}

function layOut(values: Float64Array, outputs: number, layout: Layout) {
  const rows = values.length / outputs;
  if (layout === "numbers") return Array.from(values);
  if (layout === "shaped") return { data: values, shape: [rows, outputs] as [number, number] };
  return Array.from({ length: rows }, (_, i) => Array.from(values.subarray(i * outputs, (i + 1) * outputs)));
}

/**
 * Reads a model from the bytes of a model file.
 *
 * @throws {ModelFileError} If the bytes are no whole model file.
 */
export async function readModel(bytes: Uint8Array, name = "model"): Promise<Model> {
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
  return createModel(checked, parameters);
}

/**
 * Reads a model from a file. Its predictions are bit for bit those of the model that was saved. Node only.
 *
 * @throws {FileError} If there is no such file. @throws {ModelFileError} If it is no whole model file.
 */
export async function load(path: string): Promise<Model> {
  return readModel(await readFileBytes(path), path);
}
