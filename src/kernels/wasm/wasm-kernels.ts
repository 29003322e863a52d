import type { Kernels } from "../kernels.ts";
import { physicalCores } from "../physical-cores.ts";
import { binary as relaxedBinary } from "./generated/relaxed-simd.ts";
import { binary as simdBinary } from "./generated/simd.ts";
import {
  bindInstance,
  fromBase64,
  instantiate,
  type WasmBuild,
  type WasmInstance,
  wasmBuilds,
} from "./wasm-module.ts";
import { createTeam, type TeamExports, type WorkerTeam } from "./worker-team.ts";

export interface WasmKernels extends Kernels {
  /** Pieces of products that threads other than the caller's have computed. */
  readonly piecesByWorkers: number;
}

/** Compiled once for the process. */
const modules = new Map<WasmBuild, WebAssembly.Module>();

/**
 * Floating-point operations from which a product is shared by all threads. Two threads over one on two cores, float32 and
 * float64 (`npm run bench -- gemm --threads 2`):
 *
 *     cube of             96      128     160     192     256     512
 *     Mflop               1.8     4.2     8.2     14      34      268
 *     one after another   1.4 1.4 1.5 1.6 1.6 1.6 1.7 1.6 1.7 1.8 1.9 2.0
 *     workers asleep      1.1 0.9 1.0 1.5 1.3 1.9 1.3 2.1 1.4 2.3
 *
 * Asleep is the state after 0.5 ms without a large product; from here on that loses nothing either.
 */
const threadedFlops = 4e6;

/**
 * Kernels in WebAssembly with 128-bit SIMD, in a memory of their own.
 *
 * @param threads Threads of large products; by default the physical cores, in pages that are not isolated from those of
 *   other origins 1. Results do not depend on it, not by a bit.
 * @param flops Operations from which a product is large, a product and a sum counted as 2.
 */
export function wasmKernels(
  build: WasmBuild = wasmBuilds()[0]!,
  threads: number = physicalCores(),
  flops: number = threadedFlops,
): WasmKernels {
  const module = compile(build);
  const instance = instantiate(module, () => team.summon());
  const { memory, exports } = instance;
  const team = createTeam(module, memory, exports as unknown as TeamExports, threads, flops);
  return bindTeam(build, instance, team);
}

function compile(build: WasmBuild): WebAssembly.Module {
  let module = modules.get(build);
  if (!module) {
    module = new WebAssembly.Module(fromBase64(build === "simd" ? simdBinary : relaxedBinary));
    modules.set(build, module);
  }
  return module;
}

function bindTeam(build: WasmBuild, instance: WasmInstance, team: WorkerTeam): WasmKernels {
  const { exports } = instance;
  const alone = bindInstance(instance, build);
  return {
    ...alone,
    description: alone.description + (team.threads > 1 ? `; ${team.threads} threads` : ""),
    get bytesAllocated() {
      return alone.bytesAllocated;
    },
    get piecesByWorkers() {
      return exports.piecesByWorkers!();
    },
  };
}
