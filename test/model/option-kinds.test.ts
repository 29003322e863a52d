import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import {
  atLeast0,
  duration,
  memorySize,
  nameList,
  oneOf,
  readFlag,
  readPictureSize,
  unitList,
  wholeNumber,
} from "../../src/model/option-kinds.ts";

describe("a number", () => {
  test("reads every finite number that it is given as a text (seed 1)", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }), (number) => {
        expect(atLeast0.read("--x", String(number))).toBe(number === 0 ? 0 : number);
      }),
      { seed: 1 },
    );
  });

  test.each(["", " ", "1,5", "0x1f", "1_000", "Infinity", "NaN", "1e", "."])('refuses "%s"', (text) => {
    expect(() => atLeast0.read("--x", text)).toThrow(UsageError);
  });

  test("refuses whole numbers that float64 can't tell apart", () => {
    expect(() => wholeNumber(0).read("--seed", "9007199254740993")).toThrow(UsageError);
  });
});

describe("a time", () => {
  test.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["5m", 300_000],
    ["2 min", 120_000],
    ["1.5h", 5_400_000],
  ])("reads %s", (text, time) => {
    expect(duration.read("--time-limit", text)).toBe(time);
  });

  test.each(["0s", "-1s", "5", "s", "1d", "", "1e400h"])('refuses "%s"', (text) => {
    expect(() => duration.read("--time-limit", text)).toThrow(UsageError);
  });
});

describe("an amount of memory", () => {
  test.each([
    ["500MB", 500e6],
    ["2GB", 2e9],
    ["1.5 gb", 1.5e9],
    ["64KiB", 65_536],
    [".5GiB", 2 ** 29],
    ["7b", 7],
  ])("reads %s", (text, bytes) => {
    expect(memorySize.read("--memory", text)).toBe(bytes);
  });

  test.each(["", "5", "GB", "0MB", "-1GB", "2 XB", "2ib", "2GBs", "1e400GB"])('refuses "%s"', (text) => {
    expect(() => memorySize.read("--memory", text)).toThrow(UsageError);
  });
});

describe("a size of pictures", () => {
  test.each([
    ["20x40", [20, 40]],
    ["20 X 40", [20, 40]],
    ["32", [32, 32]],
  ])("reads %s", (text, size) => {
    expect(readPictureSize("--image-size", text)).toEqual(size);
  });

  test.each(["", "x", "20x", "0x4", "4x0", "1.5x2", "3x4x5", "-3x4"])('refuses "%s"', (text) => {
    expect(() => readPictureSize("--image-size", text)).toThrow(UsageError);
  });
});

describe("lists", () => {
  test("hold the units of layers", () => {
    expect(unitList.read("--hidden", "64,32")).toEqual([64, 32]);
    expect(unitList.read("hidden", [64, 32])).toEqual([64, 32]);
    expect(unitList.read("--hidden", "none")).toEqual([]);
    expect(() => unitList.read("--hidden", "")).toThrow(UsageError);
  });

  test("hold names, which may have commas only where they come from a file", () => {
    expect(nameList.read("--target", "a, b")).toEqual(["a", "b"]);
    expect(nameList.read("target", ["a, b"])).toEqual(["a, b"]);
  });
});

test("a choice has the nearest name at hand", () => {
  const { read } = oneOf(["float32", "float64"]);
  expect(read("--dtype", "float64")).toBe("float64");
  expect(() => read("--dtype", "flaot64")).toThrow('--dtype: "flaot64" is unknown; did you mean "float64"?');
});

test("a flag in a file is true or false", () => {
  expect(readFlag("json", true)).toBe(true);
  expect(() => readFlag("run.json: json", "yes")).toThrow('run.json: json: "yes" is not true or false');
});
