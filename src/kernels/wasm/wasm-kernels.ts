import type { DType, FloatArray, Kernels } from "../kernels.ts";
import { physicalCores } from "../physical-cores.ts";
import {
  bindChannels,
  bindProducts,
  bindRows,
  bindSymmetric,
  bindVectors,
  bindWindows,
  type Exports,
} from "./bind-exports.ts";
import { binary as relaxedBinary } from "./generated/relaxed-simd.ts";
import { binary as simdBinary } from "./generated/simd.ts";
import { createMemory, type WasmMemory } from "./wasm-memory.ts";
import { createTeam, type TeamExports, type WorkerTeam } from "./worker-team.ts";

export type WasmBuild = "simd" | "relaxed-simd";

export interface WasmKernels extends Kernels {
  /** Pieces of products that threads other than the caller's have computed. */
  readonly piecesByWorkers: number;
}

/** f32x4.relaxed_madd in a function: valid where the engine has relaxed SIMD. */
const relaxedProbe = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32,
  1, 32, 2, 253, 133, 2, 11,
]);

/** Compiled once for the process. */
const modules = new Map<WasmBuild, WebAssembly.Module>();

/** The builds that this engine can run, best first. */
export function wasmBuilds(): readonly WasmBuild[] {
  return WebAssembly.validate(relaxedProbe) ? ["relaxed-simd", "simd"] : ["simd"];
}

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
  const memory = createMemory();
  const module = compile(build);
  const exports = instantiate(module, memory);
  const team = createTeam(module, memory, exports as unknown as TeamExports, threads, flops);
  return bindKernels(build, memory, exports, team, flops);
}

function compile(build: WasmBuild): WebAssembly.Module {
  let module = modules.get(build);
  if (!module) {
    const text = atob(build === "simd" ? simdBinary : relaxedBinary);
    module = new WebAssembly.Module(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
    modules.set(build, module);
  }
  return module;
}

function instantiate(module: WebAssembly.Module, memory: WasmMemory): Exports {
  const abort = () => {
    throw new Error("the WebAssembly kernels came to a point that they should never reach");
  };
  const instance = new WebAssembly.Instance(module, { env: { memory: memory.memory, abort } });
  const exports = instance.exports as unknown as Exports;
  memory.skip(exports.heapBase!());
  exports.setWorkspace!(memory.reserve(exports.workspaceBytes!()));
  return exports;
}

function bindKernels(
  build: WasmBuild,
  memory: WasmMemory,
  exports: Exports,
  team: WorkerTeam,
  flops: number,
): WasmKernels {
  function allocate(dtype: "float32", length: number): Float32Array;
  function allocate(dtype: "float64", length: number): Float64Array;
  function allocate(dtype: DType, length: number): FloatArray;
  function allocate(dtype: DType, length: number): FloatArray {
    const Numbers = dtype === "float32" ? Float32Array : Float64Array;
    const address = memory.reserve(length * Numbers.BYTES_PER_ELEMENT);
    return new Numbers(memory.memory.buffer, address, length);
  }

  return {
    name: "wasm",
    description:
      `WebAssembly, 128-bit ${build === "simd" ? "SIMD" : "SIMD with fused multiply-add"}` +
      (team.threads > 1 ? `; ${team.threads} threads` : ""),
    get bytesAllocated() {
      return memory.bytesAllocated;
    },
    get piecesByWorkers() {
      return exports.piecesByWorkers!();
    },
    allocate,
    allocateIndices(length) {
      // Before `buffer` is read: growing replaces it.
      const address = memory.reserve(4 * length);
      return new Int32Array(memory.memory.buffer, address, length);
    },
    ...bindRows(exports),
    ...bindWindows(exports),
    ...bindChannels(exports),
    ...bindVectors(exports),
    ...summonForLarge(team, flops, { ...bindProducts(exports), ...bindSymmetric(exports) }),
  };
}

type Shared = ReturnType<typeof bindProducts> & ReturnType<typeof bindSymmetric>;

/** The operations that the threads of a team share, calling its workers before the first large one. */
function summonForLarge(team: WorkerTeam, flops: number, operations: Shared): Shared {
  if (team.threads === 1) return operations;
  const { gemm, syrk, cholesky, solveTriangular } = operations;
  return {
    ...operations,
    gemm(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
      if (2 * m * n * k >= flops) team.summon();
      gemm(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    },
    syrk(transpose, n, k, alpha, a, lda, beta, c, ldc) {
      if (n * n * k >= flops) team.summon();
      syrk(transpose, n, k, alpha, a, lda, beta, c, ldc);
    },
    // The largest product in these is that of their first halving.
    cholesky(n, a, lda) {
      if (n ** 3 / 8 >= flops) team.summon();
      return cholesky(n, a, lda);
    },
    solveTriangular(transpose, n, m, l, ldl, b, ldb) {
      if ((n * n * m) / 2 >= flops) team.summon();
      solveTriangular(transpose, n, m, l, ldl, b, ldb);
    },
  };
}
