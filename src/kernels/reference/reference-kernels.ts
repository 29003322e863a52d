import { MemoryLimitError } from "../../errors.ts";
import { allocators } from "../allocators.ts";
import type { Kernels } from "../kernels.ts";
import { activate } from "./activations.ts";
import { channelDots, denormalizeGroups, normalizeGroups, scaleChannels } from "./channels.ts";
import { gemm, syrk } from "./products.ts";
import { accumulateGram, contractRows, faceSplit, gatherRows, rowDots, scaleRows } from "./rows.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";
import { cholesky, solveTriangular } from "./triangular.ts";
import { adam, axpy, copy, dot, scale } from "./vectors.ts";
import { averagePool, averageUnpool, fold, maxPool, maxUnpool, unfold } from "./windows.ts";

/** As much as a WebAssembly memory can hold, so that what fits here also fits there. */
const limitBytes = 2 ** 32;

/**
 * The kernels in plain TypeScript: slow and obvious, the specification of all others. float32 results are
 * computed in float64 and rounded once.
 */
export function referenceKernels(): Kernels {
  let bytesAllocated = 0;

  function account(bytes: number): void {
    if (bytesAllocated + bytes > limitBytes) throw new MemoryLimitError(bytes, bytesAllocated, limitBytes);
    bytesAllocated += bytes;
  }

  return {
    name: "reference",
    description: "plain TypeScript",
    get bytesAllocated() {
      return bytesAllocated;
    },
    ...allocators((Numbers, length) => {
      account(length * Numbers.BYTES_PER_ELEMENT);
      return new Numbers(length);
    }),
    ...{ gemm, syrk },
    ...{ activate, scaleRows, contractRows, rowDots, faceSplit, accumulateGram, gatherRows },
    ...{ unfold, fold, maxPool, maxUnpool, averagePool, averageUnpool },
    ...{ normalizeGroups, denormalizeGroups, scaleChannels, channelDots },
    ...{ dot, axpy, scale, copy, adam },
    ...{ cholesky, solveTriangular, symmetricEigen },
  };
}
