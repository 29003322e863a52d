import fc from "fast-check";
import { expect, test } from "vitest";
import { applyBlend, bestShare, makeBlend, mix } from "../../src/model/blend.ts";

const triples = fc.array(
  fc.tuple(...Array.from({ length: 3 }, () => fc.double({ min: -10, max: 10, noNaN: true }))),
  { minLength: 1, maxLength: 20 },
);

const columns = (rows: readonly (readonly number[])[]) =>
  [0, 1, 2].map((j) => Float64Array.from(rows, (row) => row[j]!)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];

const squaredError = (f: Float64Array, y: Float64Array) =>
  f.reduce((sum, value, i) => sum + (value - y[i]!) ** 2, 0);

test("the best share has no larger error than any other share", () => {
  fc.assert(
    fc.property(triples, fc.double({ min: 0, max: 1, noNaN: true }), (rows, other) => {
      const [f, g, y] = columns(rows);
      const share = bestShare(f, g, y);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
      const [best, theirs] = [share, other].map((s) => squaredError(mix(s, f, g), y));
      // Sums of 20 squares of at most 20 each.
      expect(best!).toBeLessThanOrEqual(theirs! + 20 * 400 * 100 * Number.EPSILON);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("predictions that are right, and those that are the other way round, have shares 1 and 0", () => {
  const y = Float64Array.of(1, -2, 3);
  const zero = new Float64Array(3);
  expect(bestShare(y, zero, y)).toBe(1);
  expect(bestShare(y.map((value) => -value) as Float64Array, zero, y)).toBe(0);
  expect(bestShare(y, y, zero)).toBe(1);
});

test("a blend is the weighted mean of the networks and the line, and its spread theirs by their share", () => {
  const linear = { weights: Float64Array.of(2, -1), bias: Float64Array.of(0.5) };
  const inputs = Float64Array.of(1, 2, 3, 4);
  const prediction = { mean: Float64Array.of(10, 20), spread: Float64Array.of(1, 2) };
  const { mean, spread } = applyBlend(makeBlend(0.25, linear), prediction, inputs, 2);
  expect([...mean]).toEqual([0.25 * 10 + 0.75 * 0.5, 0.25 * 20 + 0.75 * 2.5]);
  expect([...spread!]).toEqual([0.25, 0.5]);
  expect(applyBlend(null, prediction, inputs, 2)).toEqual(prediction);
});
