import { resolve } from "node:path";
import { requireWritable } from "../formats/write-file-atomically.ts";
import { UsageError } from "./usage-error.ts";

/**
 * The target that a command needs.
 *
 * @throws {UsageError} If none was given.
 */
export function requireTarget(target: readonly string[] | undefined, data: string): readonly string[] {
  if (target === undefined)
    throw new UsageError(
      `--target: is missing; name the column to predict. \`gramian inspect ${data}\` lists the columns`,
    );
  return target;
}

/**
 * Refuses an output that can't be written, before the work; and one that would destroy the data.
 *
 * @throws {UsageError} If it is the data. @throws {FileError} If it can't be written.
 */
export async function requireOutput(flag: string, path: string | undefined, data: string): Promise<void> {
  if (path === undefined) return;
  if (resolve(path) === resolve(data))
    throw new UsageError(`${flag}: "${path}" is the data itself; give another name`);
  await requireWritable(path);
}

/** Limits and rows as the command line has them. */
interface Typed {
  /** Milliseconds. */
  readonly timeLimit?: number;
  /** A file with an array of row numbers. */
  readonly testRows?: string;
}

/** The same for the library. What is not given stays away, so that the library decides. */
export async function readLimits({ timeLimit, testRows }: Typed): Promise<{
  readonly timeLimitMs?: number;
  readonly testRows?: readonly number[];
}> {
  return {
    ...(timeLimit === undefined ? {} : { timeLimitMs: timeLimit }),
    ...(testRows === undefined
      ? {}
      : { testRows: await (await import("./read-json.ts")).readRowNumbers(testRows) }),
  };
}
