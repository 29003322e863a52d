import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { textsOf } from "../../src/data/column.ts";
import { parseTable, readTable } from "../../src/data/read-table.ts";
import type { Table } from "../../src/data/table.ts";
import { DataError, FileError } from "../../src/errors.ts";

const folder = mkdtempSync(join(tmpdir(), "gramian-table-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const cellsOf = ({ columns }: Table) =>
  Object.fromEntries(columns.map((column) => [column.name, textsOf(column)]));

function fault(text: string, name = "d.csv"): string {
  try {
    parseTable(text, name);
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return (error as DataError).message;
  }
  throw new Error("nothing was thrown");
}

const csv = "x,naïve 🌊\n1,a\n2,b\n";
const expected = { x: ["1", "2"], "naïve 🌊": ["a", "b"] };

describe("readTable", () => {
  const utf16 = Buffer.from(`\ufeff${csv}`, "utf16le");
  test.each<[string, string, string | Uint8Array]>([
    ["UTF-8", "a.csv", csv],
    ["UTF-8 with a mark", "mark.csv", `\ufeff${csv}`],
    ["UTF-16 as Windows writes it", "le.csv", utf16],
    ["UTF-16 in the other order", "be.csv", Buffer.from(utf16).swap16()],
    ["CRLF", "crlf.csv", csv.replaceAll("\n", "\r\n")],
    ["no newline at the end", "end.csv", csv.trimEnd()],
    ["gzip", "a.csv.gz", gzipSync(csv)],
    ["gzip under another name", "b.csv", gzipSync(csv)],
    ["a JSON array", "a.json", '[{"x": 1, "naïve 🌊": "a"}, {"naïve 🌊": "b", "x": 2}]'],
    ["a JSON array with a mark", "mark.json", '\ufeff[{"x": 1, "naïve 🌊": "a"}, {"naïve 🌊": "b", "x": 2}]'],
    ["JSON lines", "a.jsonl", '{"x": 1, "naïve 🌊": "a"}\r\n\r\n{"naïve 🌊": "b", "x": 2}\r\n'],
    ["compressed JSON lines", "a.ndjson.gz", gzipSync('{"x":1,"naïve 🌊":"a"}\n{"x":2,"naïve 🌊":"b"}')],
  ])("reads %s", async (_, name, content) => {
    const path = file(name, content);
    const table = await readTable(path);
    expect(cellsOf(table)).toEqual(expected);
    expect(table).toMatchObject({ name: path, rows: 2, notes: [] });
    expect(table.sha256).toBe(createHash("sha256").update(content).digest("hex"));
  });

  test("says that a gzip file is cut", async () => {
    const path = file("cut.csv.gz", gzipSync(csv.repeat(100)).subarray(0, 40));
    await expect(readTable(path)).rejects.toThrow(
      `${path}: begins like a gzip file but can't be decompressed; it may be cut short`,
    );
  });

  test.each<[string, string | Uint8Array]>([
    ["a PNG image", Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1")],
    ["a zip archive (a PyTorch, Keras or Excel file is one)", Buffer.from("PK\x03\x04\x14\0\0\0", "latin1")],
    ["an HTML page", "<!doctype html>\n<title>404</title>"],
    ["binary data of another program", Uint8Array.of(1, 2, 0, 3)],
  ])("says that a file is %s", async (kind, content) => {
    const path = file("other.csv", content);
    await expect(readTable(path)).rejects.toThrow(
      `${path}: is no table: it looks like ${kind}; give CSV, TSV, JSON or JSON lines`,
    );
  });

  test("says that there is no such file, or that it is a folder", async () => {
    const none = join(folder, "none.csv");
    await expect(readTable(none)).rejects.toThrow(FileError);
    await expect(readTable(none)).rejects.toThrow(`${none}: there is no such file; check the path`);
    const sub = join(folder, "sub");
    mkdirSync(sub);
    await expect(readTable(sub)).rejects.toThrow(`${sub}: is a folder; give a file`);
  });
});

describe("parseTable", () => {
  test("keeps newlines in quotes, and counts them in the lines", () => {
    const table = parseTable('x,y\r\n"a\r\nb",1\r\n\r\nc,2\r\n', "d.csv");
    expect(cellsOf(table)).toEqual({ x: ["a\nb", "c"], y: ["1", "2"] });
    expect([...table.lines]).toEqual([2, 5]);
    expect(table.unit).toBe("line");
  });

  test.each([
    ["named", "yes", "1,2\n3,4\n", true, { "1": ["3"], "2": ["4"] }, [2], []],
    ["told not to be", "no", "a,b\n3,4\n", false, { x1: ["a", "3"], x2: ["b", "4"] }, [1, 2], 1],
    ["not there", "auto", "1,2\n3,4\n", "auto", { x1: ["1", "3"], x2: ["2", "4"] }, [1, 2], 1],
    ["there", "auto", "a,b\n3,4\n", "auto", { a: ["3"], b: ["4"] }, [2], []],
  ] as const)("where the header is %s (%s)", (_, __, text, header, cells, lines, notes) => {
    const table = parseTable(text, "d.csv", { header });
    expect(cellsOf(table)).toEqual(cells);
    expect([...table.lines]).toEqual(lines);
    expect(table.notes).toEqual(notes === 1 ? ["no header found: columns are named x1 to x2"] : notes);
  });

  test("gives every column a name of its own, and says so", () => {
    const { columns, notes } = parseTable("a, ,a,a_2,x2\n1,2,3,4,5\n", "d.csv");
    expect(columns.map(({ name }) => name)).toEqual(["a", "x2", "a_2", "a_2_2", "x2_2"]);
    expect(notes).toEqual([
      'column 2 has no name: called "x2"',
      'column 3 repeats the name "a": called "a_2"',
      'column 4 repeats the name "a_2": called "a_2_2"',
      'column 5 repeats the name "x2": called "x2_2"',
    ]);
  });

  test("says that blank lines are no rows, where they might have been meant as such", () => {
    expect(parseTable("x\n1\n\n2\n\n", "d.csv")).toMatchObject({
      rows: 2,
      notes: ["1 blank line passed over"],
    });
    expect(parseTable("x,y\n1,2\n\n2,3\n", "d.csv").notes).toEqual([]);
  });

  test("reads decimal commas where the comma separates nothing", () => {
    const { columns, notes } = parseTable("x;y;z\n1,5;2;a,b\n-3,25e2;4;1,5\n", "d.csv");
    expect(columns.map(textsOf)).toEqual([
      ["1.5", "-3.25e2"],
      ["2", "4"],
      ["a,b", "1.5"],
    ]);
    expect(notes).toEqual(['commas are taken for decimal points in "x", "z"']);
  });

  test("leaves numbers with commas as they are where the comma may separate thousands", () => {
    expect(cellsOf(parseTable('x,y\n"1,500",2\n999,3\n', "d.csv")).x).toEqual(["1,500", "999"]);
    expect(cellsOf(parseTable("x;y\n1,500;2\n9.5;3\n", "d.csv")).x).toEqual(["1,500", "9.5"]);
  });

  test("fills what a JSON record lacks, and takes nothing for a value that is not its own", () => {
    const table = parseTable('[{"toString": 1}, {"y": null, "z": [1]}, {"z": true}]', "d.json");
    expect(cellsOf(table)).toEqual({
      toString: ["1", "", ""],
      y: ["", "", ""],
      z: ["", "[1]", "true"],
    });
    expect(table.unit).toBe("record");
  });

  test("knows the line of each JSON line", () => {
    expect([...parseTable('\n{"x":1}\n\n{"x":2}\n', "d.jsonl").lines]).toEqual([2, 4]);
  });

  test.each([
    ["nothing", "", "d.csv", "d.csv: is empty; give a table with a header and rows"],
    ["blank lines", "\ufeff\n \n", "d.csv", "d.csv: is empty; give a table with a header and rows"],
    ["a header", "x,y\n", "d.csv", "d.csv: has a header and no rows; give at least some examples"],
    [
      "a row that is too short",
      'x;y\n"1\n1";2\n\n3\n',
      "d.csv",
      "d.csv:5: has 1 cell where the header has 2; check the quotes and the delimiter (taken to be a semicolon)",
    ],
    [
      "a row that is too long, without a header",
      "1\t2\n3\t4\n5\t6\t7\n",
      "d.tsv",
      "d.tsv:3: has 3 cells where the other rows have 2; check the quotes and the delimiter (taken to be a tab)",
    ],
    ["no records", "[]", "d.json", "d.json: has no rows; give at least some examples"],
    ["empty records", "[{}, {}]", "d.json", "d.json: has records without values; give them some"],
    ["numbers", '[{"x":1}, 2]', "d.json", "d.json, record 2: is not a record; give objects with a value"],
    ["an array on a line", '{"x":1}\n\n[2]', "d.jsonl", "d.jsonl:3: is not a record; give objects with a"],
    ["half a line", '{"x":1}\n\n{"x":', "d.jsonl", "d.jsonl:3: is not JSON: "],
    ["an object", '{"x":1}', "d.json", 'd.json: is not an array of records; write for example [{"x": 1, "y"'],
    ["half an array", '[{"x":1}', "d.json", "d.json: is not JSON: "],
  ])("refuses %s", (_, text, name, message) => {
    expect(fault(text, name).slice(0, message.length)).toBe(message);
  });
});
