/** A row of a benchmark's table: printed as Markdown, or as a line of JSON. */
export type Row = Readonly<Record<string, string | number | null | readonly number[]>>;

/** What a benchmark is given. */
export interface BenchmarkContext {
  /** Reports a row as soon as it is known. */
  row(row: Row): void;
  /** Reports a remark, for example a peer that is not installed: on standard error. */
  note(text: string): void;
  /** The folder of data sets, from --data; null if it was not given. */
  readonly data: string | null;
  /** Further words of the command line, for example --profile. */
  readonly flags: ReadonlySet<string>;
  /** The word after --name, for example that of --experiment; null if it was not given. */
  option(name: string): string | null;
}

/** A claim of the README, measured. */
export interface Benchmark {
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  /** @throws {BenchmarkError} If an option can't be used. */
  run(context: BenchmarkContext): Promise<void>;
}

/** Thrown where the command line asks for what there is not; the message says what there is. */
export class BenchmarkError extends Error {
  override readonly name = "BenchmarkError";
  readonly code = "benchmark";
}
