import type { Kernels } from "../kernels.ts";
import { binary as relaxedBinary } from "./generated/prediction-relaxed-simd.ts";
import { binary as simdBinary } from "./generated/prediction-simd.ts";
import { bindInstance, fromBase64, instantiate, type WasmBuild, wasmBuilds } from "./wasm-module.ts";

/** Compiled once. */
let compiled: Promise<WebAssembly.Module> | null = null;

/**
 * The part of the WebAssembly kernels that a forward pass needs: a small module, made of the same sources, whose results
 * are the same bit for bit. Calling another operation is a TypeError.
 */
export async function predictionKernels(): Promise<Kernels> {
  const build = wasmBuilds()[0]!;
  compiled ??= compile(build);
  return bindInstance(instantiate(await compiled), build);
}

async function compile(build: WasmBuild): Promise<WebAssembly.Module> {
  const packed = new Blob([fromBase64(build === "simd" ? simdBinary : relaxedBinary)]);
  const stream = packed.stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return WebAssembly.compile(await new Response(stream).arrayBuffer());
}
