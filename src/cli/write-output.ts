import { once } from "node:events";

/** Writes data to standard output; waits until it has gone where the reader is slower. */
export async function writeOutput(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}

/** Writes a line of JSON to standard output. Numbers that are not finite become null. */
export function writeJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
