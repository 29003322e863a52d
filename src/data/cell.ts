/** Spellings of a missing value, in lower case. */
const missingMarkers: ReadonlySet<string> = new Set(["", "na", "n/a", "null", "nan", "none", "?", "-", "."]);

/** Whether a cell holds no value. */
export function isMissing(cell: string): boolean {
  return missingMarkers.has(cell.trim().toLowerCase());
}

/** Sums and differences of numbers up to this size stay finite, and their means and deviations too. */
export const largestNumber = 1e300;

/** The number in a cell; Infinity for "inf" and for numbers that are too large, NaN where there is none. */
export function readNumber(cell: string): number {
  const text = cell.trim();
  if (text === "") return Number.NaN;
  if (/^[+-]?inf(inity)?$/i.test(text))
    return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  // Number() also takes 0x1f and 0b1, which in a table are codes rather than numbers.
  if (/^[+-]?0[xbo]/i.test(text)) return Number.NaN;
  const value = Number(text);
  return Math.abs(value) > largestNumber ? value * Number.POSITIVE_INFINITY : value;
}

/** Why `readNumber` gives no finite number, for messages. */
export function faultOf(cell: string): string {
  if (Number.isNaN(readNumber(cell))) return "not a number";
  return Number.isFinite(Number(cell)) ? `too large, above ${largestNumber}` : "not a finite number";
}

/** Whether a cell is a number with a comma in place of the point: 1,5. In a table it may also be 1,500 for 1500. */
export function isDecimalComma(cell: string): boolean {
  return /^\s*[+-]?\d+,\d+(e[+-]?\d+)?\s*$/i.test(cell);
}

const dressed = /^\s*\p{Sc}?\s*[+-]?\s*\p{Sc}?\s*\d[\d,.'\u00a0\u202f ]*(%|\p{Sc}|[\p{L}°µ]{1,4}[²³]?)?\s*$/u;

/** Whether a cell holds a number that is dressed for people: 12 %, $1,500.50, 5 kg. */
export function isDressedNumber(cell: string): boolean {
  return Number.isNaN(readNumber(cell)) && dressed.test(cell);
}

const isoDate = /^\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const otherDate = /^(\d{1,2}[/.]\d{1,2}[/.]\d{4}|\d{4}\/\d{1,2}\/\d{1,2})$/;

/** Whether a cell is a date: ISO 8601, or days, months and years in another common order. */
export function isDate(cell: string): boolean {
  const text = cell.trim();
  return isoDate.test(text) || otherDate.test(text);
}

/** Days since 1970-01-01 of an ISO date, UTC where it names no zone; NaN where the order of day and month is a guess. */
export function readDays(cell: string): number {
  const text = cell.trim().replaceAll("/", "-");
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](.+))?$/.exec(text);
  if (!match) return Number.NaN;
  const [, year, month, day, time] = match;
  const date = `${year}-${month!.padStart(2, "0")}-${day!.padStart(2, "0")}`;
  const clock = time ? `T${/(Z|[+-]\d{2}:?\d{2})$/.test(time) ? time : `${time}Z`}` : "T00:00Z";
  return Date.parse(`${date}${clock}`) / 86_400_000;
}
