import type { Window } from "../../kernels/image-kernels.ts";
import type { ParameterBlock } from "../network.ts";
import { alignedStride, type PlanMatrix, rowView } from "../plan-matrix.ts";
import type { PassShape } from "./node.ts";

/** The windows of some images as rows ã of a matrix: the inputs of a convolution. */
export interface Patches {
  /** Images whose windows are written at once, at most. */
  readonly atOnce: number;
  /** (atOnce × positions) × rows of the block; the last column is 1 where there is a bias. */
  readonly matrix: PlanMatrix;
  /** Writes the windows of `examples` images from the first on, in the channels of a group. */
  unfold(image: PlanMatrix, first: number, examples: number, group: number): void;
  /** Adds the rows to the pixels that they came from: the adjoint. */
  fold(image: PlanMatrix, first: number, examples: number, group: number): void;
}

/** Numbers of a chunk: enough for products at full speed, few enough to stay in cache. */
const chunkNumbers = 131_072;

/** Layers with windows alike write them to the same place: the numbers are used at once, and stay in cache. */
export function planPatches(
  { kernels, dtype, capacity, scratch }: PassShape,
  { rows, inputs, positions, groups, bias }: ParameterBlock,
  window: Window,
): Patches {
  const stride = alignedStride(dtype, rows);
  const atOnce = Math.min(capacity, Math.max(1, Math.floor(chunkNumbers / (positions * stride))));
  const length = atOnce * positions * stride;
  const layout = `${length} in rows of ${stride}, ones in ${bias ? inputs : "none"}`;
  const data = scratch.get(layout) ?? kernels.allocate(dtype, length);
  scratch.set(layout, data);
  // The column of ones that makes the bias a row of θ. No pass writes to it.
  if (bias) for (let i = 0; i < atOnce * positions; i++) data[i * stride + inputs] = 1;
  const channels = window.channels / groups;
  return {
    atOnce,
    matrix: { data, stride },
    unfold(image, first, examples, group) {
      const from = rowView(image, first);
      kernels.unfold(examples, window, group * channels, channels, from, image.stride, data, stride);
    },
    fold(image, first, examples, group) {
      const to = rowView(image, first);
      kernels.fold(examples, window, group * channels, channels, data, stride, to, image.stride);
    },
  };
}

/** Runs over some examples in chunks. */
export function forEachChunk(
  examples: number,
  atOnce: number,
  visit: (first: number, size: number) => void,
): void {
  for (let first = 0; first < examples; first += atOnce) visit(first, Math.min(atOnce, examples - first));
}
