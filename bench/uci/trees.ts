import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { UciTable } from "./protocol.ts";

export const treesInstall = "apt-get install python3-sklearn";

/** A row of trees.py. */
export interface TreeRow {
  readonly method: string;
  readonly split: number;
  readonly rmse: number;
  readonly seconds: number;
}

/** The source beside this file; the compiled program stands elsewhere. */
const script = fileURLToPath(new URL("../../../bench/uci/trees.py", import.meta.url));

/** Fits scikit-learn's trees; null where it is not installed. */
export function fitTrees({ table, target, splits }: UciTable): readonly TreeRow[] | null {
  const python = ["python3", "/usr/bin/python3"].find(hasTrees);
  if (!python) return null;
  const numbers = (name: string) => Array.from(table.columns.find((column) => column.name === name)!.numbers);
  const names = table.columns.map(({ name }) => name).filter((name) => name !== target);
  const columns = names.map(numbers);
  const input = {
    inputs: Array.from({ length: table.rows }, (_, row) => columns.map((column) => column[row]!)),
    targets: numbers(target),
    splits,
  };
  const { stdout } = spawnSync(python, [script], {
    input: JSON.stringify(input),
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as TreeRow);
}

/** A first python3 on the path may be another one than the system's. */
function hasTrees(python: string): boolean {
  return spawnSync(python, ["-c", "import sklearn"]).status === 0;
}
