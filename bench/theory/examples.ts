import { gaussianRandom, type Random } from "../../src/random/random.ts";

/** Rows of inputs, each with one target. */
export interface Examples {
  readonly rows: number;
  /** Inputs of a row. */
  readonly columns: number;
  /** rows × columns. */
  readonly inputs: Float64Array;
  /** One number for each row. */
  readonly targets: Float64Array;
}

/** Draws rows evenly from the unit sphere: the inputs that the theory assumes. Returns rows × columns numbers. */
export function drawFromSphere(rows: number, columns: number, uniform: Random): Float64Array {
  const gaussian = gaussianRandom(uniform);
  const inputs = Float64Array.from({ length: rows * columns }, gaussian);
  for (let i = 0; i < rows; i++) {
    const row = inputs.subarray(i * columns, (i + 1) * columns);
    const norm = Math.hypot(...row);
    for (let j = 0; j < columns; j++) row[j]! /= norm;
  }
  return inputs;
}

/** Examples on the unit sphere whose targets are standard normal numbers: nothing to learn, everything to fit. */
export function drawNoise(rows: number, columns: number, uniform: Random): Examples {
  const inputs = drawFromSphere(rows, columns, uniform);
  const targets = Float64Array.from({ length: rows }, gaussianRandom(uniform));
  return { rows, columns, inputs, targets };
}
