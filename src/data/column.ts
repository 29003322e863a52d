import { isDate, isDecimalComma, isMissing, largestNumber, readDays, readNumber } from "./cell.ts";

/**
 * The cells of a column, each read once, by what it holds. A number needs no text where its text follows from it; other
 * cells share the texts that differ.
 */
export interface Column {
  readonly name: string;
  /** The number of each cell; ±Infinity of one without end or too large; NaN where there is none. */
  readonly numbers: Float64Array;
  /** 1 where a cell has no value, else 0. */
  readonly missing: Uint8Array;
  /**
   * How each cell is written: the place of its text in `texts`; or -1, as JavaScript writes its number, or as nothing
   * where it has no value; or -1 - d, as the number with d digits after the point. Null where all are -1.
   */
  readonly spellings: Int32Array | null;
  /** Texts that differ, in the order in which they first came. */
  readonly texts: readonly string[];
  /** For each of the texts its days since 1970-01-01; Infinity of a date that can't be read, NaN of what is none. */
  readonly days: Float64Array;
}

/** The text of a cell. */
export function textAt(column: Column, row: number): string {
  const spelling = column.spellings?.[row] ?? -1;
  if (spelling >= 0) return column.texts[spelling]!;
  if (column.missing[row]) return "";
  const value = column.numbers[row]!;
  return spelling === -1 ? String(value) : value.toFixed(-1 - spelling);
}

/** The texts of all cells. */
export function textsOf(column: Column): string[] {
  return Array.from(column.numbers, (_, row) => textAt(column, row));
}

/** For each cell what `days` has for its text. */
export function daysOf({ numbers, spellings, days }: Column): Float64Array {
  return numbers.map((_, row) => days[spellings?.[row] ?? -1] ?? Number.NaN);
}

/** Some cells of a column, in this order. */
export function pickCells(column: Column, rows: ArrayLike<number>): Column {
  const { numbers, missing, spellings } = column;
  return {
    ...column,
    numbers: Float64Array.from(rows, (row) => numbers[row]!),
    missing: Uint8Array.from(rows, (row) => missing[row]!),
    spellings: spellings && Int32Array.from(rows, (row) => spellings[row]!),
  };
}

/** Whether two columns have the same texts in all rows. */
export function sameCells(a: Column, b: Column): boolean {
  const same = (u: ArrayLike<unknown>, v: ArrayLike<unknown>) => {
    for (let i = 0; i < u.length; i++) if (!Object.is(u[i], v[i])) return false;
    return u.length === v.length;
  };
  if ((a.spellings === null) !== (b.spellings === null)) return false;
  // Equal cells were given equal places: texts stand in the order in which they came.
  return (
    same(a.numbers, b.numbers) &&
    same(a.missing, b.missing) &&
    same(a.spellings ?? [], b.spellings ?? []) &&
    same(a.texts, b.texts)
  );
}

/** Cells of a column as they come. */
export interface ColumnBuilder {
  addText(text: string): void;
  addNumber(value: number): void;
  addMissing(): void;
  /** A value of JSON or of JavaScript: objects and arrays are taken for their text. */
  addValue(value: unknown): void;
  /** The cell of another column. */
  copy(column: Column, row: number): void;
  /** Gives the cells as a column; nothing may be added after it. */
  finish(name: string): Column;
}

/** The cells that there is room for at first. */
const firstRoom = 64;

/** Begins a column without cells. Each text that is no plain number is looked at once, however often it comes. */
export function buildColumn(): ColumnBuilder {
  let numbers = new Float64Array(firstRoom);
  let missing = new Uint8Array(firstRoom);
  let spellings: Int32Array | null = null;
  let rows = 0;
  const places = new Map<string, number>();
  const values: number[] = [];

  const push = (value: number, isAbsent: boolean, spelling: number) => {
    if (rows === numbers.length) {
      numbers = enlarge(numbers, new Float64Array(2 * rows));
      missing = enlarge(missing, new Uint8Array(2 * rows));
      spellings = spellings && enlarge(spellings, new Int32Array(2 * rows));
    }
    if (spelling !== -1) spellings ??= new Int32Array(numbers.length).fill(-1, 0, rows);
    numbers[rows] = value;
    missing[rows] = isAbsent ? 1 : 0;
    if (spellings) spellings[rows] = spelling;
    rows++;
  };
  const addMissing = () => push(Number.NaN, true, -1);
  const addText = (text: string) => {
    if (text === "") return addMissing();
    let place = places.get(text);
    if (place === undefined) {
      const value = readNumber(text);
      const spelling = spellingOf(text, value);
      if (spelling !== null) return push(value, false, spelling);
      place = places.size;
      places.set(text, place);
      values.push(value);
    }
    push(values[place]!, Number.isNaN(values[place]!) && isMissing(text), place);
  };
  // Number 0 has no sign in its text.
  const addNumber = (value: number) =>
    Math.abs(value) <= largestNumber ? push(value + 0, false, -1) : addText(String(value));

  return {
    addText,
    addNumber,
    addMissing,
    addValue(value) {
      if (value === null || value === undefined) addMissing();
      else if (typeof value === "number") addNumber(value);
      else addText(typeof value === "object" ? JSON.stringify(value) : String(value));
    },
    copy({ numbers: from, missing: absent, spellings: written, texts }, row) {
      const spelling = written?.[row] ?? -1;
      if (spelling < 0) push(from[row]!, absent[row] === 1, spelling);
      else addText(texts[spelling]!);
    },
    finish(name) {
      const texts = [...places.keys()];
      return {
        name,
        numbers: numbers.slice(0, rows),
        missing: missing.slice(0, rows),
        spellings: spellings?.slice(0, rows) ?? null,
        texts,
        days: Float64Array.from(texts, (text) => readDate(text)),
      };
    },
  };
}

function enlarge<T extends Float64Array | Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** How a text follows from its number, as in `Column.spellings`; null where it does not. */
function spellingOf(text: string, value: number): number | null {
  if (!Number.isFinite(value)) return null;
  if (String(value) === text) return -1;
  const digits = text.length - 1 - text.indexOf(".");
  return digits > 0 && digits <= 20 && value.toFixed(digits) === text ? -1 - digits : null;
}

function readDate(text: string): number {
  if (!isDate(text)) return Number.NaN;
  const days = readDays(text);
  return Number.isNaN(days) ? Number.POSITIVE_INFINITY : days;
}

/** Makes a column of texts. */
export function columnOfTexts(name: string, texts: Iterable<string>): Column {
  const builder = buildColumn();
  for (const text of texts) builder.addText(text);
  return builder.finish(name);
}

/** Turns decimal commas into points, in a column where every number with a comma is such a one and none has a point. */
export function takeDecimalCommas(column: Column): Column {
  const { name, numbers, spellings, texts } = column;
  const changed = texts.map((text) => (isDecimalComma(text) ? text.replace(",", ".") : null));
  if (changed.every((text) => text === null) || numbers.some((value, row) => hasPoint(column, value, row)))
    return column;
  const builder = buildColumn();
  for (let row = 0; row < numbers.length; row++) {
    const text = changed[spellings![row]!];
    if (text) builder.addText(text);
    else builder.copy(column, row);
  }
  return builder.finish(name);
}

/** Whether a cell is a number that is written with a point. */
function hasPoint(column: Column, value: number, row: number): boolean {
  return !Number.isNaN(value) && !isPlainInteger(column, value, row) && textAt(column, row).includes(".");
}

function isPlainInteger({ spellings }: Column, value: number, row: number): boolean {
  return Number.isInteger(value) && (spellings?.[row] ?? -1) === -1;
}
