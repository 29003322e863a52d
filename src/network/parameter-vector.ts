import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import type { ParameterBlock } from "./network.ts";

/** A vector of the shape of a network's parameters: the parameters themselves, a gradient, a step. */
export interface ParameterVector {
  /** All p numbers, layer after layer. */
  readonly flat: FloatArray;
  /** Views of `flat`, one for each layer: (inputs + bias) × units, row-major. */
  readonly blocks: readonly FloatArray[];
}

/** Allocates a zero vector of the shape of the given blocks. The views are made once: a step allocates nothing. */
export function allocateParameters(
  kernels: Kernels,
  dtype: DType,
  blocks: readonly ParameterBlock[],
): ParameterVector {
  return viewParameters(kernels.allocate(dtype, Math.max(...blocks.map(endOf))), blocks);
}

/** The vector whose numbers are those of an array. */
export function viewParameters(flat: FloatArray, blocks: readonly ParameterBlock[]): ParameterVector {
  return { flat, blocks: blocks.map((block) => flat.subarray(block.offset, endOf(block))) };
}

function endOf({ offset, rows, columns }: ParameterBlock): number {
  return offset + rows * columns;
}
