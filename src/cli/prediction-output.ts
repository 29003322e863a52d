import { writeFileAtomically } from "../formats/files.ts";
import type { TablePredictions } from "../model/saved-model.ts";
import { type Terminal, writeOutput } from "./terminal.ts";

/** A column for each target, and one for its spread where there are several networks. */
export function columnNames({
  targets,
  spread,
}: Pick<TablePredictions, "targets" | "spread">): readonly string[] {
  return spread ? [...targets, ...targets.map((name) => `${name} spread`)] : targets;
}

/**
 * A line of numbers for each of `count` rows; empty where there is no prediction.
 *
 * @param rows For each prediction its row.
 */
export function inOriginalOrder(
  count: number,
  rows: Iterable<number>,
  { targets, values, spread }: Pick<TablePredictions, "targets" | "values" | "spread">,
): readonly (readonly (number | null)[])[] {
  const width = targets.length;
  const ofRow = (numbers: Float64Array, i: number) =>
    Array.from(numbers.subarray(i * width, (i + 1) * width));
  const lines: (readonly (number | null)[])[] = Array.from({ length: count }, () =>
    new Array<null>(spread ? 2 * width : width).fill(null),
  );
  let i = 0;
  for (const row of rows) {
    lines[row] = [...ofRow(values, i), ...(spread ? ofRow(spread, i) : [])];
    i++;
  }
  return lines;
}

/** Faults that are named one by one; more are counted. */
const namedFaults = 20;

export function showFaults(terminal: Terminal, faults: readonly string[]): void {
  for (const fault of faults.slice(0, namedFaults)) terminal.line(`  ${fault}`);
  if (faults.length > namedFaults) terminal.line(`  and ${faults.length - namedFaults} more`);
}

/** Writes to a file, or to standard output. */
export async function writeResult(text: string, out: string | undefined): Promise<void> {
  if (out === undefined) await writeOutput(text);
  else await writeFileAtomically(out, text);
}

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
