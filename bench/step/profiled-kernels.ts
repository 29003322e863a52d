import { performance } from "node:perf_hooks";
import type { DType, Kernels } from "../../src/kernels/kernels.ts";
import { kernelFlops } from "./kernel-flops.ts";

/** What all calls of one kernel together did. */
export interface KernelCount {
  calls: number;
  milliseconds: number;
  readonly flops: Record<DType, number>;
}

/** Kernels that count and time their calls. */
export interface ProfiledKernels {
  readonly kernels: Kernels;
  readonly counts: ReadonlyMap<string, KernelCount>;
  reset(): void;
}

/** Wraps every operation of some kernels, also those that this file does not know. */
export function profiledKernels(inner: Kernels): ProfiledKernels {
  const counts = new Map<string, KernelCount>();
  // Inherits the numbers and texts, which are getters.
  const kernels = Object.create(inner) as Record<string, unknown>;
  for (const [name, operation] of Object.entries(inner)) {
    if (typeof operation !== "function" || name.startsWith("allocate")) continue;
    const count: KernelCount = { calls: 0, milliseconds: 0, flops: { float32: 0, float64: 0 } };
    counts.set(name, count);
    kernels[name] = counted(operation as Operation, count, kernelFlops[name as keyof Kernels] as Flops);
  }
  return {
    kernels: kernels as unknown as Kernels,
    counts,
    reset() {
      for (const count of counts.values()) {
        count.calls = 0;
        count.milliseconds = 0;
        count.flops.float32 = 0;
        count.flops.float64 = 0;
      }
    },
  };
}

type Operation = (...args: unknown[]) => unknown;
type Flops = ((...args: unknown[]) => { flops: number; dtype: DType }) | undefined;

function counted(operation: Operation, count: KernelCount, flopsOf: Flops): Operation {
  return (...args) => {
    const start = performance.now();
    const result = operation(...args);
    count.milliseconds += performance.now() - start;
    count.calls++;
    if (flopsOf) {
      const { flops, dtype } = flopsOf(...args);
      count.flops[dtype] += flops;
    }
    return result;
  };
}
