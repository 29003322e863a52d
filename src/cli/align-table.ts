import { printable } from "./printable.ts";

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
