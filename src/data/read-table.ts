import { DataError, type Place } from "../errors.ts";
import { readFileBytes } from "../formats/files.ts";
import { recognize } from "../formats/recognize.ts";
import { isDecimalComma, readNumber } from "./cell.ts";
import { gunzip, isGzip } from "./gunzip.ts";
import { listNames } from "./nearest-name.ts";
import { looksLikeHeader, parseRecords } from "./parse-csv.ts";
import type { Column, Table } from "./table.ts";

/** How a file is read. */
export interface ReadOptions {
  /** Whether the first record names the columns: "auto" looks whether it has numbers. */
  readonly header: "auto" | boolean;
}

export const readDefaults: Readonly<ReadOptions> = Object.freeze({ header: "auto" });

/**
 * Reads a table from a file: CSV with any common delimiter, JSON (an array of records) or JSON lines, plain or
 * compressed with gzip, UTF-8 or UTF-16. Node only.
 *
 * @throws {FileError} If the file is missing, a folder, or not readable.
 * @throws {DataError} If it is empty, has no rows, or has a row of another length.
 */
export async function readTable(path: string, options: Partial<ReadOptions> = {}): Promise<Table> {
  const bytes = await readFileBytes(path);
  const plain = isGzip(bytes) ? await gunzip(bytes, path) : bytes;
  requireText(plain, path);
  return { ...parseTable(decode(plain), path, options), sha256: await sha256(bytes) };
}

/** Refuses what can't be a table: files of other programs, and pages that a server sent in place of a file. */
function requireText(bytes: Uint8Array, path: string): void {
  const isText = hasMark(bytes) || !bytes.subarray(0, sampleBytes).includes(0);
  const kind = recognize(bytes);
  if (isText && !markup.has(kind)) return;
  throw new DataError(
    "foreign",
    { file: path },
    `is no table: it looks like ${kind}; give CSV, TSV, JSON or JSON lines`,
  );
}

/** Bytes that are looked at. */
const sampleBytes = 4096;

const markup: ReadonlySet<string> = new Set(["an HTML page", "XML"]);

