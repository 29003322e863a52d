import { describe, expect, test } from "vitest";
import { isDressedNumber } from "../../src/data/cell.ts";
import { describeColumns } from "../../src/data/describe-columns.ts";
import { type EncodeOptions, planColumns } from "../../src/data/plan-columns.ts";
import { parseTable } from "../../src/data/read-table.ts";
import type { Table } from "../../src/data/table.ts";
import { DataError } from "../../src/errors.ts";

/** A table as it is read from CSV: the first row stands on line 2. */
function tableOf(columns: Record<string, readonly string[]>): Table {
  const names = Object.keys(columns);
  const rows = columns[names[0]!]!.map((_, i) => names.map((name) => `"${columns[name]![i]!}"`).join(","));
  return parseTable([names.join(","), ...rows].join("\n"), "d.csv", { header: true });
}

const y = ["1", "2", "4", "8", "16", "32"];

function summaryOf(...cells: string[]) {
  return describeColumns(tableOf({ x: cells, y: cells.map((_, i) => String(i * i)) }))[0]!;
}

function plan(columns: Record<string, readonly string[]>, options: Partial<EncodeOptions> = {}) {
  return planColumns(tableOf({ ...columns, y }), ["y"], options);
}

function fault(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return (error as DataError).message;
  }
  throw new Error("nothing was thrown");
}

describe("describeColumns", () => {
  test.each<[string, string[]]>([
    ["number", ["1", "-2.5", ".5", "1e-9", "", "+3"]],
    ["number", ["NaN", "n/a", "NULL", "?", "-", "1", "2"]],
    ["category", ["a", "b", "a", "b", "inf", "c"]],
    ["category", ["0x1f", "0b1", "0o7", "a", "b", "c"]],
    ["text", Array.from({ length: 11 }, (_, i) => `name ${i}`)],
    ["date", ["2024-01-01", "2024-1-2 10:30", "1/2/2024", "2024-01-01T00:00:00Z"]],
    ["mixed", ["1", "2", "3", "oops"]],
    ["mixed", ["1", "2", "3", "inf"]],
    ["mixed", ["1e999", "inf", "-Infinity"]],
    ["mixed", ["1", "2", "3e300"]],
    ["mixed", ["inf", "inf", ""]],
    ["mixed", ["1", "2", "1,500", "3"]],
    ["constant", ["7", "7", "", "7"]],
    ["constant", ["a", "a", "a"]],
    ["empty", ["", "NaN", "-"]],
  ])("%s: %j", (kind, cells) => {
    expect(summaryOf(...cells).kind).toBe(kind);
  });

  test("names the first cell that is no finite number", () => {
    expect(summaryOf("1", "", "1e999", "oops", "3", "4", "5").badRow).toBe(2);
    expect(summaryOf("1", "", "oops", "inf", "3", "4", "5").badRow).toBe(2);
    expect(summaryOf("1", "2", "3").badRow).toBe(-1);
  });

  test("counts values, and orders levels by how often they occur", () => {
    expect(summaryOf(" b", "a", "b ", "", "c", "a")).toMatchObject({
      count: 5,
      missing: 1,
      distinct: 3,
      levels: [
        { value: "a", count: 2 },
        { value: "b", count: 2 },
        { value: "c", count: 1 },
      ],
    });
  });

  test.each([1, 1e-300, 1e299])("summarizes numbers of the size %s", (scale) => {
    const numbers = [3, 1, 2, 10].map((value) => value * scale);
    const { numbers: found } = summaryOf(...numbers.map(String));
    // Mean 4 and squares (1 + 9 + 4 + 36) / 4 by hand; four sums and a root: 8 ε.
    const close = (value: number, expected: number) =>
      expect(Math.abs(value / scale - expected)).toBeLessThan(8 * Number.EPSILON * expected);
    close(found!.min, 1);
    close(found!.max, 10);
    close(found!.median, 2.5);
    close(found!.mean, 4);
    close(found!.deviation, Math.sqrt(12.5));
  });

  test("finds what counts the rows, and columns that are the same", () => {
    const summaries = describeColumns(
      tableOf({ id: ["5", "6", "7"], a: ["1", "3", "2"], b: ["1", "3", "2"] }),
    );
    expect(summaries.map(({ counter }) => counter)).toEqual([true, false, false]);
    expect(summaries.map(({ duplicateOf }) => duplicateOf)).toEqual([null, null, "a"]);
  });
});

