import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** What a command left. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder to run commands in. */
export interface Workplace {
  readonly folder: string;
  write(name: string, text: string): void;
  start(...args: string[]): ChildProcess;
  run(...args: string[]): Promise<CliResult>;
  remove(): void;
}

/** Makes a folder for commands, which are run as built, in dist/. */
export function makeWorkplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), "gramian-cli-"));
  const start = (...args: string[]) => startProgram(folder, main, args);
  return {
    folder,
    write: (name, text) => writeFileSync(join(folder, name), text),
    start,
    run: (...args) => finish(start(...args)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Starts a command; `program` may be another copy than the one of this repository. */
export function startProgram(folder: string, program: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, NO_COLOR: "1" },
  });
}

/** Collects the output of a process until it ends. */
export async function finish(child: ChildProcess): Promise<CliResult> {
  const read = async (stream: NodeJS.ReadableStream) => {
    let text = "";
    for await (const chunk of stream) text += String(chunk);
    return text;
  };
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([read(child.stdout!), read(child.stderr!)]);
  return { code: await ended, stdout, stderr };
}

/** Lines of JSON. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A CSV table with the columns x and y of some function. */
export function tableOf(rows: number, f: (x: number) => number, step = 0.1): string {
  const lines = Array.from({ length: rows }, (_, i) => `${i * step},${f(i * step)}`);
  return `x,y\n${lines.join("\n")}\n`;
}
