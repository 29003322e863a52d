import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import type { PlanMatrix } from "../network/plan-matrix.ts";
import type { RandomState } from "../random/random.ts";

/** Where the standardized inputs of examples come from: an array, or pictures that are read when they are needed. */
export interface InputSource {
  /** Inputs of an example. */
  readonly columns: number;
  /** out[i] <- the inputs of example rows[start + i], i < count. */
  gather(rows: Int32Array, start: number, count: number, out: PlanMatrix): void;
  /**
   * The same for a training step, which may change examples at random, and their targets with them.
   *
   * @param targets Standardized targets of these examples, count × K.
   */
  vary?(rows: Int32Array, start: number, count: number, out: PlanMatrix, targets: FloatArray): void;
  /** Where the random changes of `vary` go on. */
  readonly random?: RandomState;
  /** Says what will be gathered next, so that reading it can begin. */
  prefetch?(rows: Int32Array, start: number, count: number): void;
}

/** Standardized examples. */
export interface Dataset {
  readonly rows: number;
  /** Targets of an example, K. */
  readonly outputs: number;
  readonly inputs: InputSource;
  /** rows × K, in the memory of the kernels. */
  readonly targets: FloatArray;
}

/**
 * Copies examples into the memory of the kernels, in the precision of the network.
 *
 * @param inputs rows × columns. @param targets rows × K.
 */
export function loadDataset(
  kernels: Kernels,
  dtype: DType,
  rows: number,
  inputs: ArrayLike<number>,
  targets: ArrayLike<number>,
): Dataset {
  return datasetOf(kernels, dtype, rows, loadInputs(kernels, dtype, rows, inputs), targets);
}

/** Copies inputs, rows × columns, into the memory of the kernels, in the precision of the network. */
export function loadInputs(
  kernels: Kernels,
  dtype: DType,
  rows: number,
  inputs: ArrayLike<number>,
): InputSource {
  return keptInputs(kernels, placeNumbers(kernels, dtype, inputs), inputs.length / rows, rows);
}

/** Puts targets beside inputs that come from elsewhere. */
export function datasetOf(
  kernels: Kernels,
  dtype: DType,
  rows: number,
  inputs: InputSource,
  targets: ArrayLike<number>,
): Dataset {
  return {
    rows,
    outputs: targets.length / rows,
    inputs,
    targets: placeNumbers(kernels, dtype, targets),
  };
}

function placeNumbers(kernels: Kernels, dtype: DType, values: ArrayLike<number>): FloatArray {
  const array = kernels.allocate(dtype, values.length);
  array.set(values);
  return array;
}

/** Inputs in the memory of the kernels, rows `stride` apart. @param most Examples that are gathered at once. */
export function keptInputs(
  kernels: Kernels,
  source: FloatArray,
  columns: number,
  most: number,
  stride: number = columns,
): InputSource {
  let chosen = kernels.allocateIndices(most);
  return {
    columns,
    gather(rows, start, count, { data, stride: ldOut }) {
      // Rows that repeat may be more than there are.
      if (chosen.length < count) chosen = kernels.allocateIndices(count);
      for (let i = 0; i < count; i++) chosen[i] = rows[start + i]!;
      kernels.gatherRows(count, columns, source, stride, chosen, data, ldOut);
    },
  };
}

/** Inputs in an array of any memory, row-major. */
export function plainInputs(values: ArrayLike<number>, columns: number): InputSource {
  return {
    columns,
    gather(rows, start, count, { data, stride }) {
      for (let i = 0; i < count; i++) {
        const from = rows[start + i]! * columns;
        for (let j = 0; j < columns; j++) data[i * stride + j] = values[from + j]!;
      }
    },
  };
}
