import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readTable, type Table } from "../../src/index.ts";

/** The tables of the standard protocol: 20 splits each, of 90 % training and 10 % test rows. */
export const uciTables = ["yacht", "concrete", "wine-quality-red", "power-plant"] as const;

/** A table of the protocol. */
export interface UciTable {
  readonly name: string;
  readonly table: Table;
  readonly target: string;
  /** Test rows of each split, from 0. */
  readonly splits: readonly (readonly number[])[];
}

/** Reads a table and the first of its splits. */
export async function readUciTable(folder: string, name: string, splits: number): Promise<UciTable> {
  const text = gunzipSync(readFileSync(join(folder, name, "splits.json.gz"))).toString();
  const { target, test_indices: testRows } = JSON.parse(text) as {
    target: readonly string[];
    test_indices: readonly (readonly number[])[];
  };
  const table = await readTable(join(folder, name, "data.csv.gz"), {});
  return { name, table, target: target[0]!, splits: testRows.slice(0, splits) };
}
