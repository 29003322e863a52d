import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expandedWidth, expandLevels } from "../../src/data/one-hot.ts";
import { fitRidge, predictLinear } from "../../src/data/ridge.ts";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";

/** Rows of numbers and of positions among levels, -1 among them. */
const tables = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((levels) =>
    fc
      .array(
        fc.tuple(
          ...levels.map((count) =>
            count === 0
              ? fc.double({ min: -9, max: 9, noNaN: true })
              : fc.integer({ min: -1, max: count - 1 }),
          ),
        ),
        { minLength: 1, maxLength: 6 },
      )
      .map((rows) => ({ levels, rows })),
  );

test("positions become columns of 0 and 1 in their place, numbers stay", () => {
  fc.assert(
    fc.property(tables, ({ levels, rows }) => {
      const naive = rows.map((row) =>
        row.flatMap((value, j) =>
          levels[j] === 0 ? [value] : Array.from({ length: levels[j]! }, (_, l) => (l === value ? 1 : 0)),
        ),
      );
      const found = expandLevels(Float64Array.from(rows.flat()), rows.length, levels);
      expect([...found]).toEqual(naive.flat());
      expect(found.length).toBe(rows.length * expandedWidth(levels.length, levels));
    }),
    { seed: 1, numRuns: 200 },
  );
});

test("numbers alone are not copied", () => {
  const inputs = Float64Array.of(1, 2, 3, 4);
  expect(expandLevels(inputs, 2, [0, 0])).toBe(inputs);
  expect(expandLevels(inputs, 2)).toBe(inputs);
  expect(expandedWidth(2)).toBe(2);
});

describe("a linear model of levels", () => {
  const rows = 40;
  const levels = [0, 3, 0, 5];
  const gaussian = gaussianRandom(seededRandom(1));
  const inputs = Float64Array.from({ length: 4 * rows }, (_, i) =>
    i % 2 === 0 ? gaussian() : (Math.floor(i / 4) % (levels[i % 4]! + 1)) - 1,
  );
  const targets = Float64Array.from({ length: 2 * rows }, () => gaussian());
  const expanded = expandLevels(inputs, rows, levels);
  const model = fitRidge(referenceKernels(), inputs, targets, rows, 2, levels);

  test("is that of the columns of 0 and 1", () => {
    const { levels: kept, ...rest } = model;
    expect(kept).toEqual(levels);
    expect(rest).toEqual(fitRidge(referenceKernels(), expanded, targets, rows, 2));
  });

  test("predicts from positions what it predicts from those columns", () => {
    const { levels: _, ...dense } = model;
    const expected = predictLinear(dense, expanded, rows);
    // The same sums in the same order, but for products with 0 and 1.
    expect(predictLinear(model, inputs, rows)).toEqual(expected);
  });
});
