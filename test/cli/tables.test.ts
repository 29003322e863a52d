import { describe, expect, test } from "vitest";
import {
  alignTable,
  columnNumber,
  columnR2,
  plainDuration,
  plainNumber,
  shorten,
} from "../../src/cli/plain-text.ts";
import { writeCsv } from "../../src/cli/prediction-output.ts";

describe("alignTable", () => {
  test("puts numbers to the right and texts to the left", () => {
    expect(
      alignTable([
        ["name", "RMSE"],
        ["a", "1.5"],
        ["bcd", "-12"],
        ["", "-"],
      ]),
    ).toEqual(["name  RMSE", "a      1.5", "bcd    -12", "         -"]);
  });

  test("counts wide characters as two columns", () => {
    expect(
      alignTable([
        ["価格", "x"],
        ["abcd", "y"],
      ]),
    ).toEqual(["価格  x", "abcd  y"]);
  });

  test("keeps control characters from the terminal", () => {
    expect(alignTable([["\u001b[31mred\u0007", "b"]])).toEqual(["\ufffd[31mred\ufffd  b"]);
  });
});

test("shorten keeps whole characters", () => {
  expect(shorten("abcdef", 4)).toBe("abc…");
  expect(shorten("😀😀😀", 2)).toBe("😀…");
  expect(shorten("abcd", 4)).toBe("abcd");
});

describe("numbers for a terminal", () => {
  test.each([
    [0, "0"],
    [1234, "1234"],
    [0.012345, "0.01235"],
    [-1.5e-7, "-1.500e-7"],
    [2e6, "2.000e6"],
    [null, "-"],
    [Number.NaN, "-"],
  ])("%s is %s", (value, text) => {
    expect(plainNumber(value)).toBe(text);
  });

  test("have the same number of digits in a column", () => {
    expect([0.5, 3, 45.678, 12345].map((value) => columnNumber(value))).toEqual([
      "0.5000",
      "3.000",
      "45.68",
      "12345",
    ]);
    expect([0.98765, -0.0001, -12.3456, -1e9, null].map(columnR2)).toEqual([
      "0.988",
      "0.000",
      "-12.346",
      "-1.00e9",
      "-",
    ]);
  });

  test.each([
    [0.416, "0.42 s"],
    [12.34, "12.3 s"],
    [59.96, "1 min 0 s"],
    [245, "4 min 5 s"],
    [7385, "2 h 3 min"],
  ])("%s seconds are %s", (seconds, text) => {
    expect(plainDuration(seconds)).toBe(text);
  });
});

test("writeCsv quotes names and writes every digit", () => {
  expect(writeCsv(["a", 'b "c", d', " e"], [[0.1 + 0.2, null, -1e-300]])).toBe(
    'a,"b ""c"", d"," e"\n0.30000000000000004,,-1e-300\n',
  );
});
