import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { measure } from "../../src/data/metrics.ts";

/** The formulas of the docstring, for numbers whose squares neither overflow nor underflow. */
function naive(predictions: readonly number[], targets: readonly number[], outputs: number) {
  const n = targets.length;
  const errors = targets.map((target, i) => predictions[i]! - target);
  const mean = (k: number) => {
    const column = targets.filter((_, i) => i % outputs === k);
    return column.reduce((a, b) => a + b) / column.length;
  };
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const squares = sum(errors.map((error) => error ** 2));
  const deviation = sum(targets.map((target, i) => (target - mean(i % outputs)) ** 2));
  return { rmse: Math.sqrt(squares / n), mae: sum(errors.map(Math.abs)) / n, deviation, squares };
}

const numbers = (length: number) =>
  fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: length, maxLength: length });

const cases = fc
  .record({ rows: fc.integer({ min: 2, max: 20 }), outputs: fc.integer({ min: 1, max: 3 }) })
  .chain(({ rows, outputs }) =>
    fc.record({
      outputs: fc.constant(outputs),
      predictions: numbers(rows * outputs),
      targets: numbers(rows * outputs),
    }),
  );

// Powers of two, so that scaling itself rounds nothing. Squares of the last two over- and underflow.
const scales = fc.constantFrom(1, 2 ** 30, 2 ** -30, 2 ** 900, 2 ** -900);

describe("measure", () => {
  test("is what its formulas say, at any scale (seed 1)", () => {
    fc.assert(
      fc.property(cases, scales, ({ predictions, targets, outputs }, scale) => {
        const expected = naive(predictions, targets, outputs);
        const found = measure(
          predictions.map((value) => value * scale),
          targets.map((value) => value * scale),
          outputs,
        )!;
        // Sums of n terms of the order of 10 at most: n ε times their size. Where all errors are tiny beside the
        // targets, the mean of the targets loses what is beyond ε · 10.
        const tolerance = 4 * (targets.length + 4) * Number.EPSILON;
        expect(Math.abs(found.rmse / scale - expected.rmse)).toBeLessThanOrEqual(tolerance * 20);
        expect(Math.abs(found.mae / scale - expected.mae)).toBeLessThanOrEqual(tolerance * 20);
        const columns = Array.from({ length: outputs }, (_, k) => {
          const of = (values: readonly number[]) => values.filter((_, i) => i % outputs === k);
          return naive(of(predictions), of(targets), 1);
        });
        if (columns.some(({ deviation }) => deviation < 1)) return;
        const shares = columns.map(({ squares, deviation }) => squares / deviation);
        const r2 = shares.reduce((sum, share) => sum + 1 - share, 0) / outputs;
        // The deviations, at least 1, are off by n ε 10².
        const size = 1 + Math.max(...shares);
        expect(Math.abs(found.r2! - r2)).toBeLessThanOrEqual(tolerance * 100 * targets.length * size);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("is 1 for a perfect prediction and 0 for the mean", () => {
    const targets = [1, 10, 3, 30];
    expect(measure(targets, targets, 2)).toEqual({ rmse: 0, mae: 0, r2: 1 });
    expect(measure([2, 20, 2, 20], targets, 2)!.r2).toBe(0);
    // The mean of each column, not of all numbers.
    expect(measure([11, 11, 11, 11], targets, 2)!.r2).toBeLessThan(0);
  });

  test("of several targets is the mean of their R², whatever their units", () => {
    const targets = [1, 10, 3, 30, 5, 10];
    const predictions = [1, 20, 3, 20, 5, 10];
    const single = measure([20, 20, 10], [10, 30, 10])!.r2!;
    expect(measure(predictions, targets, 2)!.r2).toBeCloseTo((1 + single) / 2, 14);
    const inOther = (values: number[]) => values.map((value, i) => (i % 2 ? value * 1e12 : value));
    expect(measure(inOther(predictions), inOther(targets), 2)!.r2).toBeCloseTo((1 + single) / 2, 14);
    // One that does not deviate has no part in it.
    expect(measure([1, 5, 3, 6], [1, 5, 3, 5], 2)!.r2).toBe(1);
  });

  test.each([0.1, 0.7, 1e300, 1e-300, -3])("has no R² where all targets are %s", (value) => {
    for (const rows of [1, 3, 7, 49]) {
      const targets = new Array<number>(rows).fill(value);
      expect(measure(targets, targets)).toEqual({ rmse: 0, mae: 0, r2: null });
      const { rmse, r2 } = measure(new Array<number>(rows).fill(2 * value), targets)!;
      expect(Math.abs(rmse / value)).toBeCloseTo(1, 14);
      expect(r2).toBeNull();
    }
  });

  test("of nothing is nothing", () => {
    expect(measure([], [])).toBeNull();
  });
});
