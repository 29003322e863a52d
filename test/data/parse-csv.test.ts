import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { looksLikeHeader, readRecords } from "../../src/data/parse-csv.ts";
import { DataError } from "../../src/errors.ts";

/** The records of a text that comes in parts of a few characters, or whole. */
function parse(text: string, part = Math.max(1, text.length)) {
  const records: (readonly string[])[] = [];
  const lines: number[] = [];
  const reader = readRecords("d.csv", (record, line) => {
    records.push(record);
    lines.push(line);
  });
  for (let start = 0; start < text.length; start += part) reader.push(text.slice(start, start + part));
  return { records, lines, ...reader.end() };
}

function fault(text: string): string {
  try {
    parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return (error as DataError).message;
  }
  throw new Error("nothing was thrown");
}

/** Writes records with quotes where they are needed, each after some blank lines; says where each begins. */
function write(records: string[][], blanks: number[], delimiter: string, newline: string) {
  let text = "";
  const lines: number[] = [];
  for (const [i, record] of records.entries()) {
    text += newline.repeat(blanks[i % blanks.length]!);
    lines.push(text.split(newline).length);
    const cells = record.map((cell) =>
      /["\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell,
    );
    text += cells.join(delimiter).replaceAll("\n", newline) + newline;
  }
  return { text, lines };
}

/** Cells that begin and end with a letter: blanks around a cell are cut off. */
const cell = fc
  .array(fc.constantFrom("a", "B", "7", ".", '"', "\n", ",", ";", "é", "🌊", " "), { maxLength: 6 })
  .map((parts) => `c${parts.join("")}c`);

describe("readRecords", () => {
  test("reads what was written, and knows the line of each record (seed 1)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 4 }).chain((width) =>
          fc.record({
            // A first record of plain names, and one of numbers, so that the delimiter can be told.
            rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 6 }),
            width: fc.constant(width),
          }),
        ),
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(",", ";", "\t", "|"),
        fc.constantFrom("\n", "\r\n", "\r"),
        ({ rows, width }, blanks, delimiter, newline) => {
          const names = Array.from({ length: width }, (_, j) => `n${j}`);
          const numbers = names.map((_, j) => String(j));
          const records = [names, ...rows, ...rows.map(() => numbers), numbers];
          const { text, lines } = write(records, blanks, delimiter, newline);
          const read = parse(text);
          expect(read.delimiter).toBe(delimiter);
          expect(read.records).toEqual(records);
          expect(read.lines).toEqual(lines);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  test("reads the same from parts of any length, past the ends of blocks", () => {
    const rows = Array.from({ length: 9000 }, (_, i) =>
      i % 7 === 3 ? `"${i} ""a""\r\nb",${"x".repeat(i % 90)}\r\n\r\n` : `${i},"${"y,".repeat(i % 50)}"\r\n`,
    );
    const text = `x,y\r\n${rows.join("")}`;
    expect(text.length).toBeGreaterThan(500_000);
    const whole = parse(text);
    expect(whole.records.length).toBe(9001);
    expect(whole.records.at(-1)).toEqual(["8999", "y,".repeat(8999 % 50)]);
    // Each seventh record from the third spans two lines, and a blank one follows.
    expect(whole.lines.slice(0, 7)).toEqual([1, 2, 3, 4, 5, 8, 9]);
    expect(whole.lines.at(-1)).toBe(1 + 9000 + 2 * rows.filter((row) => row.endsWith("\r\n\r\n")).length);
    expect(whole.blank).toBe(rows.filter((row) => row.endsWith("\r\n\r\n")).length);
    for (const part of [1000, 65_537, 300_001]) expect(parse(text, part)).toEqual(whole);
    expect(() => parse(`${text}1,"2\n`)).toThrow(`d.csv:${whole.lines.at(-1)! + 1}: a quote is opened`);
  });

  test.each([
    ["comma", "x,y\n1,2\n3,4\n", ","],
    ["semicolon", "x;y\n1;2\n3;4\n", ";"],
    ["tab", "x\ty\n1\t2\n3\t4\n", "\t"],
    ["bar", "x|y\n1|2\n3|4\n", "|"],
    ["blank", "x y\n1 2\n3 4\n", " "],
    ["comma between texts with a blank", "name,mpg\nbuick skylark,15\nford torino,12\namc dpl,13\n", ","],
    ["semicolon between decimal commas", "x;y\n1,5;2,5\n2,5;3,5\n3,5;4,5\n4,5;5,5\n5,5;6,5\n", ";"],
    ["semicolon between decimal commas, no header", "1,5;2,5\n2,5;3,5\n", ";"],
    ["comma where cells hold other delimiters", "x,y\na;b|c,1\nd;e|f,2\n", ","],
    ["comma where one record is short", "x,y\n1,2\n3\n4,5\n", ","],
    ["semicolon where one record is short", "x;y\n1;2\n3\n", ";"],
    ["comma where there is but one column", "x\n1\n2\n", ","],
    ["comma where one column has a name of several words", "miles per gallon\n15\n18\n", ","],
    ["what Excel says", "sep=;\na,b;c\n1,2;3\n", ";"],
  ])("finds the delimiter: %s", (_, text, delimiter) => {
    expect(parse(text).delimiter).toBe(delimiter);
  });

  test("takes several blanks between columns for one delimiter", () => {
    expect(parse("  x   y\n -1.5    2\n 3  4  \n").records).toEqual([
      ["x", "y"],
      ["-1.5", "2"],
      ["3", "4"],
    ]);
  });

  test("keeps empty cells between tabs, at the ends too", () => {
    expect(parse("x\ty\tz\n\t1\t\n2\t\t3\n").records.slice(1)).toEqual([
      ["", "1", ""],
      ["2", "", "3"],
    ]);
  });

  test("reads quotes after a blank", () => {
    expect(parse('x, "y, z"\n1, "2"\n').records).toEqual([
      ["x", "y, z"],
      ["1", "2"],
    ]);
  });

  test("counts the line of what Excel says", () => {
    expect(parse("sep=;\r\nx;y\r\n1;2\r\n").lines).toEqual([2, 3]);
  });

  test("finds the delimiter where the text it looks at ends inside quotes", () => {
    const remark = "a remark; ".repeat(30_000);
    const read = parse(`x;y;z\n1;2;"short"\n3;4;"${remark}"\n`);
    expect(read.delimiter).toBe(";");
    expect(read.records[2]![2]!.length).toBe(remark.length);
  });

  test.each([
    ["never closed", 'x,y\n1,2\n\n"3,4\n5,6\n7,8\n', "d.csv:4: a quote is opened and never closed"],
    ["never closed in a later cell", 'é,y\n1,2\n3,"4\n5,6\n', "d.csv:3: a quote is opened and never closed"],
    ["opened late", 'x,y\n1,2\n3,4"5\n', "d.csv:3: a quote stands inside a cell"],
    ["closed early", 'x,y\r\n1,2\r\n"3"4,5\r\n', "d.csv:3: a quote stands inside a cell"],
  ])("names the line of a quote that is %s", (_, text, message) => {
    expect(fault(text)).toBe(`${message}; mend the quotes of this record`);
  });
});

describe("looksLikeHeader", () => {
  test.each([
    ["names over numbers", "x,y\n1,2\n", true],
    ["names alone", "x,y\n", true],
    ["names over texts", "x,y\na,b\n", true],
    ["an empty name over numbers", ",y\n1,2\n", true],
    ["numbers only", "1,2\n3,4\n", false],
    ["a number among texts", "red,2\nblue,4\n", false],
    ["decimal commas", "a;1,5\nb;2,5\n", false],
    ["numbers without an end", "a,inf\nb,2\n", false],
  ])("%s: %j is %s", (_, text, header) => {
    const { records, delimiter } = parse(text);
    expect(looksLikeHeader(records[0]!, records[1], delimiter)).toBe(header);
  });
});
