import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnOfTexts } from "../../src/data/column.ts";
import { encodeInputs } from "../../src/data/encode.ts";
import { encodedWidth, inputNames } from "../../src/data/encoder.ts";
import { describeEncoder, fitEncoder } from "../../src/data/fit-encoder.ts";
import { type EncodeOptions, planColumns } from "../../src/data/plan-columns.ts";
import type { Table } from "../../src/data/table.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";

function tableOf(columns: Record<string, readonly string[]>): Table {
  const rows = Object.values(columns)[0]!.length;
  return {
    name: "d.csv",
    columns: Object.entries(columns).map(([name, texts]) => columnOfTexts(name, texts)),
    hasHeader: true,
    rows,
    unit: "line",
    lines: Int32Array.from({ length: rows }, (_, i) => i + 2),
    notes: [],
    sha256: "",
  };
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

function encoderOf(table: Table, rows: readonly number[], options: Partial<EncodeOptions> = {}) {
  return fitEncoder(table, planColumns(table, ["y"], options), rows);
}

/** The columns of encoded rows, by their names. */
function encoded(columns: Record<string, readonly string[]>, options: Partial<EncodeOptions> = {}) {
  const table = tableOf({ ...columns, y: range(Object.values(columns)[0]!.length).map((i) => `${i * i}`) });
  const encoder = encoderOf(table, range(table.rows), options);
  const { inputs } = encodeInputs(encoder, table, range(table.rows));
  const names = encoder.inputs.flatMap(inputNames);
  expect(names.length).toBe(encodedWidth(encoder));
  return Object.fromEntries(
    names.map((name, j) => [name, [...inputs.filter((_, i) => i % names.length === j)]]),
  );
}

const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean 0 and mean square 1, to the rounding errors of as many sums; `loss` is how many digits the scale costs. */
function expectStandard(values: readonly number[], loss = 1) {
  const tolerance = 4 * values.length * Number.EPSILON * loss;
  expect(Math.abs(meanOf(values))).toBeLessThan(tolerance);
  expect(Math.abs(meanOf(values.map((value) => value ** 2)) - 1)).toBeLessThan(tolerance);
}

describe("the rows that do not train", () => {
  const level = fc.constantFrom("a", "b", "c", "");
  const number = fc.oneof(
    fc.double({ min: -1e300, max: 1e300, noNaN: true }).map(String),
    fc.constantFrom("", "NaN", "0"),
  );

  test("never change the encoder (seed 1)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: 20 }),
        fc.array(fc.record({ x: number, c: level, y: fc.double({ min: -1e300, max: 1e300, noNaN: true }) }), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.constantFrom<EncodeOptions["missing"]>("auto", "mean"),
        fc.nat(1000),
        (size, others, missing, seed) => {
          const gaussian = gaussianRandom(seededRandom(seed));
          const training = range(size).map((i) => ({
            x: i > 1 && gaussian() > 1 ? "" : String(gaussian()),
            c: ["a", "b", "c", ""][Math.floor(Math.abs(gaussian())) % 4]!,
            y: gaussian(),
          }));
          const make = (rest: readonly { x: string; c: string; y: number }[]) => {
            const all = [...training, ...rest];
            return tableOf({
              x: all.map(({ x }) => x),
              c: all.map(({ c }) => c),
              z: all.map((_, i) => String(i ** 2)),
              y: all.map((row) => String(row.y)),
            });
          };
          const calm = others.map((_, i) => ({ x: String(i), c: "a", y: i }));
          const rows = range(size);
          expect(encoderOf(make(others), rows, { missing })).toEqual(
            encoderOf(make(calm), rows, { missing }),
          );
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  test("do not make a level, a range or an indicator", () => {
    const table = tableOf({
      x: ["1", "2", "3", "4", "5", "6", "900", ""],
      c: ["a", "a", "a", "b", "b", "b", "new", "new"],
      y: range(8).map(String),
    });
    const { inputs } = encoderOf(table, range(6));
    expect(inputs).toMatchObject([
      { column: "x", range: [1, 6], indicator: null, mean: 3.5 },
      { column: "c", levels: ["a"], other: false, implied: "b" },
    ]);
  });
});

describe("numbers", () => {
  test.each([1, 1e9, 1e-9, 1e150, 1e-150])("of the size %s are standardized", (scale) => {
    const gaussian = gaussianRandom(seededRandom(2));
    const { x } = encoded({ x: range(50).map(() => String(scale * gaussian())) });
    expectStandard(x!);
  });

  test("far from zero are standardized as well as their digits allow", () => {
    const gaussian = gaussianRandom(seededRandom(3));
    const { x } = encoded({ x: range(50).map(() => String(1e9 + gaussian())) });
    // Each number, and so the mean, is off by up to ε · 10⁹ where the deviation is 1.
    expectStandard(x!, 1e9);
  });

  test("that are missing take the mean, and a column says where", () => {
    const columns = { x: ["1", "", "3", "NaN", "5", "7"] };
    const found = encoded(columns);
    expect(Object.keys(found)).toEqual(["x", "x missing"]);
    // Mean 4, deviation √((9 + 1 + 1 + 9) / 4) = √5; missing in 1/3: mean 1/3, deviation √2 / 3.
    const expected = [-3, 0, -1, 0, 1, 3].map((value) => value / Math.sqrt(5));
    for (const [i, value] of expected.entries())
      expect(Math.abs(found.x![i]! - value)).toBeLessThan(8 * Number.EPSILON);
    expectStandard(found["x missing"]!);
    expect(found["x missing"]!.map((value) => value > 0)).toEqual([false, true, false, true, false, false]);
    expect(Object.keys(encoded(columns, { missing: "mean" }))).toEqual(["x"]);
    expect(encoded(columns, { missing: "mean" }).x).toEqual(found.x);
  });

  test("that are dates count days", () => {
    const day = ["2024-02-28", "2024-03-01", "2024-03-02 12:00", "2024/3/4"];
    // 0, 2 (a leap year), 3.5 and 5 days after the first.
    const { day: found } = encoded({ day }, { dates: "days" });
    const unit = (found![1]! - found![0]!) / 2;
    // Days since 1970 are of the order of 2 · 10⁴, their differences of the order of 1.
    for (const [i, days] of [0, 2, 3.5, 5].entries())
      expect(Math.abs(found![i]! - found![0]! - days * unit)).toBeLessThan(4 * 2e4 * Number.EPSILON);
  });
});

describe("categories", () => {
  test("have a standardized column for each level", () => {
    const c = ["a", "b", "c", "a", "b", "c", "a", "b", "c", "a"];
    const found = encoded({ c });
    expect(Object.keys(found)).toEqual(["c=a", "c=b", "c=c"]);
    for (const level of ["a", "b", "c"]) {
      expectStandard(found[`c=${level}`]!);
      expect(found[`c=${level}`]!.map((value) => value > 0)).toEqual(c.map((cell) => cell === level));
    }
  });

  test("with two levels have one column", () => {
    const found = encoded({ c: ["a", "b", "a", "b", "a", "b", "a"] });
    expect(Object.keys(found)).toEqual(["c=a"]);
    expectStandard(found["c=a"]!);
  });

  test("put rare levels together", () => {
    const c = ["a", "a", "a", "b", "b", "b", "c", "c", "d"];
    const found = encoded({ c });
    expect(Object.keys(found)).toEqual(["c=a", "c=b", "c=other"]);
    expect(found["c=other"]!.map((value) => value > 0)).toEqual(c.map((cell) => cell > "b"));
    expectStandard(found["c=other"]!);
  });

  test("of many levels are one column of positions, the most frequent first, rare and missing ones among them", () => {
    const c = [..."bbbaaaaac", ""];
    expect(encoded({ c }, { maxLevels: 3 })).toEqual({ c: [1, 1, 1, 0, 0, 0, 0, 0, 3, 2] });
  });

  test("are one column of positions from 11 levels on", () => {
    const levels = range(11).map((level) => String.fromCharCode(97 + level));
    const ofSome = (some: readonly string[]) => encoded({ c: [...some, ...some, ...some] });
    expect(Object.keys(ofSome(levels))).toEqual(["c"]);
    expect(Object.keys(ofSome(levels.slice(1)))).toEqual(levels.slice(1).map((level) => `c=${level}`));
  });

  test("take a missing value for a level", () => {
    const c = ["a", "", "b", "a", "-", "b", "a", "n/a", "b"];
    expect(Object.keys(encoded({ c }))).toEqual(["c=(missing)", "c=a", "c=b"]);
  });

  test("of one value and missing cells have one column that says where", () => {
    const found = encoded({ x: ["7", "", "7", "7", "", "7", ""] });
    expect(Object.keys(found)).toEqual(["x=7"]);
    expectStandard(found["x=7"]!);
  });
});

describe("describeEncoder", () => {
  test("says what the training rows decided", () => {
    const table = tableOf({
      x: ["1", "1", "1", "1", "1", "1", "2"],
      c: ["a", "a", "a", "b", "b", "b", "c"],
      d: ["a", "b", "a", "b", "a", "c", "c"],
      e: ["a", "b", "c", "a", "b", "c", "c"],
      y: ["1", "2", "4", "8", "16", "32", "64"],
    });
    const plan = planColumns(table, ["y"]);
    expect(describeEncoder(plan, fitEncoder(table, plan, range(6)))).toEqual([
      { column: "x", choice: "left out", why: "the same value in every training row" },
      {
        column: "d",
        choice: 'some levels count as one, "other"',
        why: "those in fewer than 3 training rows: too few to tell them apart",
      },
      {
        column: "e",
        choice: "left out",
        why: "the same value in every training row, or no value in 3 of them",
      },
    ]);
  });
});

test("describeEncoder says that a category is embedded, and why", () => {
  const c = range(60).map((i) => `s${i % 20}`);
  const table = tableOf({ c, y: range(60).map((i) => `${i * i}`) });
  const plan = planColumns(table, ["y"]);
  expect(describeEncoder(plan, fitEncoder(table, plan, range(60)))).toEqual([
    {
      column: "c",
      choice: "20 levels, embedded",
      why: "more than 10: each has trained numbers in place of a column; a new level is taken for one like the average",
    },
  ]);
});

describe("a target", () => {
  test("of one value in the training rows is refused", () => {
    const table = tableOf({ x: ["1", "2", "3", "4"], y: ["7", "7.0", "7", "8"] });
    expect(() => encoderOf(table, [0, 1, 2])).toThrow(
      'd.csv: column "y" is 7 in all 3 training rows; there is nothing to learn',
    );
  });

  test("that differs by rounding errors only is refused", () => {
    const table = tableOf({ x: ["1", "2", "3"], y: ["0.3", "0.30000000000000004", "0.3"] });
    expect(() => encoderOf(table, [0, 1, 2])).toThrow("there is nothing to learn");
  });
});
