type Cell = number | string | null;

/** Writes rows as CSV (RFC 4180, lines end in \n): numbers with all digits, texts quoted where they must be. */
export function writeCsv(head: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [head.map(quote).join(",")];
  for (const row of rows) lines.push(row.map(writeCell).join(","));
  return `${lines.join("\n")}\n`;
}

function writeCell(cell: Cell): string {
  if (cell === null) return "";
  return typeof cell === "string" ? quote(cell) : String(cell);
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}
