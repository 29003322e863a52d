import { describe, test } from "vitest";
import { nativeKernels } from "../../src/kernels/native/native-kernels.ts";
import { obstacleToNative } from "../../src/kernels/select-kernels.ts";
import { kernelContract } from "../contract/kernel-contract.ts";

const reason = obstacleToNative();
if (reason === null) kernelContract("native", nativeKernels);
else
  describe("the kernel contract: native", () => {
    test("runs", (context) => context.skip(reason));
  });
