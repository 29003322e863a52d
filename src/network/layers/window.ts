import { NetworkError } from "../../errors.ts";
import type { Window } from "../../kernels/image-kernels.ts";
import { describeShape, type Shape } from "../shape.ts";

/** A number for both directions, or height and width. */
export type Pair = number | readonly [number, number];

/**
 * "same": out = ⌈in / stride⌉ positions, the zeros divided evenly, the odd one after the end.
 * "valid": none. Numbers: on each side.
 */
export type Padding = "same" | "valid" | Pair;

/** What places a window on an image: numbers for height and width. */
export interface WindowPlacement {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: Padding;
}

/**
 * The window of a convolution or a pool on images of a shape.
 *
 * @param where For messages, for example "network.layers[2]".
 * @param isPool Then it must see the image everywhere: the mean of nothing has no value.
 * @throws {NetworkError} If a number is not a whole one in its range, or the window does not fit.
 */
export function placeWindow(
  where: string,
  { kernel, stride, dilation, padding }: WindowPlacement,
  image: Shape,
  isPool = false,
): Window {
  requirePair(`${where}.${isPool ? "size" : "kernel"}`, kernel, 1);
  requirePair(`${where}.stride`, stride, 1);
  requirePair(`${where}.dilation`, dilation, 1);
  const [vertical, horizontal] = [0, 1].map((axis) => {
    const length = axis === 0 ? image.height : image.width;
    const span = (kernel[axis]! - 1) * dilation[axis]! + 1;
    return placeAlong(where, image, length, span, stride[axis]!, paddingAlong(where, padding, axis));
  });
  if (isPool) requireContact(where, kernel, [vertical!.before, horizontal!.before]);
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

export function pair(value: Pair): readonly [number, number] {
  return typeof value === "number" ? [value, value] : value;
}

/** "3x3" of a pair; of a number too, unless one will do. */
export function writePair(value: Pair, isSingle: boolean): string {
  if (typeof value !== "number") return value.join("x");
  return isSingle ? String(value) : `${value}x${value}`;
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
