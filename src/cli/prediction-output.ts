import { writeFileAtomically } from "../formats/write-file-atomically.ts";
import type { TablePredictions } from "../model/model.ts";
import { writeOutput } from "./write-output.ts";

/** A column for each target, and one for its spread where there are several networks. */
export function columnNames({
  targets,
  spread,
}: Pick<TablePredictions, "targets" | "spread">): readonly string[] {
  return spread ? [...targets, ...targets.map((name) => `${name} spread`)] : targets;
}

/** Writes to a file, or to standard output. */
export async function writeResult(text: string, out: string | undefined): Promise<void> {
  if (out === undefined) await writeOutput(text);
  else await writeFileAtomically(out, text);
}
