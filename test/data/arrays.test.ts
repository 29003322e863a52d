import { describe, expect, test } from "vitest";
import { encodeArrays, fitArrayEncoder, type NumberRows, readArrays } from "../../src/data/arrays.ts";
import type { NumberEncoding } from "../../src/data/encoder.ts";
import { DataError } from "../../src/errors.ts";

describe("readArrays", () => {
  const two = { data: Float64Array.of(1, 2, 3, 4), rows: 2, columns: 2 };
  test.each<[string, NumberRows, typeof two]>([
    [
      "nested arrays",
      [
        [1, 2],
        [3, 4],
      ],
      two,
    ],
    ["a single column", [1, 2], { data: Float64Array.of(1, 2), rows: 2, columns: 1 }],
    ["row-major numbers", { data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] }, two],
    ["row-major numbers of the other precision", { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }, two],
  ])("reads %s", (_, values, matrix) => {
    expect(readArrays("inputs", values)).toEqual(matrix);
  });

  test("copies: what the caller does with its numbers later changes nothing", () => {
    const data = Float64Array.of(1, 2);
    const matrix = readArrays("inputs", { data, shape: [2, 1] });
    data[0] = 9;
    expect(matrix.data[0]).toBe(1);
  });

  test.each<[string, unknown, string]>([
    ["no rows", [], "inputs: is empty; give at least one row"],
    ["no columns", [[], []], "inputs: is empty; give at least one row"],
    ["unequal rows", [[1, 2], [3]], "inputs[1]: has length 1 where row 0 has 2"],
    ["a number among arrays", [[1, 2], 3], "inputs[1]: has length 1 where row 0 has 2"],
    ["NaN", [[1], [Number.NaN]], "inputs[1][0]: is NaN, not a finite number; leave the row out or fill it"],
    [
      "infinity",
      [1, -Infinity],
      "inputs[1][0]: is -Infinity, not a finite number; leave the row out or fill it",
    ],
    [
      "a text",
      [
        [1, 2],
        [3, "4"],
      ],
      'inputs[1][1]: is "4", not a number; give numbers only',
    ],
    [
      "a number too large",
      [[1, 1e301]],
      "inputs[0][1]: is 1e+301, too large, above 1e+300; leave the row out",
    ],
    ["nothing", [[1], [undefined]], "inputs[1][0]: is undefined, not a number; give numbers only"],
    ["null for a row", [[1], null], "inputs[1]: is null, not a number; give numbers only"],
    ["a text for a row", [1, "x"], 'inputs[1]: is "x", not a number; give numbers only'],
    [
      "a typed array for a row",
      [Float64Array.of(1, 2), Float64Array.of(3, 4)],
      "inputs[0]: is a Float64Array; give arrays of numbers, or all rows in one typed array with its shape",
    ],
    [
      "a shape that does not fit",
      { data: Float64Array.of(1, 2, 3), shape: [2, 2] },
      "inputs: has 3 numbers where its shape, 2 × 2, needs 4",
    ],
    [
      "a shape that is none",
      { data: Float64Array.of(1, 2, 3, 4), shape: [-2, -2] },
      "inputs: has the shape -2 × -2; give two whole numbers",
    ],
    ["a number", 5, "inputs: can't be number; give an array with a number or an array for each row"],
    ["null", null, "inputs: can't be null; give an array with a number or an array for each row"],
    ["an object", {}, "inputs: can't be {}; give an array with a number or an array for each row"],
  ])("refuses %s", (_, values, message) => {
    expect(() => readArrays("inputs", values as NumberRows)).toThrow(DataError);
    expect(() => readArrays("inputs", values as NumberRows)).toThrow(message);
  });
});

describe("fitArrayEncoder", () => {
  const inputs = readArrays("inputs", [
    [0, 5],
    [2, 5],
    [4, 5],
    [1e6, 7],
  ]);
  const targets = readArrays("targets", [
    [1, 10],
    [2, 30],
    [3, 20],
    [-1e6, 0],
  ]);

  test("measures the training rows only", () => {
    const encoder = fitArrayEncoder(inputs, targets, [0, 1, 2]);
    const [first, second] = encoder.inputs as NumberEncoding[];
    expect(first).toMatchObject({ column: "x1", mean: 2, range: [0, 4] });
    expect(first!.deviation).toBeCloseTo(Math.sqrt(8 / 3), 14);
    // A constant column has no deviation: it becomes 0, and stays near it.
    expect(second).toMatchObject({ column: "x2", mean: 5, deviation: 1 });
    expect(encoder.targets.map(({ column, mean }) => [column, mean])).toEqual([
      ["y1", 2],
      ["y2", 20],
    ]);
    expect(encodeArrays(encoder, inputs)[2]).toBe(0);
  });

  test("names a single target y", () => {
    expect(fitArrayEncoder(inputs, readArrays("targets", [1, 2, 3, 4]), [0, 1]).targets[0]!.column).toBe("y");
  });

  test("refuses a target of one value in the training rows", () => {
    expect(() => fitArrayEncoder(inputs, readArrays("targets", [7, 7, 7, 8]), [0, 1, 2])).toThrow(
      "targets: column 1 is 7 in all training rows; there is nothing to learn",
    );
  });
});
