/** What the addresses of a WebAssembly memory reach: 4 GiB. */
export const addressableBytes: number = 2 ** 32;

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
