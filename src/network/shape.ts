/**
 * How the numbers that a layer passes on for one example are arranged: height × width positions with `channels`
 * numbers each, row-major, the channels innermost. A plain vector is one position.
 */
export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The shape of a plain vector. */
export function vectorShape(length: number): Shape {
  return { height: 1, width: 1, channels: length };
}

/** Positions of a shape, S. */
export function positionsOf({ height, width }: Shape): number {
  return height * width;
}

/** Numbers of a shape. */
export function sizeOf(shape: Shape): number {
  return positionsOf(shape) * shape.channels;
}

export function isVector(shape: Shape): boolean {
  return positionsOf(shape) === 1;
}

/** For people: "32x32x16", or "64" of a vector. */
export function describeShape(shape: Shape): string {
  return isVector(shape) ? String(shape.channels) : `${shape.height}x${shape.width}x${shape.channels}`;
}
