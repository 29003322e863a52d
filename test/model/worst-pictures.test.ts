import { expect, test } from "vitest";
import { memoryImages } from "../../src/data/images/image-source.ts";
import { worstPictures } from "../../src/model/worst-pictures.ts";
import { pattern } from "../data/images/pictures.ts";

const shape = { height: 2, width: 3, channels: 1 } as const;
const pixels = Uint8Array.from(Array.from({ length: 40 }, (_, i) => [...pattern(i, 2, 3, 1)]).flat());
const source = memoryImages(shape, pixels);
const rows = Int32Array.from({ length: 30 }, (_, i) => i + 5);
const split = { train: rows.subarray(0, 6), validation: rows.subarray(6, 12), test: rows.subarray(12) };
const actual = Float64Array.from(rows, (row) => row);
const errorOf = (row: number) => (row % 2 ? 1 : -1) * ((7 * row) % 31);
const predicted = Float64Array.from(rows, (row) => row + errorOf(row));

test("are a dozen test rows, the largest error first, with their pictures", () => {
  const worst = worstPictures(source, split, { rows, actual, predicted, deviations: [2] });
  const expected = [...split.test].sort((a, b) => Math.abs(errorOf(b)) - Math.abs(errorOf(a))).slice(0, 12);
  expect(worst.map(({ row }) => row)).toEqual(expected);
  for (const { row, part, target, actual: truth, predicted: value, picture } of worst) {
    expect({ part, target, truth, value }).toEqual({
      part: "test",
      target: 0,
      truth: row,
      value: row + errorOf(row),
    });
    expect(picture).toEqual({ ...shape, pixels: pattern(row, 2, 3, 1) });
  }
});

test("are validation rows where none test, and none where there are neither", () => {
  const none = new Int32Array();
  const errors = { rows, actual, predicted, deviations: [2] };
  const worst = worstPictures(source, { ...split, test: none }, errors);
  expect(worst.map(({ row }) => row).sort((a, b) => a - b)).toEqual([...split.validation]);
  expect(new Set(worst.map(({ part }) => part))).toEqual(new Set(["validation"]));
  expect(worstPictures(source, { ...split, test: none, validation: none }, errors)).toEqual([]);
});

test("tell the target that is furthest off in its deviations; what is not finite is not shown", () => {
  const three = { train: new Int32Array(), validation: new Int32Array(), test: Int32Array.of(0, 1, 2) };
  const worst = worstPictures(source, three, {
    rows: three.test,
    actual: Float64Array.of(0, 0, 0, 0, 0, 0),
    predicted: Float64Array.of(3, 100, 9, 100, Number.NaN, 1),
    deviations: [1, 50],
  });
  expect(worst.map(({ row, target, predicted: value }) => [row, target, value])).toEqual([
    [1, 0, 9],
    [0, 0, 3],
  ]);
});
