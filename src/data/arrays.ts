import { DataError } from "../errors.ts";
import { largestNumber } from "./cell.ts";
import { moments } from "./describe-columns.ts";
import { type Encoder, type NumberEncoding, standardizeNumber, type TargetEncoding } from "./encoder.ts";
import { measureNumbers, spread } from "./fit-encoder.ts";

/** Numbers by rows: nested arrays, one array for a single column, or row-major numbers with their shape. */
export type NumberRows =
  | readonly (readonly number[])[]
  | readonly number[]
  | { readonly data: Float64Array | Float32Array; readonly shape: readonly [number, number] };

/** Row-major numbers with their shape. */
export interface Matrix {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Brings numbers into row-major order.
 *
 * @param name For messages, for example "inputs".
 * @throws {DataError} If there are no rows, rows of unequal length, or numbers that are not finite.
 */
export function readArrays(name: string, values: NumberRows): Matrix {
  // Callers in plain JavaScript may give anything.
  if (typeof values !== "object" || values === null || !("data" in values || "length" in values))
    throw new DataError(
      "shape",
      { file: name },
      `can't be ${typeof values === "object" ? JSON.stringify(values) : typeof values}; give an array with a number or an array for each row`,
    );
  const matrix = "data" in values ? readShaped(name, values) : readNested(name, values);
  const { data, rows, columns } = matrix;
  if (rows === 0 || columns === 0)
    throw new DataError("no-rows", { file: name }, "is empty; give at least one row");
  // Written so that NaN is bad.
  const bad = data.findIndex((value) => !(Math.abs(value) <= largestNumber));
  const fact = Number.isFinite(data[bad]) ? `too large, above ${largestNumber}` : "not a finite number";
  if (bad >= 0)
    throw new DataError(
      "cell",
      { file: `${name}[${Math.floor(bad / columns)}][${bad % columns}]` },
      `is ${data[bad]}, ${fact}; leave the row out or fill it`,
    );
  return matrix;
}

function readShaped(name: string, { data, shape }: Extract<NumberRows, { data: unknown }>): Matrix {
  const [rows, columns] = shape;
  if (![rows, columns].every((size) => Number.isInteger(size) && size >= 0))
    throw new DataError(
      "shape",
      { file: name },
      `has the shape ${rows} × ${columns}; give two whole numbers`,
    );
  if (data.length !== rows * columns)
    throw new DataError(
      "shape",
      { file: name },
      `has ${data.length} numbers where its shape, ${rows} × ${columns}, needs ${rows * columns}`,
    );
  return { data: Float64Array.from(data), rows, columns };
}

function readNested(name: string, values: readonly (readonly number[])[] | readonly number[]): Matrix {
  const rows = values.length;
  const first = values[0];
  const columns = Array.isArray(first) ? first.length : 1;
  const data = new Float64Array(rows * columns);
  for (const [i, row] of values.entries()) {
    const cells: readonly number[] = Array.isArray(row) ? row : [requireNumber(row, `${name}[${i}]`)];
    if (cells.length !== columns)
      throw new DataError(
        "shape",
        { file: `${name}[${i}]` },
        `has length ${cells.length} where row 0 has ${columns}`,
      );
    for (let j = 0; j < columns; j++) data[i * columns + j] = requireNumber(cells[j], `${name}[${i}][${j}]`);
  }
  return { data, rows, columns };
}

/** Refuses what a typed array would silently turn into a number: null, "3", true. */
function requireNumber(value: unknown, where: string): number {
  if (typeof value === "number") return value;
  if (ArrayBuffer.isView(value))
    throw new DataError(
      "shape",
      { file: where },
      `is a ${value.constructor.name}; give arrays of numbers, or all rows in one typed array with its shape`,
    );
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  throw new DataError("cell", { file: where }, `is ${text}, not a number; give numbers only`);
}

/** An encoder of plain numbers: columns x1, x2, ... and y1, y2, ..., standardized on the training rows. */
export function fitArrayEncoder(inputs: Matrix, targets: Matrix, rows: ArrayLike<number>): Encoder {
  const known = Array.from({ length: targets.columns }, (_, k) => columnOf(targets, k, rows));
  return {
    inputs: Array.from({ length: inputs.columns }, (_, j): NumberEncoding => {
      const { deviation, ...measured } = measureNumbers(columnOf(inputs, j, rows), known);
      return {
        kind: "number",
        column: `x${j + 1}`,
        days: false,
        ...measured,
        deviation: deviation || 1,
        indicator: null,
      };
    }),
    targets: Array.from({ length: targets.columns }, (_, k): TargetEncoding => {
      const column = targets.columns === 1 ? "y" : `y${k + 1}`;
      const { mean, deviation } = spread(moments(known[k]!));
      if (deviation === 0)
        throw new DataError(
          "target",
          { file: "targets" },
          `column ${k + 1} is ${mean} in all training rows; there is nothing to learn`,
        );
      return { column, mean, deviation };
    }),
  };
}

function columnOf({ data, columns }: Matrix, j: number, rows: ArrayLike<number>): Float64Array {
  return Float64Array.from(rows, (row) => data[row * columns + j]!);
}

/** What the network sees of numbers, in a new array. */
export function encodeArrays({ inputs }: Encoder, { data }: Matrix): Float64Array {
  return data.map((value, i) => standardizeNumber(inputs[i % inputs.length] as NumberEncoding, value));
}
