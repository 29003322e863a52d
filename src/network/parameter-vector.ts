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
  const end = (block: ParameterBlock) => block.offset + block.rows * block.columns;
  const flat = kernels.allocate(dtype, Math.max(...blocks.map(end)));
  return { flat, blocks: blocks.map((block) => flat.subarray(block.offset, end(block))) };
}
