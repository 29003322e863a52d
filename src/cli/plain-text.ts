/** Control characters, with which a name from a file could move the cursor or change colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const control = /[\0-\x08\x0b-\x1f\x7f-\x9f]/g;

/** A text from a file or an argument as it may be written to a terminal. */
export function printable(text: string): string {
  return text.replace(control, "\ufffd");
}

/** A number for a terminal, in characters that other programs read: rounded to `digits`; a dash for none. */
export function plainNumber(value: number | null, digits = 4): string {
  if (value === null || Number.isNaN(value)) return "-";
  const size = Math.abs(value);
  if (size >= 1e6 || (size < 1e-4 && size > 0)) return value.toExponential(digits - 1).replace("e+", "e");
  return String(Number(value.toPrecision(digits)));
}

/** A number in a column of such: with as many digits as are significant, so that the eye can compare. */
export function columnNumber(value: number | null, digits = 4): string {
  if (value === null || Number.isNaN(value)) return "-";
  const size = Math.abs(value);
  if (size >= 1e6 || (size < 1e-4 && size > 0)) return plainNumber(value, digits);
  return size >= 10 ** (digits - 1) ? value.toFixed(0) : value.toPrecision(digits);
}

/** An R² in a column of such. */
export function columnR2(value: number | null): string {
  if (value === null || Math.abs(value) >= 1e3) return plainNumber(value, 3);
  // Adding 0 turns -0 into 0.
  return (Math.round(1e3 * value) / 1e3 + 0).toFixed(3);
}

/** A count and what is counted: 1 row, 12 rows. */
export function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** A time: 0.42 s, 12.3 s, 4 min 5 s, 2 h 3 min. */
export function plainDuration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Cells that look like numbers stand to the right. */
const numeric = /^([-+]?[0-9.]+(e[-+]?[0-9]+)?|-|)$/;

/** Lays out cells in aligned columns, two spaces apart: columns of numbers to the right, others to the left. */
export function alignTable(rows: readonly (readonly string[])[], indent = ""): string[] {
  const cells = rows.map((row) => row.map(printable));
  const columns = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, j) =>
    Math.max(...cells.map((row) => textWidth(row[j] ?? ""))),
  );
  const right = widths.map((_, j) => cells.slice(1).every((row) => numeric.test(row[j] ?? "")));
  return cells.map((row) => {
    const padded = row.map((cell, j) => {
      const space = " ".repeat(widths[j]! - textWidth(cell));
      return right[j] ? space + cell : cell + space;
    });
    return (indent + padded.join("  ")).trimEnd();
  });
}

/** Shortens a text to a number of characters. */
export function shorten(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

/** Columns that a text takes on a terminal: East Asian wide characters take two, combining marks none. */
function textWidth(text: string): number {
  let width = 0;
  for (const character of text)
    width += /\p{Mark}/u.test(character)
      ? 0
      : /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}]/u.test(
            character,
          )
        ? 2
        : 1;
  return width;
}
