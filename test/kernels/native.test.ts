import { describe, test } from "vitest";
import { BlasNotFoundError } from "../../src/kernels/native/blas-library.ts";
import { nativeKernels } from "../../src/kernels/native/native-kernels.ts";
import { kernelContract } from "../contract/kernel-contract.ts";

/** Why the native kernels can't be tested here, or null. */
function obstacle(): string | null {
  try {
    nativeKernels();
    return null;
  } catch (error) {
    if (error instanceof BlasNotFoundError) return error.message;
    throw error;
  }
}

const reason = obstacle();
if (reason === null) kernelContract("native", nativeKernels);
else
  describe("the kernel contract: native", () => {
    test("runs", (context) => context.skip(reason));
  });
