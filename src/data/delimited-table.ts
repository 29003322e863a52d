import { DataError } from "../errors.ts";
import { buildColumn, type ColumnBuilder, takeDecimalCommas } from "./column.ts";
import { listNames } from "./nearest-name.ts";
import { looksLikeHeader, readRecords } from "./parse-csv.ts";
import type { Table } from "./table.ts";

/** How a file is read. */
export interface ReadOptions {
  /** Whether the first record names the columns: "auto" looks whether it has numbers. */
  readonly header: "auto" | boolean;
}

export const readDefaults: Readonly<ReadOptions> = Object.freeze({ header: "auto" });

/** What turns the text of a file, part by part, into a table. */
export interface TableReader {
  /** Takes the next part of the text. @throws {DataError} Where it can't be read. */
  push(text: string): void;
  /** Takes the end of the text. @throws {DataError} Where it can't be read, or gives no rows. */
  end(): Table;
}

/** Reads a table from delimited text. */
export function readDelimited(name: string, { header }: ReadOptions): TableReader {
  const first: { record: readonly string[]; line: number }[] = [];
  let body: Body | null = null;
  const begin = (delimiter: string) => {
    const isNamed =
      header === "auto" ? looksLikeHeader(first[0]!.record, first[1]?.record, delimiter) : header;
    const started = startBody(first[0]!.record, isNamed);
    for (const { record, line } of first.slice(isNamed ? 1 : 0)) started.add(record, line);
    return started;
  };
  const records = readRecords(name, (record, line, delimiter) => {
    if (body) return body.add(record, line);
    first.push({ record, line });
    if (first.length === 2) body = begin(delimiter);
  });
  return {
    push: records.push,
    end() {
      const { delimiter, blank } = records.end();
      if (first.length === 0)
        throw new DataError("empty", { file: name }, "is empty; give a table with a header and rows");
      body ??= begin(delimiter);
      return finishTable(name, body, delimiter, blank);
    },
  };
}

/** The rows of a table, as far as they have come. */
interface Body {
  readonly isNamed: boolean;
  readonly first: readonly string[];
  readonly builders: readonly ColumnBuilder[];
  readonly lines: number[];
  /** For each number of cells how many rows have it, and the line of the first. */
  readonly widths: Map<number, { count: number; readonly line: number }>;
  add(record: readonly string[], line: number): void;
}

function startBody(first: readonly string[], isNamed: boolean): Body {
  const builders = first.map(buildColumn);
  const lines: number[] = [];
  const widths: Body["widths"] = new Map();
  const add = (record: readonly string[], line: number) => {
    const width = widths.get(record.length);
    if (width) width.count++;
    else widths.set(record.length, { count: 1, line });
    if (record.length !== first.length) return;
    lines.push(line);
    for (let j = 0; j < record.length; j++) builders[j]!.addText(record[j]!);
  };
  return { isNamed, first, builders, lines, widths, add };
}

function finishTable(name: string, body: Body, delimiter: string, blank: number): Table {
  const { isNamed, first, builders, lines } = body;
  requireWidth(name, body, delimiter);
  const { names, notes } = uniqueNames(isNamed ? first : first.map((_, j) => `x${j + 1}`));
  if (!isNamed) notes.push(`no header found: columns are named x1 to x${first.length}`);
  // In a table of one column a blank line may be meant as a row without a value.
  if (first.length === 1 && blank > 0) notes.push(`${count(blank, "blank line")} passed over`);
  const changed: string[] = [];
  const columns = builders.map((builder, j) => {
    const column = builder.finish(names[j]!);
    // Between commas 1,500 in quotes is more likely to mean 1500: there it stays a text, and is refused as a number.
    const read = delimiter === "," ? column : takeDecimalCommas(column);
    if (read !== column) changed.push(`"${names[j]}"`);
    return read;
  });
  if (changed.length > 0) notes.push(`commas are taken for decimal points in ${listNames(changed)}`);
  const rows = { rows: lines.length, unit: "line", lines: Int32Array.from(lines) } as const;
  return { name, columns, hasHeader: isNamed, ...rows, notes, sha256: "" };
}

/** Refuses rows of another number of cells than the header's, or than most rows where there is none. */
function requireWidth(file: string, { isNamed, first, widths }: Body, delimiter: string): void {
  if (widths.size === 0)
    throw new DataError("no-rows", { file }, "has a header and no rows; give at least some examples");
  const width = isNamed ? first.length : [...widths].reduce((a, b) => (b[1].count > a[1].count ? b : a))[0];
  for (const [length, { line }] of widths)
    if (length !== width)
      throw new DataError(
        "row-length",
        { file, line },
        `has ${count(length, "cell")} where the ${isNamed ? "header has" : "other rows have"} ${width}; ` +
          `check the quotes and the delimiter (taken to be ${describeDelimiter(delimiter)})`,
      );
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
