// Compiles the WebAssembly kernels and embeds each build in a TypeScript module: nothing is loaded at run time.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The builds, and what each needs of the engine beyond WebAssembly with threads and SIMD. */
const builds = [
  { name: "simd", features: ["simd"] },
  { name: "relaxed-simd", features: ["simd", "relaxed-simd"] },
];

/** Writes src/kernels/wasm/generated/<build>.ts for each build. */
export async function buildKernels(root) {
  const folder = join(root, "src/kernels/wasm/generated");
  mkdirSync(folder, { recursive: true });
  for (const { name, features } of builds) {
    const binary = join(folder, `${name}.wasm`);
    execFileSync(
      process.execPath,
      [
        join(root, "node_modules/assemblyscript/bin/asc.js"),
        join(root, "src/kernels/wasm/assembly/index.ts"),
        ...["-O3", "--runtime", "stub", "--noAssert", "--exportStart", "start"],
        ...["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
        ...["threads", ...features].flatMap((feature) => ["--enable", feature]),
        ...["-o", binary],
      ],
      { stdio: "inherit" },
    );
    const base64 = readFileSync(binary).toString("base64");
    writeFileSync(join(folder, `${name}.ts`), `export const binary: string =\n  "${base64}";\n`);
    rmSync(binary);
  }
}
