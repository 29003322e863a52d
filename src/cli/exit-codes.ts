import { printable } from "./plain-text.ts";

/** What the exit code of the process says. */
export const exitCodes: Readonly<
  Record<"done" | "bug" | "usage" | "data" | "diverged" | "unavailable" | "interrupted", number>
> = Object.freeze({
  /** Done: converged, or a limit was reached. */
  done: 0,
  /** A mistake of this program. */
  bug: 1,
  /** A mistake in the command. */
  usage: 2,
  /** Data or a file that can't be used. */
  data: 3,
  diverged: 4,
  /** What was asked for is not there on this machine. */
  unavailable: 5,
  /** Ctrl-C; what there was has been written. */
  interrupted: 130,
});

/** For each name of an error the exit code that it means. Names, because classes would have to be loaded first. */
const codes: Readonly<Record<string, number>> = {
  OptionError: exitCodes.usage,
  OptimizerError: exitCodes.usage,
  UsageError: exitCodes.usage,
  NetworkError: exitCodes.usage,
  DataError: exitCodes.data,
  FileError: exitCodes.data,
  ModelFileError: exitCodes.data,
  MemoryLimitError: exitCodes.unavailable,
  BlasNotFoundError: exitCodes.unavailable,
};

/** Prints an error for people, a bug with its stack, and says with which code to exit. */
export function reportError(error: unknown): number {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const code = codes[name];
  if (code !== undefined) {
    process.stderr.write(`error: ${printable(message)}\n`);
    return code;
  }
  process.stderr.write(
    `This is a bug in gramian. Please report it with these lines:\n${printable(stack ?? message)}\n`,
  );
  return exitCodes.bug;
}
