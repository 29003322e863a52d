import type { DType, FloatArray, Kernels } from "../kernels.ts";
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

export type WasmBuild = "simd" | "relaxed-simd";

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

/** Kernels in WebAssembly with 128-bit SIMD, in a memory of their own. */
export function wasmKernels(build: WasmBuild = wasmBuilds()[0]!): Kernels {
  const memory = createMemory();
  return bindKernels(build, memory, instantiate(build, memory));
}

function instantiate(build: WasmBuild, memory: WasmMemory): Exports {
  let module = modules.get(build);
  if (!module) {
    const text = atob(build === "simd" ? simdBinary : relaxedBinary);
    module = new WebAssembly.Module(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
    modules.set(build, module);
  }
  const abort = () => {
    throw new Error("the WebAssembly kernels came to a point that they should never reach");
  };
  const instance = new WebAssembly.Instance(module, { env: { memory: memory.memory, abort } });
  const exports = instance.exports as unknown as Exports;
  memory.skip(exports.heapBase!());
  exports.setWorkspace!(memory.reserve(exports.workspaceBytes!()));
  return exports;
}

function bindKernels(build: WasmBuild, memory: WasmMemory, exports: Exports): Kernels {
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
    description: `WebAssembly, 128-bit ${build === "simd" ? "SIMD" : "SIMD with fused multiply-add"}`,
    get bytesAllocated() {
      return memory.bytesAllocated;
    },
    allocate,
    allocateIndices(length) {
      // Before `buffer` is read: growing replaces it.
      const address = memory.reserve(4 * length);
      return new Int32Array(memory.memory.buffer, address, length);
    },
    ...bindProducts(exports),
    ...bindRows(exports),
    ...bindWindows(exports),
    ...bindChannels(exports),
    ...bindVectors(exports),
    ...bindSymmetric(exports),
  };
}
