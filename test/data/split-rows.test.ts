import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Split,
  type SplitOptions,
  splitDefaults,
  splitRows,
  turnSplit,
} from "../../src/data/split-rows.ts";
import { DataError } from "../../src/errors.ts";

const range = (count: number) => Int32Array.from({ length: count }, (_, i) => i);
const split = (rows: Int32Array, options: Partial<SplitOptions> = {}, total = rows.length) =>
  splitRows("d.csv", rows, total, options);
const isAscending = (rows: Int32Array) => rows.every((row, i) => i === 0 || row > rows[i - 1]!);

describe("splitRows", () => {
  test("puts every row in one part, each ascending, in the shares that were asked for (seed 1)", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(500), { minLength: 10, maxLength: 80 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        fc.nat(),
        (chosen, validation, testShare, seed) => {
          const rows = Int32Array.from(chosen);
          const parts = split(rows, { validation, test: testShare, seed }, 501);
          const { train, test: tested } = parts;
          expect([train, parts.validation, tested].every(isAscending)).toBe(true);
          expect([...train, ...parts.validation, ...tested].sort((a, b) => a - b)).toEqual(
            [...rows].sort((a, b) => a - b),
          );
          const expectedTest = Math.round(testShare * rows.length);
          expect(tested.length).toBe(expectedTest);
          expect(parts.validation.length).toBe(Math.round(validation * (rows.length - expectedTest)));
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  test("is the same for the same seed and another for another, and leaves the rows as they are", () => {
    const rows = range(100);
    const first = split(rows, { seed: 3 });
    expect(split(rows, { seed: 3 })).toEqual(first);
    expect(split(rows, { seed: 4 }).train).not.toEqual(first.train);
    expect(rows).toEqual(range(100));
    expect([first.train.length, first.validation.length, first.test.length]).toEqual([72, 13, 15]);
    expect(splitDefaults).toMatchObject({ validation: 0.15, test: 0.15 });
  });

  test("chooses each row as often as another", () => {
    const counts = new Array<number>(20).fill(0);
    const runs = 2000;
    for (let seed = 0; seed < runs; seed++)
      for (const row of split(range(20), { test: 0.25, validation: 0, seed }).test) counts[row]!++;
    // Each count is binomial with mean 500 and deviation √(2000 · 0.25 · 0.75) = 19.4: 5 deviations.
    for (const count of counts) expect(Math.abs(count - runs / 4)).toBeLessThan(5 * 19.4);
  });

  test("takes the test rows that are named, and those alone", () => {
    const {
      train,
      validation,
      test: tested,
    } = split(range(10), { testRows: [7, 2], test: 0.5, validation: 0.25 });
    expect([...tested]).toEqual([2, 7]);
    expect(validation.length).toBe(2);
    expect(train.length).toBe(6);
    expect(split(range(10), { testRows: [], test: 0.5, validation: 0 }).test).toHaveLength(0);
  });

  test("in blocks the last rows test and those before them validate, whatever the seed", () => {
    const rows = Int32Array.of(0, 1, 3, 4, 6, 7, 8, 9);
    const parts = split(rows, { by: "blocks", test: 0.25, validation: 0.34, seed: 1 }, 10);
    expect([[...parts.train], [...parts.validation], [...parts.test]]).toEqual([
      [0, 1, 3, 4],
      [6, 7],
      [8, 9],
    ]);
    expect(split(rows, { by: "blocks", test: 0.25, validation: 0.34, seed: 2 }, 10)).toEqual(parts);
  });

  test("in blocks the test rows that are named test, and the last of the others validate", () => {
    const parts = split(range(8), { by: "blocks", testRows: [1, 7], validation: 0.33 });
    expect([[...parts.train], [...parts.validation], [...parts.test]]).toEqual([
      [0, 2, 3, 4],
      [5, 6],
      [1, 7],
    ]);
  });

  test("passes over test rows that are not usable", () => {
    expect([...split(Int32Array.of(0, 2, 4, 6, 8), { testRows: [1, 2], validation: 0 }, 10).test]).toEqual([
      2,
    ]);
  });

  test.each<[string, Partial<SplitOptions>, string]>([
    ["a share of 1", { test: 1 }, "d.csv: can't be split with test = 1; give a share in [0, 1)"],
    [
      "no number",
      { validation: Number.NaN },
      "d.csv: can't be split with validation = NaN; give a share in [0, 1)",
    ],
    [
      "a row that is not there",
      { testRows: [0, 10] },
      "d.csv: has no row 10; test rows are whole numbers from 0 to 9",
    ],
    ["half a row", { testRows: [0.5] }, "d.csv: has no row 0.5; test rows are whole numbers from 0 to 9"],
    ["a row twice", { testRows: [3, 3] }, "d.csv: would test row 3 twice; name each row once"],
    [
      "too few rows left",
      { test: 0.5, validation: 0.5 },
      "d.csv: has 10 usable rows, of which 2 would train; at least 3 are needed",
    ],
  ])("refuses %s", (_, options, message) => {
    expect(() => split(range(10), options)).toThrow(DataError);
    expect(() => split(range(10), options)).toThrow(message);
  });
});

describe("turnSplit", () => {
  const rest = ({ train, validation }: Split) => [...train, ...validation].sort((a, b) => a - b);

  test("holds out as many other rows each turn, and leaves the test rows as they are (seed 2)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 60 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.nat(20),
        fc.nat(),
        fc.constantFrom("random" as const, "blocks" as const),
        (count, validation, turn, seed, by) => {
          const first = split(range(count), { validation, seed, by, test: 0.1 });
          const turned = turnSplit(first, turn, { seed, by });
          expect(turned.test).toEqual(first.test);
          expect(rest(turned)).toEqual(rest(first));
          expect(turned.validation).toHaveLength(first.validation.length);
          expect([turned.train, turned.validation].every(isAscending)).toBe(true);
        },
      ),
      { seed: 2, numRuns: 200 },
    );
  });

  test("holds out each row once before it goes round", () => {
    for (const by of ["random", "blocks"] as const) {
      const first = split(range(20), { validation: 0.25, test: 0, by });
      const held = [0, 1, 2, 3].flatMap((turn) => [...turnSplit(first, turn, { seed: 0, by }).validation]);
      expect(held.sort((a, b) => a - b)).toEqual([...range(20)]);
      expect(turnSplit(first, 4, { seed: 0, by })).toEqual(first);
    }
  });

  test("holds out blocks in blocks, from the end", () => {
    const first = split(range(10), { validation: 0.2, test: 0.2, by: "blocks" });
    const held = [0, 1, 2, 3].map((turn) => [
      ...turnSplit(first, turn, { seed: 0, by: "blocks" }).validation,
    ]);
    expect(held).toEqual([
      [6, 7],
      [4, 5],
      [2, 3],
      [0, 1],
    ]);
  });

  test("is the split itself where nothing validates", () => {
    const first = split(range(10), { validation: 0, test: 0.2 });
    expect(turnSplit(first, 3, { seed: 0, by: "random" })).toBe(first);
  });
});
