/** Where in a file something is wrong. */
export interface Place {
  readonly file: string;
  /** Physical line, from 1. */
  readonly line?: number;
  /** Number of the record, from 1, where lines say nothing: in a JSON array. */
  readonly record?: number;
  readonly column?: string;
}

/** Writes file and line: "cars.csv:12"; "cars.json, record 12" where there are no lines. */
export function writePlace({ file, line, record }: Place): string {
  if (record !== undefined) return `${file}, record ${record}`;
  return line === undefined ? file : `${file}:${line}`;
}

/** Thrown where data can't be read or used. The message says where, what value, and what to do. */
export class DataError extends Error {
  override readonly name = "DataError";
  readonly code: string;
  readonly place: Place;

  constructor(code: string, place: Place, text: string) {
    const column = place.column === undefined ? "" : `column "${place.column}" `;
    super(`${writePlace(place)}: ${column}${text}`);
    this.code = code;
    this.place = place;
  }
}
