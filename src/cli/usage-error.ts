/** Thrown where a command can't be understood or would do harm. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
}
