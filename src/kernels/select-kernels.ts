import { BlasNotFoundError } from "../errors.ts";
import type { Kernels } from "./kernels.ts";
import { nativeKernels } from "./native/native-kernels.ts";
import { referenceKernels } from "./reference/reference-kernels.ts";
import { wasmKernels } from "./wasm/wasm-kernels.ts";

/** The implementations that can be asked for by name; "auto" takes the fastest that is there. */
export const kernelChoices = ["auto", "reference", "wasm", "native"] as const;

export type KernelChoice = (typeof kernelChoices)[number];

/**
 * Makes kernels with a memory of their own.
 *
 * @param choice "auto": the BLAS of the system where there is one, else WebAssembly.
 * @param threads Threads of large products; absent: the physical cores. The reference has one.
 * @throws {BlasNotFoundError} If "native" is asked for, and there is no BLAS, or it computes wrong results.
 */
export function selectKernels(choice: KernelChoice = "auto", threads?: number): Kernels {
  switch (choice) {
    case "reference":
      return referenceKernels();
    case "wasm":
      return wasmKernels(undefined, threads);
    case "native":
      return nativeKernels(threads);
    case "auto":
      try {
        return nativeKernels(threads);
      } catch (error) {
        if (!(error instanceof BlasNotFoundError)) throw error;
        return wasmKernels(undefined, threads);
      }
  }
}

/** Why "auto" does not take native kernels here, or null where it does. */
export function obstacleToNative(): string | null {
  try {
    nativeKernels();
    return null;
  } catch (error) {
    if (error instanceof BlasNotFoundError) return error.message;
    throw error;
  }
}
