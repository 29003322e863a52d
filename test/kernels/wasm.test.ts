import { wasmBuilds, wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";
import { kernelContract } from "../contract/kernel-contract.ts";

for (const build of wasmBuilds()) kernelContract(`wasm, ${build}`, () => wasmKernels(build));
