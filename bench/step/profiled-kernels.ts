import { performance } from "node:perf_hooks";
import type { DType, Kernels } from "../../src/kernels/kernels.ts";
import { type Operation, signatures } from "../../src/kernels/signatures.ts";
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

/** Wraps every operation of some kernels. */
export function profiledKernels(inner: Kernels): ProfiledKernels {
  const counts = new Map<string, KernelCount>();
  // Inherits the numbers and texts, which are getters.
  const kernels = Object.create(inner) as Record<string, unknown>;
  for (const name of Object.keys(signatures) as Operation[]) {
    const count: KernelCount = { calls: 0, milliseconds: 0, flops: { float32: 0, float64: 0 } };
    counts.set(name, count);
    kernels[name] = counted(inner[name] as Call, count, kernelFlops[name] as Flops, xOf(name));
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

type Call = (...args: unknown[]) => unknown;
type Flops = ((...args: unknown[]) => number) | undefined;

/** The place of the first array that may be float32 or float64; -1 if all are float64. */
function xOf(name: Operation): number {
  return (signatures[name] as readonly string[]).indexOf("X");
}

function counted(operation: Call, count: KernelCount, flopsOf: Flops, x: number): Call {
  return (...args) => {
    const start = performance.now();
    const result = operation(...args);
    count.milliseconds += performance.now() - start;
    count.calls++;
    if (flopsOf) count.flops[args[x] instanceof Float32Array ? "float32" : "float64"] += flopsOf(...args);
    return result;
  };
}
