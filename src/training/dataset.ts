import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";

/** Standardized examples in the memory of the kernels. */
export interface Dataset {
  readonly rows: number;
  /** Inputs of an example. */
  readonly columns: number;
  /** Targets of an example, K. */
  readonly outputs: number;
  /** rows × columns. */
  readonly inputs: FloatArray;
  /** rows × K. */
  readonly targets: FloatArray;
}

/** Copies examples into the memory of the kernels, in the precision of the network. */
export function loadDataset(
  kernels: Kernels,
  dtype: DType,
  rows: number,
  inputs: ArrayLike<number>,
  targets: ArrayLike<number>,
): Dataset {
  const place = (values: ArrayLike<number>): FloatArray => {
    const array = kernels.allocate(dtype, values.length);
    array.set(values);
    return array;
  };
  return {
    rows,
    columns: inputs.length / rows,
    outputs: targets.length / rows,
    inputs: place(inputs),
    targets: place(targets),
  };
}
