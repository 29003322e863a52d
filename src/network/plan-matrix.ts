import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import { isVector, type Shape, sizeOf } from "./shape.ts";

/** A matrix in a plan: element (i, j) at data[i * stride + j]. */
export interface PlanMatrix {
  readonly data: FloatArray;
  readonly stride: number;
}

/** Allocates a matrix whose rows start at multiples of 64 bytes, except for rows shorter than that. */
export function allocateMatrix(kernels: Kernels, dtype: DType, rows: number, columns: number): PlanMatrix {
  const stride = alignedStride(dtype, columns);
  return { data: kernels.allocate(dtype, rows * stride), stride };
}

export function alignedStride(dtype: DType, columns: number): number {
  const perLine = dtype === "float32" ? 16 : 8;
  return columns <= perLine ? columns : Math.ceil(columns / perLine) * perLine;
}

/** The stride between rows of a shape: without gaps where there are positions, so that these are rows of a matrix too. */
export function rowStride(dtype: DType, shape: Shape): number {
  return isVector(shape) ? alignedStride(dtype, shape.channels) : sizeOf(shape);
}

/** The leading dimension of a value as a matrix with a row for each position of each example. */
export function positionStride(shape: Shape, { stride }: PlanMatrix): number {
  return isVector(shape) ? stride : shape.channels;
}

/** to <- from, rows × columns. */
export function copyMatrix(
  kernels: Kernels,
  rows: number,
  columns: number,
  from: PlanMatrix,
  to: PlanMatrix,
): void {
  kernels.scaleChannels(rows, columns, null, null, from.data, from.stride, to.data, to.stride);
}

/** to <- to + from, rows × columns. */
export function addMatrix(
  kernels: Kernels,
  rows: number,
  columns: number,
  from: PlanMatrix,
  to: PlanMatrix,
): void {
  if (from.stride === columns && to.stride === columns) {
    kernels.axpy(rows * columns, 1, from.data, to.data);
    return;
  }
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) to.data[i * to.stride + j]! += from.data[i * from.stride + j]!;
}

/** Views of arrays, by where they start: made once, so that a step allocates none. */
const views = new WeakMap<FloatArray, Map<number, FloatArray>>();

/** The part of an array from `start` on. */
export function viewFrom(array: FloatArray, start: number): FloatArray {
  if (start === 0) return array;
  let known = views.get(array);
  if (!known) {
    known = new Map();
    views.set(array, known);
  }
  let view = known.get(start);
  if (!view) {
    view = array.subarray(start);
    known.set(start, view);
  }
  return view;
}

/** A matrix from row `row` on. */
export function rowView({ data, stride }: PlanMatrix, row: number): FloatArray {
  return viewFrom(data, row * stride);
}
