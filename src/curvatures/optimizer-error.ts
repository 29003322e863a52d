/** Thrown where an option of an optimizer, or of one of its pieces, is out of its range. */
export class OptimizerError extends Error {
  override readonly name = "OptimizerError";
  readonly code = "optimizer";
}

/** Refuses a number that breaks a rule; NaN breaks every rule. */
export function requireOption(name: string, value: number, holds: boolean, rule: string): void {
  if (!holds) throw new OptimizerError(`${name}: ${value} is out of range; it must be ${rule}`);
}
