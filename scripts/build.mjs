// Builds the package: the WebAssembly kernels from AssemblyScript, then dist/ from src/: code and types.
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildKernels } from "./build-kernels.mjs";
import { bundle } from "./bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const run = (bin, ...args) =>
  execFileSync(process.execPath, [`${root}node_modules/${bin}`, ...args], { cwd: root, stdio: "inherit" });

await buildKernels(root);
rmSync(`${root}dist`, { recursive: true, force: true });
run("typescript/bin/tsc", "-p", "tsconfig.build.json");
await bundle(root);
chmodSync(`${root}dist/cli/main.js`, 0o755);
