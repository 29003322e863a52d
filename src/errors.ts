/** Where in a file something is wrong. */
export interface Place {
  readonly file: string;
  /** Physical line, from 1. */
  readonly line?: number;
  /** Number of the record, from 1, where lines say nothing: in a JSON array. */
  readonly record?: number;
  readonly column?: string;
}

/** Writes file and line: "cars.csv:12"; "cars.json, record 12" where there are no lines. */
export function writePlace({ file, line, record }: Place): string {
  if (record !== undefined) return `${file}, record ${record}`;
  return line === undefined ? file : `${file}:${line}`;
}

/** Thrown where data can't be read or used. The message says where, what value, and what to do. */
export class DataError extends Error {
  override readonly name = "DataError";
  readonly code: string;
  readonly place: Place;

  constructor(code: string, place: Place, text: string) {
    const column = place.column === undefined ? "" : `column "${place.column}" `;
    super(`${writePlace(place)}: ${column}${text}`);
    this.code = code;
    this.place = place;
  }
}

/** What is wrong with a path. */
export type FileFault = "missing" | "folder" | "directory" | "permission" | "space" | "system";

/** Thrown where a file can't be read or written. The message says why and what to do. */
export class FileError extends Error {
  override readonly name = "FileError";
  readonly code: FileFault;
  readonly path: string;

  constructor(code: FileFault, path: string, text: string, cause?: unknown) {
    super(`${path}: ${text}`, { cause });
    this.code = code;
    this.path = path;
  }
}

/**
 * What is wrong with the bytes of a model file.
 *
 *     empty       no bytes
 *     foreign     another kind of file
 *     newer       a format that this version does not read
 *     truncated   fewer bytes than were written
 *     altered     other bytes than were written
 *     header      the description of the model is not what a model has
 */
export type ModelFileFault = "empty" | "foreign" | "newer" | "truncated" | "altered" | "header";

/** Thrown where bytes are not a model that this version reads. The message says what they are and what to do. */
export class ModelFileError extends Error {
  override readonly name = "ModelFileError";
  readonly code: ModelFileFault;
  /** Name of the file. */
  readonly file: string;

  constructor(code: ModelFileFault, file: string, text: string) {
    super(`${file}: ${text}`);
    this.code = code;
    this.file = file;
  }
}

/** Thrown where the numbers that were asked for do not fit into the memory. */
export class MemoryLimitError extends Error {
  override readonly name = "MemoryLimitError";
  readonly code = "memory-limit";
  readonly requestedBytes: number;
  readonly allocatedBytes: number;
  readonly limitBytes: number;

  constructor(requestedBytes: number, allocatedBytes: number, limitBytes: number) {
    const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
    super(
      `allocate: ${mib(requestedBytes)} more do not fit beside the ${mib(allocatedBytes)} in use ` +
        `(limit ${mib(limitBytes)}); use a smaller batch, a narrower network or float32`,
    );
    this.requestedBytes = requestedBytes;
    this.allocatedBytes = allocatedBytes;
    this.limitBytes = limitBytes;
  }
}

/** Thrown where no BLAS can be used; says what was tried. */
export class BlasNotFoundError extends Error {
  override readonly name = "BlasNotFoundError";
  readonly code = "blas-not-found";
}

/** Thrown where a network description can't be built. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  readonly code = "network";
}

/** Thrown where an option of an optimizer, or of one of its pieces, is out of its range. */
export class OptimizerError extends Error {
  override readonly name = "OptimizerError";
  readonly code = "optimizer";
}

/** Refuses a number that breaks a rule; NaN breaks every rule. */
export function requireOption(name: string, value: number, holds: boolean, rule: string): void {
  if (!holds) throw new OptimizerError(`${name}: ${value} is out of range; it must be ${rule}`);
}

/** Thrown where an option is unknown or out of its range. */
export class OptionError extends Error {
  override readonly name = "OptionError";
  readonly code = "option";
}

/** Thrown where a command can't be understood or would do harm. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
}
