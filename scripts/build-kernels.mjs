// Compiles the WebAssembly kernels and embeds each build in a TypeScript module: nothing is loaded at run time.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { deflateRawSync } from "node:zlib";
import { writeBindings } from "./write-bindings.mjs";

const runFile = promisify(execFile);

/** What each build needs of the engine beyond WebAssembly with threads and SIMD. */
const builds = { simd: ["simd"], "relaxed-simd": ["simd", "relaxed-simd"] };

/**
 * Writes src/kernels/wasm/generated/<build>.ts for each build, and prediction-<build>.ts, which has a part of it; and what
 * calls them.
 */
export async function buildKernels(root) {
  mkdirSync(folderOf(root), { recursive: true });
  await writeBindings(root);
  const stamp = join(folderOf(root), "sources.txt");
  const sources = hashSources(root);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === sources) return;
  for (const [build, features] of Object.entries(builds))
    await Promise.all([
      compile(root, "index", build, ["-O3"], features, (binary) => binary),
      // The pages that load it are to be small.
      compile(root, "prediction", `prediction-${build}`, ["-O3", "--shrinkLevel", "2"], features, (binary) =>
        deflateRawSync(binary, { level: 9 }),
      ),
    ]);
  writeFileSync(stamp, sources);
}

/** What the builds are made of. */
function hashSources(root) {
  const folder = join(root, "src/kernels/wasm/assembly");
  const files = [
    ...readdirSync(folder, { recursive: true })
      .filter((name) => name.endsWith(".ts"))
      .sort()
      .map((name) => join(folder, name)),
    join(root, "package-lock.json"),
  ];
  const hash = createHash("sha256");
  for (const file of [...files, fileURLToPath(import.meta.url)]) hash.update(readFileSync(file));
  return hash.digest("hex");
}

const folderOf = (root) => join(root, "src/kernels/wasm/generated");

async function compile(root, entry, name, effort, features, pack) {
  const file = join(folderOf(root), `${name}.wasm`);
  await runFile(process.execPath, [
    join(root, "node_modules/assemblyscript/bin/asc.js"),
    join(root, `src/kernels/wasm/assembly/${entry}.ts`),
    ...[...effort, "--runtime", "stub", "--noAssert", "--exportStart", "start"],
    ...["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
    ...["threads", ...features].flatMap((feature) => ["--enable", feature]),
    ...["-o", file],
  ]);
  const base64 = pack(readFileSync(file)).toString("base64");
  writeFileSync(join(folderOf(root), `${name}.ts`), `export const binary: string =\n  "${base64}";\n`);
  rmSync(file);
}
