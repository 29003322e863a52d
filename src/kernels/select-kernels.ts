import type { Kernels } from "./kernels.ts";
import { referenceKernels } from "./reference/reference-kernels.ts";
import { wasmKernels } from "./wasm/wasm-kernels.ts";

/** The implementations that can be asked for by name; "auto" takes the fastest that is there. */
export const kernelChoices = ["auto", "reference", "wasm"] as const;

export type KernelChoice = (typeof kernelChoices)[number];

/** Makes kernels with a memory of their own. */
export function selectKernels(choice: KernelChoice = "auto", _threads = 1): Kernels {
  return choice === "reference" ? referenceKernels() : wasmKernels();
}
