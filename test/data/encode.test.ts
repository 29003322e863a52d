import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  encodeInputs,
  readTargets,
  restoreSpread,
  restoreTargets,
  standardizeTargets,
  usableRows,
} from "../../src/data/encode.ts";
import { type Encoder, encodedLevels } from "../../src/data/encoder.ts";
import { parseTable } from "../../src/data/read-table.ts";

const encoder: Encoder = {
  inputs: [
    {
      kind: "number",
      column: "x",
      days: false,
      tail: null,
      mean: 2,
      deviation: 4,
      indicator: null,
      range: [0, 10],
    },
    {
      kind: "number",
      column: "w",
      days: false,
      tail: null,
      mean: 1,
      deviation: 0.5,
      indicator: { mean: 0.25, deviation: 0.5 },
      range: [0, 2],
    },
    {
      kind: "category",
      column: "c",
      levels: ["a", "b"],
      other: true,
      implied: null,
      standardizations: [
        { mean: 0.5, deviation: 0.5 },
        { mean: 0.25, deviation: 0.25 },
        { mean: 0, deviation: 1 },
      ],
    },
    {
      kind: "category",
      column: "t",
      levels: ["yes"],
      other: false,
      implied: "no",
      standardizations: [{ mean: 0.5, deviation: 0.5 }],
    },
  ],
  targets: [
    { column: "y", mean: 1e9, deviation: 3 },
    { column: "z", mean: -1e-9, deviation: 1e-12 },
  ],
};

const parse = (rows: string) => parseTable(`c,t,w,x,y,z\n${rows}`, "d.csv", { header: true });

const encode = (rows: string) => {
  const table = parse(rows);
  return encodeInputs(
    encoder,
    table,
    Array.from({ length: table.rows }, (_, i) => i),
  );
};

describe("encodeInputs", () => {
  test("is (value - mean) / deviation, in the order of the encoder", () => {
    const { inputs } = encode("a,yes,1.5,10,1,1\nb,no,,2,1,1\nq,yes,0,,1,1\n");
    expect([...inputs]).toEqual([
      ...[2, 1, -0.5, 1, -1, 0, 1],
      ...[0, 0, 1.5, -1, 3, 0, -1],
      ...[0, -2, -0.5, -1, -1, 1, 1],
    ]);
  });

  test("takes the rows that are asked for", () => {
    const table = parse("a,yes,1.5,10,1,1\nb,no,,2,1,1\n");
    expect([...encodeInputs(encoder, table, [1, 0]).inputs]).toEqual([
      ...encodeInputs(encoder, table, [1]).inputs,
      ...encodeInputs(encoder, table, [0]).inputs,
    ]);
    expect(encodeInputs(encoder, table, []).inputs).toHaveLength(0);
  });

  test("counts what training did not see", () => {
    const { beyond, unseen, filled } = encode("a,yes,1,10.1,1,1\nb,maybe,3,-1,1,1\nq,no,,5,1,1\n");
    expect([...beyond]).toEqual([
      ["x", 2],
      ["w", 1],
    ]);
    // "q" is taken for one of the rare levels; "no" is the level that has no column.
    expect([...unseen]).toEqual([["t", 1]]);
    expect([...filled]).toEqual([["w", 1]]);
  });

  test("gives the position of a level, -1 for another, which it counts", () => {
    const levels = { kind: "level", column: "c", levels: ["b", "(missing)", "a"] } as const;
    const table = parseTable("c,y\na,1\n,1\n b ,1\nnew,1\nother,1\n", "d.csv");
    const { inputs, unseen } = encodeInputs({ inputs: [levels], targets: [] }, table, [0, 1, 2, 3, 4]);
    expect([...inputs]).toEqual([2, 1, 0, -1, -1]);
    expect([...unseen]).toEqual([["c", 2]]);
    expect(encodedLevels({ inputs: [...encoder.inputs, levels], targets: [] })).toEqual([
      ...Array<number>(7).fill(0),
      3,
    ]);
  });

  test("finds its columns by their names", () => {
    const table = parseTable("x,t,extra,w,c\n10,yes,?,1.5,a\n", "d.csv");
    expect([...encodeInputs(encoder, table, [0]).inputs]).toEqual([...encode("a,yes,1.5,10,1,1\n").inputs]);
  });

  test.each([
    ["1e999", "not a finite number"],
    ["-Infinity", "not a finite number"],
    ["-1.1e300", "too large, above 1e+300"],
    ["abc", "not a number"],
    ["1,5", "not a number"],
  ])("refuses %s by line, column and value", (cell, fact) => {
    expect(() => encode(`a,yes,1,2,3,4\n\na,yes,1,"${cell}",3,4\n`)).toThrow(
      `d.csv:4: column "x" is "${cell}", ${fact}; mend it, or leave it empty if the value is missing`,
    );
  });

  test("refuses a table without a column", () => {
    expect(() => encodeInputs(encoder, parseTable("X,t,w,c\n1,yes,1,a\n", "d.csv"), [0])).toThrow(
      'd.csv: has no column "x"; did you mean "X"?',
    );
  });
});

describe("targets", () => {
  test("are read in the order of the encoder", () => {
    expect([...readTargets(encoder, parse("a,yes,1,2,3,4\na,yes,1,2,5,6\n"), [1, 0])]).toEqual([5, 6, 3, 4]);
  });

  test("are refused where they are no numbers", () => {
    expect(() => readTargets(encoder, parse("a,yes,1,2,3,4\na,yes,1,2,3,1e999\n"), [0, 1])).toThrow(
      'd.csv:3: column "z" is "1e999", not a finite number; leave the row out',
    );
  });

  test("come back as they were (seed 1)", () => {
    const scale = fc.constantFrom(1e-300, 1e-9, 1, 1e9, 1e300);
    const real = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(fc.array(real, { minLength: 1 }), real, scale, (values, offset, size) => {
        const target = { column: "y", mean: offset * size, deviation: size };
        const one: Encoder = { inputs: [], targets: [target] };
        const y = Float64Array.from(values, (value) => value * size);
        const back = restoreTargets(one, standardizeTargets(one, y));
        // y - m, its quotient, the product and the sum each round once, to ε of at most |y| + |m|. Below the normal
        // numbers a rounding is one of the smallest number, 5e-324.
        for (const [i, value] of y.entries())
          expect(Math.abs(back[i]! - value)).toBeLessThanOrEqual(
            4 * Number.EPSILON * (Math.abs(value) + Math.abs(target.mean)) + 4 * Number.MIN_VALUE,
          );
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("have a spread in their own units", () => {
    expect([...restoreSpread(encoder, Float64Array.of(1, 2, 0, 1))]).toEqual([3, 2e-12, 0, 1e-12]);
  });
});

describe("usableRows", () => {
  const table = parse("a,yes,1,2,3,4\na,yes,,2,3,4\na,yes,1,2,NaN,4\n,yes,1,2,3,4\n");
  test("have every target", () => {
    expect([...usableRows(table, ["y", "z"], [])]).toEqual([0, 1, 3]);
  });

  test("have every input where that is asked for", () => {
    expect([...usableRows(table, ["y", "z"], ["w", "c"])]).toEqual([0]);
  });
});
