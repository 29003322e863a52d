import type { Window } from "../kernels/image-kernels.ts";
import type { Conv1dLayer, Conv2dLayer, Padding, Pair, PoolLayer } from "./layers.ts";
import { NetworkError } from "./network-error.ts";
import { describeShape, type Shape } from "./shape.ts";

/** What places a window on an image: numbers for height and width. */
interface Placement {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: Padding;
}

/**
 * The window of a convolution or a pool on images of a shape.
 *
 * @param where For messages, for example "network.layers[2]".
 * @throws {NetworkError} If a number is not a whole one in its range, or the window does not fit.
 */
export function windowOf(where: string, layer: Conv2dLayer | Conv1dLayer | PoolLayer, image: Shape): Window {
  const { kernel, stride, dilation, padding } = placementOf(layer);
  requirePair(`${where}.${"size" in layer ? "size" : "kernel"}`, kernel, 1);
  requirePair(`${where}.stride`, stride, 1);
  requirePair(`${where}.dilation`, dilation, 1);
  const [vertical, horizontal] = [0, 1].map((axis) => {
    const length = axis === 0 ? image.height : image.width;
    const span = (kernel[axis]! - 1) * dilation[axis]! + 1;
    return placeAlong(where, image, length, span, stride[axis]!, paddingAlong(where, padding, axis));
  });
  if ("size" in layer) requireContact(where, kernel, [vertical!.before, horizontal!.before]);
  return {
    ...image,
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    strideHeight: stride[0],
    strideWidth: stride[1],
    dilationHeight: dilation[0],
    dilationWidth: dilation[1],
    paddingTop: vertical!.before,
    paddingLeft: horizontal!.before,
    outHeight: vertical!.positions,
    outWidth: horizontal!.positions,
  };
}

/** The window that covers all of an image once. */
export function wholeWindow(image: Shape): Window {
  return {
    ...image,
    kernelHeight: image.height,
    kernelWidth: image.width,
    strideHeight: 1,
    strideWidth: 1,
    dilationHeight: 1,
    dilationWidth: 1,
    paddingTop: 0,
    paddingLeft: 0,
    outHeight: 1,
    outWidth: 1,
  };
}

function placementOf(layer: Conv2dLayer | Conv1dLayer | PoolLayer): Placement {
  switch (layer.kind) {
    case "conv2d":
      return {
        kernel: pair(layer.kernel),
        stride: pair(layer.stride ?? 1),
        dilation: pair(layer.dilation ?? 1),
        padding: layer.padding ?? "same",
      };
    case "conv1d": {
      const padding = layer.padding ?? "same";
      return {
        kernel: [1, layer.kernel],
        stride: [1, layer.stride ?? 1],
        dilation: [1, layer.dilation ?? 1],
        padding: typeof padding === "number" ? [0, padding] : padding,
      };
    }
    default:
      return {
        kernel: pair(layer.size),
        stride: pair(layer.stride ?? layer.size),
        dilation: [1, 1],
        padding: layer.padding ?? "valid",
      };
  }
}

function pair(value: Pair): readonly [number, number] {
  return typeof value === "number" ? [value, value] : value;
}

function paddingAlong(where: string, padding: Padding, axis: number): "same" | number {
  if (padding === "same") return "same";
  if (padding === "valid") return 0;
  if (typeof padding === "string")
    throw new NetworkError(`${where}.padding: "${padding}" is unknown; use "same", "valid" or a number`);
  const both = pair(padding);
  requirePair(`${where}.padding`, both, 0);
  return both[axis]!;
}

function placeAlong(
  where: string,
  image: Shape,
  length: number,
  span: number,
  stride: number,
  padding: "same" | number,
): { before: number; positions: number } {
  if (padding === "same") {
    const positions = Math.ceil(length / stride);
    const missing = Math.max(0, (positions - 1) * stride + span - length);
    return { before: Math.floor(missing / 2), positions };
  }
  const room = length + 2 * padding - span;
  if (room < 0)
    throw new NetworkError(
      `${where}: its window spans ${span} of ${length + 2 * padding} positions of an input of ${describeShape(image)}; make it smaller, or pad`,
    );
  return { before: padding, positions: Math.floor(room / stride) + 1 };
}

/** A pool's window must see the image everywhere: the mean of nothing has no value. */
function requireContact(
  where: string,
  size: readonly [number, number],
  before: readonly [number, number],
): void {
  for (const axis of [0, 1])
    if (before[axis]! >= size[axis]!)
      throw new NetworkError(
        `${where}.padding: ${before[axis]} leaves windows of size ${size[axis]} outside of the image; give less than the size`,
      );
}

function requirePair(where: string, values: readonly number[], least: number): void {
  if (
    !Array.isArray(values) ||
    values.length !== 2 ||
    !values.every((v) => Number.isInteger(v) && v >= least)
  )
    throw new NetworkError(
      `${where}: ${JSON.stringify(values)} is not a whole number of at least ${least}, or two of them`,
    );
}
