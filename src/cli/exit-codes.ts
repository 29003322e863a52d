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
