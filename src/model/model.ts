import { readTargets, usableRows } from "../data/encode.ts";
import type { Table } from "../data/table.ts";
import { readFileBytes, writeFileAtomically } from "../formats/files.ts";
import { encodeModel } from "../formats/model-file.ts";
import { wasmKernels } from "../kernels/wasm/wasm-kernels.ts";
import { compareWithTruth, type Evaluation } from "./evaluation.ts";
import type { FitReport } from "./fit-report.ts";
import {
  createSavedModel,
  decodeSavedModel,
  type Layout,
  type ModelHeader,
  predictTable,
  type SavedModel,
} from "./saved-model.ts";

/** A fitted model. */
export interface Model<L extends Layout = Layout> extends SavedModel<L> {
  readonly report: FitReport;
  /** The model file as bytes. */
  toBytes(): Promise<Uint8Array>;
  /** Writes the model file, all at once. Node only. @throws {FileError} If it can't be written. */
  save(path: string): Promise<void>;
}

/** Puts a model together. */
export function createModel<L extends Layout>(header: ModelHeader<L>, parameters: Float64Array): Model<L> {
  const toBytes = () => encodeModel({ header, parameters });
  return {
    // Always the same kernels: a model predicts the same numbers wherever it is loaded.
    ...createSavedModel(header, parameters, () => wasmKernels()),
    report: header.report,
    toBytes,
    save: async (path) => writeFileAtomically(path, await toBytes()),
  };
}

/**
 * Compares predictions with the targets in a table.
 *
 * @throws {DataError} As `predictTable`, or if no row has a target.
 */
export function evaluateTable(model: SavedModel, table: Table): Evaluation {
  const { encoder } = model.header;
  const names = encoder.targets.map((target) => target.column);
  readTargets(encoder, table, []);
  const rows = usableRows(table, names, []);
  const truth = readTargets(encoder, table, rows);
  const { values } = predictTable(model, table);
  const outputs = names.length;
  const ours = Float64Array.from(
    truth,
    (_, i) => values[rows[Math.floor(i / outputs)]! * outputs + (i % outputs)]!,
  );
  return compareWithTruth(table.name, names, ours, truth, table.rows - rows.length);
}

/**
 * Reads a model from the bytes of a model file.
 *
 * @throws {ModelFileError} If the bytes are no whole model file.
 */
export async function readModel(bytes: Uint8Array, name = "model"): Promise<Model> {
  const { header, parameters } = await decodeSavedModel(bytes, name);
  return createModel(header, parameters);
}

/**
 * Reads a model from a file. Its predictions are bit for bit those of the model that was saved. Node only.
 *
 * @throws {FileError} If there is no such file. @throws {ModelFileError} If it is no whole model file.
 */
export async function load(path: string): Promise<Model> {
  return readModel(await readFileBytes(path), path);
}
