import { MemoryLimitError } from "../../errors.ts";

/** 64 KiB, the unit in which a WebAssembly memory grows. */
const pageBytes = 65_536;

/** Address spaces that are asked for, in pages, largest first: 4 GiB, 2 GiB, 1 GiB, 256 MiB. */
const maximumPages = [65_536, 32_768, 16_384, 4096];

/** Rows and buffers start at cache lines. */
const alignment = 64;

/**
 * One growing memory with numbers that live as long as it does.
 *
 * It is shared, for the threads of large products, and because a shared memory grows without detaching the views that
 * exist.
 */
export interface WasmMemory {
  readonly memory: WebAssembly.Memory;
  readonly bytesAllocated: number;
  /** Reserves zeroed bytes and returns their address, a multiple of 64. */
  reserve(bytes: number): number;
  /** Makes the addresses below `base` unavailable: constants of a module. */
  skip(base: number): void;
}

/** Asks the engine for a memory: small, with room to grow. */
export function createMemory(): WasmMemory {
  const { memory, limitBytes } = openMemory();
  let top = alignment;

  return {
    memory,
    get bytesAllocated() {
      return top;
    },
    reserve(bytes) {
      const address = Math.ceil(top / alignment) * alignment;
      const end = address + bytes;
      if (end > limitBytes) throw new MemoryLimitError(bytes, top, limitBytes);
      const missing = end - memory.buffer.byteLength;
      if (missing > 0)
        grow(memory, missing, () => new MemoryLimitError(bytes, top, memory.buffer.byteLength));
      top = end;
      return address;
    },
    skip(base) {
      top = Math.max(top, base);
    },
  };
}

function openMemory(): { memory: WebAssembly.Memory; limitBytes: number } {
  let failure: unknown;
  for (const maximum of maximumPages) {
    try {
      const memory = new WebAssembly.Memory({ initial: 1, maximum, shared: true });
      return { memory, limitBytes: maximum * pageBytes };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function grow(memory: WebAssembly.Memory, bytes: number, failure: () => Error): void {
  try {
    memory.grow(Math.ceil(bytes / pageBytes));
  } catch {
    throw failure();
  }
}
