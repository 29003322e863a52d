import { allocators } from "../allocators.ts";
import type { Kernels } from "../kernels.ts";
import type { Exports } from "./exports.ts";
import { bindExports } from "./generated/bind-exports.ts";
import { createMemory, type WasmMemory } from "./wasm-memory.ts";

export type WasmBuild = "simd" | "relaxed-simd";

/** f32x4.relaxed_madd in a function: valid where the engine has relaxed SIMD. */
const relaxedProbe = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32,
  1, 32, 2, 253, 133, 2, 11,
];

/** The builds that this engine can run, best first. */
export function wasmBuilds(): readonly WasmBuild[] {
  return WebAssembly.validate(Uint8Array.from(relaxedProbe)) ? ["relaxed-simd", "simd"] : ["simd"];
}

/** Bytes from base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** A module of kernels that runs, with a memory of its own. */
export interface WasmInstance {
  readonly memory: WasmMemory;
  readonly exports: Exports;
}

/** Gives a module a memory, and a way to ask for the threads that share its large products, if there are some. */
export function instantiate(module: WebAssembly.Module, summonTeam: () => void = () => {}): WasmInstance {
  const memory = createMemory();
  const abort = () => {
    throw new Error("the WebAssembly kernels came to a point that they should never reach");
  };
  const instance = new WebAssembly.Instance(module, {
    env: { memory: memory.memory, abort, summonTeam },
  });
  const exports = instance.exports as unknown as Exports;
  memory.skip(exports.heapBase!());
  exports.setWorkspace!(memory.reserve(exports.workspaceBytes!()));
  return { memory, exports };
}

/** The operations of a module and the arrays in its memory, by one thread. */
export function bindInstance({ memory, exports }: WasmInstance, build: WasmBuild): Kernels {
  return {
    name: "wasm",
    description: `WebAssembly, 128-bit ${build === "simd" ? "SIMD" : "SIMD with fused multiply-add"}`,
    get bytesAllocated() {
      return memory.bytesAllocated;
    },
    ...allocators((Numbers, length) => {
      // Before `buffer` is read: growing replaces it.
      const address = memory.reserve(length * Numbers.BYTES_PER_ELEMENT);
      return new Numbers(memory.memory.buffer, address, length);
    }),
    ...bindExports(exports),
  };
}
