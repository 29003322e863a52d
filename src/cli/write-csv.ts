/** Writes rows as CSV (RFC 4180, lines end in \n): numbers with all digits, texts quoted where they must be. */
export function writeCsv(head: readonly string[], rows: Iterable<readonly (number | null)[]>): string {
  const lines = [head.map(quote).join(",")];
  for (const row of rows) lines.push(row.map((value) => (value === null ? "" : String(value))).join(","));
  return `${lines.join("\n")}\n`;
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}
