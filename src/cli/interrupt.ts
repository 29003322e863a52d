/** A wish to end. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives Ctrl-C back its usual meaning. */
  dispose(): void;
}

/**
 * Turns the first SIGINT or SIGTERM into an abort. The handlers are gone then: a second one ends the process at once,
 * even in the middle of a long step.
 */
export function listenForInterrupt(onInterrupt: () => void): Interrupt {
  const controller = new AbortController();
  const dispose = () => {
    process.off("SIGINT", handle);
    process.off("SIGTERM", handle);
  };
  const handle = () => {
    dispose();
    onInterrupt();
    controller.abort();
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return { signal: controller.signal, dispose };
}
