import { describe } from "vitest";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { activationsContract } from "./activations-contract.ts";
import { channelsContract } from "./channels-contract.ts";
import { eigenContract } from "./eigen-contract.ts";
import { memoryContract } from "./memory-contract.ts";
import { productsContract } from "./products-contract.ts";
import { rowsContract } from "./rows-contract.ts";
import { systemsContract } from "./systems-contract.ts";
import { vectorsContract } from "./vectors-contract.ts";
import { windowsContract } from "./windows-contract.ts";

/** Holds kernels to what the docstrings of `Kernels` promise. */
export function kernelContract(name: string, makeKernels: () => Kernels): void {
  describe(`the kernel contract: ${name}`, () => {
    productsContract(makeKernels);
    activationsContract(makeKernels);
    rowsContract(makeKernels);
    windowsContract(makeKernels);
    channelsContract(makeKernels);
    vectorsContract(makeKernels);
    systemsContract(makeKernels);
    eigenContract(makeKernels);
    memoryContract(makeKernels);
  });
}
