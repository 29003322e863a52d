import fc from "fast-check";
import { expect, test } from "vitest";
import { applyBlend, carefulShare, makeBlend, mix } from "../../src/model/blend.ts";

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

test("the share is that of least error less a standard error, as a regression says", () => {
  fc.assert(
    fc.property(triples, (rows) => {
      const [f, g, y] = columns(rows);
      const d = f.map((value, i) => value - g[i]!);
      const square = d.reduce((sum, value) => sum + value ** 2, 0);
      fc.pre(square > 1e-6);
      const share = carefulShare(f, g, y);
      const slope = d.reduce((sum, value, i) => sum + value * (y[i]! - g[i]!), 0) / square;
      // Least squares: no other slope has a smaller error.
      const errorAt = (s: number) => squaredError(mix(s, f, g), y);
      for (const other of [slope - 0.01, slope + 0.01]) expect(errorAt(slope)).toBeLessThan(errorAt(other));
      const spread = Math.sqrt(
        d.reduce((sum, value, i) => {
          const kept = Math.max(1 - value ** 2 / square, 0.01);
          return sum + ((value * (y[i]! - g[i]! - slope * value)) / kept / square) ** 2;
        }, 0),
      );
      expect(share).toBeCloseTo(Math.min(Math.max(slope - spread, 0), 1), 8);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("predictions that are right, and those that are the other way round, have shares 1 and 0", () => {
  const y = Float64Array.of(1, -2, 3);
  const zero = new Float64Array(3);
  expect(carefulShare(y, zero, y)).toBe(1);
  expect(carefulShare(y.map((value) => -value) as Float64Array, zero, y)).toBe(0);
  expect(carefulShare(y, y, zero)).toBe(1);
});

test("a blend is the weighted mean of the network and the line", () => {
  const linear = { weights: Float64Array.of(2, -1), bias: Float64Array.of(0.5) };
  const inputs = Float64Array.of(1, 2, 3, 4);
  const blended = applyBlend(makeBlend(0.25, linear), Float64Array.of(10, 20), inputs, 2);
  expect([...blended]).toEqual([0.25 * 10 + 0.75 * 0.5, 0.25 * 20 + 0.75 * 2.5]);
});

test("all of one prediction has nothing of the other, even where that is not finite", () => {
  const [finite, other] = [Float64Array.of(1, 2), Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY)];
  expect([...mix(1, finite, other)]).toEqual([1, 2]);
  expect([...mix(0, other, finite)]).toEqual([1, 2]);
});