/** UTF-16 by its byte-order mark, else UTF-8; without the mark. */
function decode(bytes: Uint8Array): string {
  const encoding = hasMark(bytes) ? (bytes[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

/** Whether bytes begin with the byte-order mark of UTF-16. */
function hasMark([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest("SHA-256", bytes as BufferSource);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Reads a table from a text. What it is follows from the name's ending: .json, .jsonl and .ndjson, else delimited.
 *
 * @throws {DataError} As `readTable`.
 */
export function parseTable(text: string, name: string, options: Partial<ReadOptions> = {}): Table {
  const plain = text.replace(/^\ufeff/, "");
  const ending = name.replace(/\.gz$/, "").split(".").pop()?.toLowerCase();
  if (plain.trim() === "")
    throw new DataError("empty", { file: name }, "is empty; give a table with a header and rows");
  if (ending === "json") return recordsTable(parseJson(plain, name), name);
  if (ending === "jsonl" || ending === "ndjson") return recordsTable(parseJsonLines(plain, name), name);
  return delimitedTable(plain, name, { ...readDefaults, ...options });
}

function delimitedTable(text: string, name: string, { header }: ReadOptions): Table {
  const found = parseRecords(text, name);
  const { records, lines, delimiter, blank } = found;
  const named = header === "auto" ? looksLikeHeader(found) : header;
  const width = named ? records[0]!.length : commonLength(records);
  const body = named ? records.slice(1) : records;
  const bodyLines = Int32Array.from(named ? lines.slice(1) : lines);
  if (body.length === 0)
    throw new DataError("no-rows", { file: name }, "has a header and no rows; give at least some examples");
  for (const [i, record] of body.entries())
    if (record.length !== width)
      throw new DataError(
        "row-length",
        { file: name, line: bodyLines[i]! },
        `has ${count(record.length, "cell")} where the ${named ? "header has" : "other rows have"} ${width}; ` +
          `check the quotes and the delimiter (taken to be ${describeDelimiter(delimiter)})`,
      );
  const { names, notes } = uniqueNames(named ? records[0]! : body[0]!.map((_, j) => `x${j + 1}`));
  if (!named) notes.push(`no header found: columns are named x1 to x${width}`);
  // In a table of one column a blank line may be meant as a row without a value.
  if (width === 1 && blank > 0) notes.push(`${count(blank, "blank line")} passed over`);
  const texts = names.map((column, j) => ({ name: column, cells: body.map((record) => record[j]!) }));
  // Between commas 1,500 in quotes is more likely to mean 1500: there it stays a text, and is refused as a number.
  const columns = delimiter === "," ? texts : texts.map(readDecimalCommas);
  const changed = columns.filter((column, j) => column !== texts[j]).map((column) => `"${column.name}"`);
  if (changed.length > 0) notes.push(`commas are taken for decimal points in ${listNames(changed)}`);
  const rows = { rows: body.length, unit: "line", lines: bodyLines } as const;
  return { name, columns, hasHeader: named, ...rows, notes, sha256: "" };
}

/** Turns decimal commas into points, in a column where every number with a comma is such a one and none has a point. */
function readDecimalCommas(column: Column): Column {
  const { name, cells } = column;
  if (!cells.some(isDecimalComma)) return column;
  if (cells.some((cell) => cell.includes(".") && !Number.isNaN(readNumber(cell)))) return column;
  return { name, cells: cells.map((cell) => (isDecimalComma(cell) ? cell.replace(",", ".") : cell)) };
}

function commonLength(records: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>();
  for (const { length } of records) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

function describeDelimiter(delimiter: string): string {
  const words: Record<string, string> = {
    ",": "a comma",
    "\t": "a tab",
    ";": "a semicolon",
    "|": "a bar",
    " ": "a space",
  };
  return words[delimiter] ?? `"${delimiter}"`;
}

function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? "" : "s"}`;
}

/** Gives every column a name of its own. */
function uniqueNames(header: readonly string[]): { names: string[]; notes: string[] } {
  const notes: string[] = [];
  const taken = new Set<string>();
  const names = header.map((cell, j) => {
    const wanted = cell.trim() || `x${j + 1}`;
    let name = wanted;
    for (let copy = 2; taken.has(name); copy++) name = `${wanted}_${copy}`;
    if (cell.trim() === "") notes.push(`column ${j + 1} has no name: called "${name}"`);
    else if (name !== wanted) notes.push(`column ${j + 1} repeats the name "${wanted}": called "${name}"`);
    taken.add(name);
    return name;
  });
  return { names, notes };
}

type JsonRecord = Readonly<Record<string, unknown>>;

/** Records, and where they stand: the line of each, or its number. */
interface JsonRecords {
  readonly records: readonly JsonRecord[];
  readonly unit: "line" | "record";
  readonly lines: readonly number[];
}

function parseJson(text: string, name: string): JsonRecords {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DataError("json", { file: name }, `is not JSON: ${oneLine(error)}; mend it there`);
  }
  if (!Array.isArray(value))
    throw new DataError(
      "json",
      { file: name },
      'is not an array of records; write for example [{"x": 1, "y": 2}]',
    );
  const records = value.map((entry, i) => requireRecord(entry, { file: name, record: i + 1 }));
  return { records, unit: "record", lines: records.map((_, i) => i + 1) };
}

function parseJsonLines(text: string, name: string): JsonRecords {
  const records: JsonRecord[] = [];
  const lines: number[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const place = { file: name, line: i + 1 };
    records.push(requireRecord(parseJsonLine(line, place), place));
    lines.push(i + 1);
  }
  return { records, unit: "line", lines };
}

function parseJsonLine(line: string, place: Place): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new DataError("json", place, `is not JSON: ${oneLine(error)}; mend it there`);
  }
}

/** The message of a parser, which may quote lines of the file. */
function oneLine(error: unknown): string {
  return (error as Error).message.replace(/\s+/g, " ");
}

function requireRecord(entry: unknown, place: Place): JsonRecord {
  if (typeof entry === "object" && entry !== null && !Array.isArray(entry)) return entry as JsonRecord;
  throw new DataError("json", place, "is not a record; give objects with a value for each column");
}

function recordsTable({ records, unit, lines }: JsonRecords, name: string): Table {
  if (records.length === 0)
    throw new DataError("no-rows", { file: name }, "has no rows; give at least some examples");
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  if (names.length === 0)
    throw new DataError("no-columns", { file: name }, "has records without values; give them some");
  const columns = names.map((column) => ({
    name: column,
    cells: records.map((record) => (Object.hasOwn(record, column) ? cellOf(record[column]) : "")),
  }));
  return {
    name,
    columns,
    hasHeader: true,
    rows: records.length,
    unit,
    lines: Int32Array.from(lines),
    notes: [],
    sha256: "",
  };
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
