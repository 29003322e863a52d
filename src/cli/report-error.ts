import { exitCodes } from "./exit-codes.ts";
import { printable } from "./printable.ts";

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
