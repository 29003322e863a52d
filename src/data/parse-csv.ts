import { CsvError, parse } from "csv-parse/sync";
import { DataError } from "../errors.ts";
import { isDecimalComma, readNumber } from "./cell.ts";

/** Records of a text, and the physical line on which each begins. */
export interface Records {
  readonly records: readonly (readonly string[])[];
  readonly lines: readonly number[];
  readonly delimiter: string;
  /** Blank lines between records. */
  readonly blank: number;
}

const delimiters = [",", "\t", ";", "|", " "];

/** Records that are looked at to find the delimiter, and characters. */
const sampleRecords = 50;
const sampleLength = 200_000;

/**
 * Reads delimited text: quotes, newlines inside quotes (as \n), any line ends. The delimiter is the one that cuts
 * the most records into as many cells as the first, and the most cells into numbers; or the one in a first line
 * "sep=;", which Excel writes.
 *
 * @throws {DataError} Where quotes are not closed, or stand inside an unquoted cell.
 */
export function parseRecords(text: string, name: string): Records {
  const lf = text.replace(/\r\n?/g, "\n");
  const asked = /^sep=(.)\n/i.exec(lf)?.[1];
  const body = asked ? lf.replace(/^.*/, "") : lf;
  const delimiter = asked ?? findDelimiter(body);
  const parsed = parseText(delimiter === " " ? joinBlanks(body) : body, name, delimiter);
  const records: string[][] = [];
  const lines: number[] = [];
  let end = 0;
  let blank = 0;
  for (const { record, info } of parsed) {
    // Blank lines before a record are skipped, but counted.
    lines.push(end + 1 + info.empty_lines - blank);
    records.push(record);
    end = info.lines;
    blank = info.empty_lines;
  }
  return { records, lines, delimiter, blank };
}

/** Columns set with several blanks are separated by one. */
function joinBlanks(text: string): string {
  return text.replace(/^ +| +$/gm, "").replace(/ +/g, " ");
}

interface ParsedRecord {
  readonly record: string[];
  readonly info: { readonly lines: number; readonly empty_lines: number };
}

function parseText(text: string, name: string, delimiter: string): ParsedRecord[] {
  try {
    return parse(text, { ...parseOptions(delimiter), info: true }) as unknown as ParsedRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = faultLine(text, delimiter, Number((error as unknown as { bytes?: number }).bytes ?? 0));
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
export function looksLikeHeader({ records, delimiter }: Records): boolean {
  const [first, ...rest] = records;
  if (!first) return false;
  const isNumeric = (cell: string) => isNumber(cell, delimiter);
  if (first.some(isNumeric)) return false;
  // Texts only: a header if the rest has numbers, or if nothing tells.
  return rest.length === 0 || first.every((cell) => cell.trim() !== "") || rest[0]!.some(isNumeric);
}
