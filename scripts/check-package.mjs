// Checks what would be published: its fields, its files and its types.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const run = (bin, ...args) =>
  execFileSync(process.execPath, [`${root}node_modules/${bin}`, ...args], { cwd: root, stdio: "inherit" });

run("publint/src/cli.js", "--strict");
run("@arethetypeswrong/cli/dist/index.js", "--pack", ".", "--profile", "esm-only");
