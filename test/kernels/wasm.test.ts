import { wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";
import { wasmBuilds } from "../../src/kernels/wasm/wasm-module.ts";
import { kernelContract } from "../contract/kernel-contract.ts";

for (const build of wasmBuilds()) kernelContract(`wasm, ${build}`, () => wasmKernels(build));
