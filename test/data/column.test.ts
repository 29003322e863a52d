import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMissing, readNumber } from "../../src/data/cell.ts";
import {
  buildColumn,
  columnOfTexts,
  daysOf,
  pickCells,
  sameCells,
  takeDecimalCommas,
  textAt,
  textsOf,
} from "../../src/data/column.ts";

const cell = fc.oneof(
  fc.double().map(String),
  fc.tuple(fc.double({ min: -1e6, max: 1e6 }), fc.nat(8)).map(([x, digits]) => x.toFixed(digits)),
  fc.constantFrom(
    "",
    " ",
    "NA",
    "-0",
    "007",
    "1.50",
    " 1 ",
    "inf",
    "1e999",
    "a",
    "true",
    "1,5",
    "2024-01-02",
  ),
);

describe("a column of texts", () => {
  test("gives back each text, and what reading it says (seed 1)", () => {
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 150 }), (texts) => {
        const column = columnOfTexts("x", texts);
        expect(textsOf(column)).toEqual(texts);
        expect([...column.numbers]).toEqual(texts.map(readNumber));
        expect([...column.missing]).toEqual(texts.map((text) => (isMissing(text) ? 1 : 0)));
        expect(new Set(column.texts).size).toBe(column.texts.length);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("is the same as another exactly where the texts are (seed 2)", () => {
    const short = fc.array(fc.constantFrom("", "1", "1.0", "a", "NA"), { minLength: 2, maxLength: 3 });
    fc.assert(
      fc.property(short, short, (a, b) => {
        expect(sameCells(columnOfTexts("a", a), columnOfTexts("b", b))).toBe(a.join("|") === b.join("|"));
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  test("keeps no text of numbers that are written plainly, or with some digits after the point", () => {
    expect(columnOfTexts("x", ["1", "-2.5", "1e-7", ""])).toMatchObject({ texts: [], spellings: null });
    expect(columnOfTexts("x", ["1", "2.50", "3.0"]).texts).toEqual([]);
    expect(columnOfTexts("x", ["007", "7", "007"]).texts).toEqual(["007"]);
  });

  test("knows the days of dates, and those that can't be read", () => {
    const column = columnOfTexts("t", ["1970-01-03", "1/2/2024", "2024-13-01", "5", "", "a"]);
    const [infinite, none] = [Number.POSITIVE_INFINITY, Number.NaN];
    expect([...daysOf(column)]).toEqual([2, infinite, infinite, none, none, none]);
  });
});

test("values of JavaScript are read as their texts", () => {
  const values = [1, -0, null, undefined, true, "2.5", [1], { a: 1 }, 1e301, Number.NaN];
  const builder = buildColumn();
  for (const value of values) builder.addValue(value);
  const texts = ["1", "0", "", "", "true", "2.5", "[1]", '{"a":1}', "1e+301", "NaN"];
  expect(textsOf(builder.finish("x"))).toEqual(texts);
  expect(sameCells(builder.finish("x"), columnOfTexts("y", texts))).toBe(true);
});

test("picked cells keep their texts", () => {
  const picked = pickCells(columnOfTexts("x", ["a", "1", "", "2.0"]), [3, 0, 2]);
  expect(textsOf(picked)).toEqual(["2.0", "a", ""]);
  expect(textAt(picked, 1)).toBe("a");
});

describe("decimal commas", () => {
  test("become points where no number has one", () => {
    const column = takeDecimalCommas(columnOfTexts("x", ["1,5", "2", "", "+1,50", "a,b", "3,00"]));
    expect(textsOf(column)).toEqual(["1.5", "2", "", "+1.50", "a,b", "3.00"]);
    expect([...column.numbers]).toEqual([1.5, 2, Number.NaN, 1.5, Number.NaN, 3]);
  });

  test.each(["2.5", "2.0", "+1.5", "1.e999"])("stay as they are beside %s", (text) => {
    const column = columnOfTexts("x", ["1,5", text]);
    expect(takeDecimalCommas(column)).toBe(column);
  });
});