describe("planColumns", () => {
  const dates = y.map((_, i) => `2024-01-0${i + 1}`);

  test("says of each column that is left out why", () => {
    const { inputs, notes } = plan({
      x: ["1", "3", "2", "5", "4", "6"],
      colour: ["a", "b", "a", "b", "a", "b"],
      same: ["7", "7", "7", "7", "7", "7"],
      again: ["1", "3", "2", "5", "4", "6"],
      none: ["", "", "NaN", "", "", ""],
      day: dates,
    });
    expect(inputs).toEqual([
      { column: "x", kind: "number" },
      { column: "colour", kind: "category" },
    ]);
    expect(notes).toEqual([
      { column: "same", choice: "left out", why: "the same value in every row" },
      { column: "again", choice: "left out", why: 'the same as "x"' },
      { column: "none", choice: "left out", why: "no values" },
      { column: "day", choice: "left out", why: "dates; --dates days takes them as days since 1970-01-01" },
    ]);
  });

  test("leaves texts out that hardly repeat", () => {
    const rows = Array.from({ length: 24 }, (_, i) => i);
    const table = tableOf({
      name: rows.map((i) => `name ${i % 13}`),
      x: rows.map((i) => String(i * i)),
      y: rows.map((i) => String(i ** 3)),
    });
    expect(planColumns(table, ["y"]).notes).toEqual([
      {
        column: "name",
        choice: "left out",
        why: "13 different texts in 24 rows: names or remarks, not a category",
      },
    ]);
  });

  test.each([
    ["5 kg", true],
    ["12%", true],
    ["$1,500.50", true],
    ["-€ 3", true],
    ["1,000", true],
    ["10 000", true],
    ["3 m²", true],
    ["12", false],
    ["-1e5", false],
    ["2024-01-05", false],
    ["Room 5", false],
    ["5 Main Street", false],
    ["A12", false],
  ])("%s is a number dressed for people: %s", (cell, expected) => {
    expect(isDressedNumber(cell)).toBe(expected);
  });

  test("says how to use numbers that are dressed for people", () => {
    const rows = Array.from({ length: 24 }, (_, i) => i);
    const table = tableOf({
      p: rows.map((i) => `${i} kg`),
      q: rows.map((i) => `$1,00${i}`),
      x: rows.map((i) => String(i * i)),
      y: rows.map((i) => String(i ** 3)),
    });
    const how = "without unit, sign or separator of thousands";
    expect(planColumns(table, ["y"]).notes.map(({ why }) => why)).toEqual([
      `texts such as "0 kg"; write the numbers ${how} to use them`,
      `texts such as "$1,000"; write the numbers ${how} to use them`,
    ]);
    expect(fault(() => planColumns(table, ["q"]))).toBe(
      `d.csv: column "q" holds texts such as "$1,000"; a target must be a number, ${how}`,
    );
  });

  test("takes numbers and dates for names where it is told so", () => {
    const zip = ["02139", "10115", "02139", "10115", "00501", "00501"];
    const day = ["2024-01-01", "2024-01-02", "2024-01-01", "2024-01-02", "2024-01-03", "2024-01-03"];
    const { inputs, notes } = plan({ zip, day }, { categories: ["zip", "day"] });
    expect(inputs).toEqual([
      { column: "zip", kind: "category" },
      { column: "day", kind: "category" },
    ]);
    expect(notes).toEqual([]);
    expect(plan({ zip }).notes).toEqual([
      {
        column: "zip",
        choice: "kept as numbers",
        why: "some begin with 0, as codes do; --categories zip takes them for names",
      },
    ]);
    expect(() => plan({ zip }, { categories: ["zap"] })).toThrow('has no column "zap"; did you mean "zip"?');
  });

  test("keeps one of two columns that are the same where the other is ignored", () => {
    const x = ["1", "3", "2", "5", "4", "6"];
    expect(plan({ a: x, b: x, c: x }, { ignore: ["a"] }).inputs).toEqual([{ column: "b", kind: "number" }]);
  });

  test("says that a column is the same as the target, and keeps one of them", () => {
    const { inputs, notes } = plan({ a: y, b: y });
    expect(inputs).toEqual([{ column: "a", kind: "number" }]);
    expect(notes.map(({ column, choice, why }) => `${column}: ${choice}, ${why}`)).toEqual([
      'a: kept, the same as the target "y" in every row; --ignore it if that is no wonder',
      'b: left out, the same as "a"',
    ]);
  });

  test("says that a column counts the rows", () => {
    const { notes } = plan({ id: ["0", "1", "2", "3", "4", "5"] });
    expect(notes).toEqual([
      { column: "id", choice: "kept", why: "counts the rows; --ignore it if it is only an identifier" },
    ]);
  });

  test("takes dates as days where it is asked to", () => {
    expect(plan({ day: dates }, { dates: "days" }).inputs).toEqual([{ column: "day", kind: "days" }]);
  });

  test("says where values are missing, and what is done", () => {
    const columns = { x: ["1", "3", "nan", "", "4", "6"], c: ["a", "b", "a", "b", "", "b"] };
    const why = (missing: EncodeOptions["missing"]) =>
      plan(columns, { missing }).notes.map((note) => note.why);
    expect(plan(columns).notes).toEqual([
      {
        column: "x",
        choice: "2 missing",
        why: 'the first in line 4 is "nan"; their mean is taken, and a column says where',
      },
      { column: "c", choice: "1 missing", why: "the first in line 6; they are a level of their own" },
    ]);
    expect(why("mean")[0]).toBe('the first in line 4 is "nan"; their mean is taken');
    expect(why("drop")).toEqual([
      'the first in line 4 is "nan"; these rows are left out',
      "the first in line 6; these rows are left out",
    ]);
  });

  test("takes a column with one value for a category where it is missing in some rows", () => {
    const x = ["7", "", "7", "7", "", "7"];
    expect(plan({ x }).inputs).toEqual([{ column: "x", kind: "category" }]);
    expect(() => plan({ x }, { missing: "mean" })).toThrow("no column to predict from");
  });

  const good = ["1", "3", "2", "5", "4", "6"];
  test.each<[string, Record<string, string[]>, Partial<EncodeOptions>, string]>([
    [
      "a text among numbers",
      { x: ["1", "2", "n/k", "4", "5", "6"] },
      {},
      'd.csv:4: column "x" is "n/k", not a number; mend it, leave it empty if the value is missing, or --ignore the column',
    ],
    [
      "a number that is too large",
      { x: ["1", "2", "3", "4", "5", "-1e999"] },
      {},
      'd.csv:7: column "x" is "-1e999", not a finite number; mend it, leave it empty if the value is missing, or --ignore the column',
    ],
    [
      "NaN where missing values are refused",
      { x: ["1", "2", "NaN", "4", "5", "6"] },
      { missing: "refuse" },
      'd.csv:4: column "x" is "NaN", no value; --missing auto fills it, --missing drop leaves the row out',
    ],
    [
      "an empty cell where missing values are refused",
      { x: ["1", "2", "3", " ", "5", "6"] },
      { missing: "refuse" },
      'd.csv:5: column "x" has no value; --missing auto fills it, --missing drop leaves the row out',
    ],
    [
      "dates whose order is a guess",
      { x: ["01/02/2024", "2024-01-02", "", "2024-01-03", "2024-01-04", "2024-01-05"] },
      { dates: "days" },
      'd.csv:2: column "x" is "01/02/2024", a date that is not there, or whose order is a guess; write dates as 2024-12-31',
    ],
    [
      "a text among dates",
      { x: [...dates.slice(0, 5), "later"] },
      { dates: "days" },
      'd.csv:7: column "x" is "later", not a date; write dates as 2024-12-31',
    ],
    ["no inputs", {}, {}, "d.csv: has no column to predict from, besides the target; add one"],
    [
      "inputs that say nothing",
      { x: ["7", "7", "7", "7", "7", "7"], none: ["", "", "", "", "", ""] },
      {},
      'd.csv: has no column to predict from, besides the target: "x" is left out, the same value in every row, "none" is left out, no values; add one',
    ],
    [
      "an unknown column",
      { "Horse Power": good },
      { ignore: ["horsepower"] },
      'd.csv: has no column "horsepower"; did you mean "Horse Power"?',
    ],
    [
      "an unknown column like no other",
      { x: good },
      { ignore: ["zzz"] },
      'd.csv: has no column "zzz"; its columns are "x", "y"',
    ],
  ])("refuses %s", (_, columns, options, message) => {
    expect(fault(() => plan(columns, options))).toBe(message);
  });

  test("does not mind missing values in a column that it leaves out", () => {
    const name = ["a", "", "", "", "", ""];
    expect(plan({ x: good, name }, { missing: "refuse" }).inputs).toHaveLength(1);
  });

  test.each<[string, string[], string]>([
    ["texts", ["a", "b", "a", "b", "a", "b"], 'holds texts such as "a"; a target must be a number'],
    ["dates", dates, "holds dates; turn them into numbers, for example days, to predict them"],
    ["one value", ["7", "7", "", "7", "7", "7"], 'is "7" in every row; there is nothing to learn'],
    ["no value", ["", "", "", "", "", ""], "has no values; there is nothing to learn"],
  ])("refuses a target with %s", (_, cells, message) => {
    const table = tableOf({ x: good, t: cells });
    expect(fault(() => planColumns(table, ["t"]))).toBe(`d.csv: column "t" ${message}`);
  });

  test("refuses a bad cell of a target, and a target that is named twice", () => {
    const table = tableOf({ x: good, t: ["1", "2", "3", "inf", "5", "6"] });
    expect(fault(() => planColumns(table, ["t"]))).toBe(
      'd.csv:5: column "t" is "inf", not a finite number; mend it, or leave it empty if the value is missing',
    );
    expect(fault(() => planColumns(table, ["x", "x"]))).toBe(
      'd.csv: has "x" as a target twice; name it once',
    );
    expect(fault(() => planColumns(table, ["x"], { ignore: ["x"] }))).toBe(
      'd.csv: column "x" is a target and can\'t be ignored; name it in one of the two',
    );
  });

  test("names the record of a bad cell in JSON", () => {
    const table = parseTable('[{"x":1,"y":1},{"x":"?","y":2},{"x":"oops","y":3},{"x":4,"y":4}]', "d.json");
    expect(fault(() => planColumns(table, ["y"]))).toBe(
      'd.json, record 3: column "x" is "oops", not a number; mend it, leave it empty if the value is missing, or --ignore the column',
    );
  });

  test("says where names are missing because no header was found", () => {
    expect(fault(() => planColumns(parseTable("1,2\n3,4\n", "d.csv"), ["y"]))).toBe(
      'd.csv: has no column "y": no header was found, and columns are named x1 to x2; --header yes takes the first line for it',
    );
  });

  test("lists some of many columns", () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, j) => [`c${j}`, good]));
    expect(fault(() => planColumns(tableOf(many), ["zzz"]))).toMatch(/"c10", "c11" and 28 more$/);
  });
});
