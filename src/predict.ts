import { readFileBytes } from "./formats/files.ts";
import { predictionKernels } from "./kernels/wasm/prediction-kernels.ts";
import { createSavedModel, decodeSavedModel, type SavedModel } from "./model/saved-model.ts";

export type { NumberRows } from "./data/arrays.ts";
export type { Table } from "./data/table.ts";
export { DataError, FileError, ModelFileError } from "./errors.ts";
export {
  type Layout,
  type ModelHeader,
  type Predictions,
  predictTable,
  type SavedModel,
  type ShapedRows,
  type TablePredictions,
} from "./model/saved-model.ts";

/**
 * Reads a model from the bytes of a model file, in Node or in a page. Its predictions are bit for bit those of the model
 * that was saved.
 *
 * @throws {ModelFileError} If the bytes are no whole model file.
 */
export async function readModel(bytes: Uint8Array, name = "model"): Promise<SavedModel> {
  const { header, parameters } = await decodeSavedModel(bytes, name);
  const kernels = await predictionKernels();
  return createSavedModel(header, parameters, () => kernels);
}

/**
 * Reads a model from a file. Node only.
 *
 * @throws {FileError} If there is no such file. @throws {ModelFileError} As `readModel`.
 */
export async function load(path: string): Promise<SavedModel> {
  return readModel(await readFileBytes(path), path);
}
