import { CsvError, parse } from "csv-parse/sync";
import { readNumber } from "./cell.ts";
import { DataError } from "./data-error.ts";

/** Records of a text, and the physical line on which each begins. */
export interface Records {
  readonly records: readonly (readonly string[])[];
  readonly lines: readonly number[];
  readonly delimiter: string;
}

const delimiters = [",", "\t", ";", "|", " "];

/** Records that are looked at to find the delimiter. */
const sampleRecords = 50;

/**
 * Reads delimited text: quotes, newlines inside quotes, CRLF. The delimiter is the one that gives the most columns
 * with the same count in every one of the first records.
 *
 * @throws {DataError} Where quotes are not closed, or stand inside an unquoted cell.
 */
export function parseRecords(text: string, name: string): Records {
  const delimiter = findDelimiter(text);
  const records: string[][] = [];
  const lines: number[] = [];
  let end = 0;
  let blank = 0;
  for (const { record, info } of parseText(text, name, delimiter)) {
    // Blank lines before a record are skipped, but counted.
    lines.push(end + 1 + info.empty_lines - blank);
    records.push(record);
    end = info.lines;
    blank = info.empty_lines;
  }
  return { records, lines, delimiter };
}

interface ParsedRecord {
  readonly record: string[];
  readonly info: { readonly lines: number; readonly empty_lines: number };
}

function parseText(text: string, name: string, delimiter: string): ParsedRecord[] {
  try {
    return parse(text, {
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      ...(delimiter === " " ? { ltrim: true, rtrim: true } : {}),
    }) as unknown as ParsedRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number((error as unknown as { lines?: number }).lines ?? 1);
    throw new DataError(
      "csv",
      { file: name, line },
      `${csvFault(error.code)}; mend the quotes of this record`,
    );
  }
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
  let best = ",";
  let bestColumns = 1;
  for (const delimiter of delimiters) {
    const columns = consistentColumns(text, delimiter);
    if (columns > bestColumns) {
      best = delimiter;
      bestColumns = columns;
    }
  }
  return best;
}

/** The number of columns that most of the first records have with a delimiter; 1 where they disagree. */
function consistentColumns(text: string, delimiter: string): number {
  let records: string[][];
  try {
    records = parse(text.slice(0, 200_000), {
      delimiter,
      to: sampleRecords,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    });
  } catch {
    return 1;
  }
  const counts = new Map<number, number>();
  for (const record of records) counts.set(record.length, (counts.get(record.length) ?? 0) + 1);
  const [columns, times] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [1, 0]);
  // A decimal comma also splits every line alike: then both halves of a cell are digits only.
  return times >= 0.8 * records.length ? columns : 1;
}

/** Whether the first record names the columns: none of its cells is a number, while a later cell of some column is. */
export function looksLikeHeader(records: readonly (readonly string[])[]): boolean {
  const [first, ...rest] = records;
  if (!first) return false;
  const isNumber = (cell: string) => !Number.isNaN(readNumber(cell));
  if (first.some(isNumber)) return false;
  // Texts only: a header if the rest has numbers, or if nothing tells.
  return rest.length === 0 || first.every((cell) => cell.trim() !== "") || rest[0]!.some(isNumber);
}
