/** Where in a file something is wrong. */
export interface Place {
  readonly file: string;
  /** Physical line, from 1. */
  readonly line?: number;
  readonly column?: string;
}

/** Thrown where data can't be read or used. The message says where, what value, and what to do. */
export class DataError extends Error {
  override readonly name = "DataError";
  readonly code: string;
  readonly place: Place;

  constructor(code: string, place: Place, text: string) {
    const line = place.line === undefined ? "" : `:${place.line}`;
    const column = place.column === undefined ? "" : `column "${place.column}" `;
    super(`${place.file}${line}: ${column}${text}`);
    this.code = code;
    this.place = place;
  }
}
