import { CsvError, parse } from "csv-parse/sync";
import { DataError } from "../errors.ts";
import { isDecimalComma, readNumber } from "./cell.ts";

const delimiters = [",", "\t", ";", "|", " "];

/** Records that are looked at to find the delimiter, and characters. */
const sampleRecords = 50;
const sampleLength = 200_000;

/** A reader of delimited text that comes in parts. */
export interface RecordReader {
  /** Takes the next part. @throws {DataError} As `end`. */
  push(text: string): void;
  /**
   * Takes the end of the text.
   *
   * @returns The delimiter, and the number of blank lines before and between records.
   * @throws {DataError} Where quotes are not closed, or stand inside an unquoted cell.
   */
  end(): { readonly delimiter: string; readonly blank: number };
}

/** Is given each record, the physical line on which it begins, and the delimiter. */
export type OnRecord = (record: readonly string[], line: number, delimiter: string) => void;

/** Characters that are cut into records at once; these are dropped before the next are read. */
const blockLength = 1 << 18;

/**
 * Reads delimited text: quotes, newlines inside quotes (as \n), any line ends. The delimiter is the one that cuts
 * the most records of the beginning into as many cells as the first, and the most cells into numbers; or the one in a
 * first line "sep=;", which Excel writes.
 */
export function readRecords(name: string, onRecord: OnRecord): RecordReader {
  let delimiter = "";
  let rest = "";
  let carriage = "";
  let wanted = blockLength;
  let takeBlock: ((block: string) => number) | null = null;
  const begin = () => {
    const asked = /^sep=(.)\n/i.exec(rest)?.[1];
    if (asked) rest = rest.replace(/^.*/, "");
    delimiter = asked ?? findDelimiter(rest);
    return blockReader(name, delimiter, onRecord);
  };
  return {
    push(text) {
      const joined = carriage + text;
      // The end of a line may be cut in two.
      carriage = joined.endsWith("\r") ? "\r" : "";
      rest += joined.slice(0, joined.length - carriage.length).replace(/\r\n?/g, "\n");
      if (rest.length <= Math.max(wanted, sampleLength)) return;
      takeBlock ??= begin();
      let start = 0;
      for (let end = findEnd(rest, 0); end > 0; end = findEnd(rest, start)) {
        takeBlock(rest.slice(start, end));
        start = end;
      }
      rest = rest.slice(start);
      // Where a quote is open for long the text is not searched again for each part.
      wanted = Math.max(blockLength, 2 * rest.length);
    },
    end() {
      rest += carriage && "\n";
      takeBlock ??= begin();
      return { delimiter, blank: takeBlock(rest) };
    },
  };
}

/** The end of the first record that ends a block or more after the start; -1 where none does. */
function findEnd(text: string, start: number): number {
  const newline = text.indexOf("\n", start + blockLength);
  if (newline < 0) return -1;
  let quote = text.indexOf('"', start);
  if (quote < 0 || quote > newline) return newline + 1;
  let isOpen = false;
  for (let end = newline; end >= 0; end = text.indexOf("\n", end + 1)) {
    for (; quote >= 0 && quote < end; quote = text.indexOf('"', quote + 1)) isOpen = !isOpen;
    if (!isOpen) return end + 1;
  }
  return -1;
}

/** Reads blocks of whole records one after the other; each call says how many blank lines there were so far. */
function blockReader(name: string, delimiter: string, onRecord: OnRecord): (block: string) => number {
  let linesBefore = 0;
  let lastLine = 0;
  let blank = 0;
  return (block) => {
    let end = 0;
    let skipped = 0;
    for (const { record, info } of parseText(block, name, delimiter, linesBefore)) {
      // Blank lines before a record are skipped, but counted.
      const line = linesBefore + end + 1 + info.empty_lines - skipped;
      onRecord(record, line, delimiter);
      blank += line - 1 - lastLine;
      end = info.lines;
      skipped = info.empty_lines;
      lastLine = linesBefore + end;
    }
    for (let at = block.indexOf("\n"); at >= 0; at = block.indexOf("\n", at + 1)) linesBefore++;
    return blank;
  };
}

/** Columns set with several blanks are separated by one. */
function joinBlanks(text: string): string {
  return text.replace(/^ +| +$/gm, "").replace(/ +/g, " ");
}

interface ParsedRecord {
  readonly record: string[];
  readonly info: { readonly lines: number; readonly empty_lines: number };
}

function parseText(
  block: string,
  name: string,
  delimiter: string,
  linesBefore: number,
): readonly ParsedRecord[] {
  const text = delimiter === " " ? joinBlanks(block) : block;
  try {
    return parse(text, { ...parseOptions(delimiter), info: true }) as unknown as ParsedRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line =
      linesBefore + faultLine(text, delimiter, Number((error as unknown as { bytes?: number }).bytes ?? 0));
    throw new DataError(
      "csv",
      { file: name, line },
      `${csvFault(error.code)}; mend the quotes of this record`,
    );
  }
}

function parseOptions(delimiter: string) {
  return {
    delimiter,
    record_delimiter: "\n",
    relax_column_count: true,
    skip_empty_lines: true,
    // Blanks around a cell, so that `a, "b"` is read as it is meant. Not where they may be empty cells.
    ...(delimiter === "\t" ? {} : { ltrim: true, rtrim: true }),
  } as const;
}

/** The line of the cell that can't be read, from the end of the one before it, in bytes of UTF-8. */
function faultLine(text: string, delimiter: string, bytes: number): number {
  const read = new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, bytes));
  let position = read.length;
  while (position < text.length && (/\s/.test(text[position]!) || text[position] === delimiter)) position++;
  return text.slice(0, position).split("\n").length;
}

function csvFault(code: string): string {
  switch (code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return "a quote is opened and never closed";
    case "INVALID_OPENING_QUOTE":
    case "CSV_INVALID_CLOSING_QUOTE":
      return "a quote stands inside a cell";
    default:
      return `the record can't be read (${code})`;
  }
}

function findDelimiter(text: string): string {
  let best = { delimiter: ",", score: 0 };
  for (const delimiter of delimiters) {
    const score = scoreDelimiter(text, delimiter);
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/**
 * How well a delimiter fits: the share of records with as many cells as the first, times 1 + the share of numbers
 * among the cells after the first record. 0 where there is but one cell, or half of the records differ.
 */
function scoreDelimiter(text: string, delimiter: string): number {
  const [first, ...rest] = sample(text, delimiter);
  if (!first || first.length < 2) return 0;
  const alike = rest.filter((record) => record.length === first.length);
  if (2 * (alike.length + 1) < rest.length + 1) return 0;
  const cells = (alike.length > 0 ? alike : [first]).flat();
  const numbers = cells.filter((cell) => isNumber(cell, delimiter)).length;
  return ((alike.length + 1) / (rest.length + 1)) * (1 + numbers / cells.length);
}

function sample(text: string, delimiter: string): string[][] {
  const cut = text.slice(0, sampleLength);
  const isCut = cut.length < text.length;
  const start = delimiter === " " ? joinBlanks(cut) : cut;
  const options = { ...parseOptions(delimiter), to: sampleRecords, relax_quotes: true };
  // Where the sample ends inside quotes they are closed, so that the records before can be read.
  for (const end of ["", '"'])
    try {
      const records: string[][] = parse(start + end, options);
      return isCut && records.length > 1 && records.length < sampleRecords ? records.slice(0, -1) : records;
    } catch {}
  return [];
}

/** Whether a cell is a number; with a decimal comma too, where the comma is not the delimiter. */
function isNumber(cell: string, delimiter: string): boolean {
  return !Number.isNaN(readNumber(cell)) || (delimiter !== "," && isDecimalComma(cell));
}

/** Whether the first record names the columns: none of its cells is a number, while a later cell of some column is. */
export function looksLikeHeader(
  first: readonly string[],
  second: readonly string[] | undefined,
  delimiter: string,
): boolean {
  const isNumeric = (cell: string) => isNumber(cell, delimiter);
  if (first.some(isNumeric)) return false;
  // Texts only: a header if the rest has numbers, or if nothing tells.
  return second === undefined || first.every((cell) => cell.trim() !== "") || second.some(isNumeric);
}
