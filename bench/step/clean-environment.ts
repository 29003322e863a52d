import { spawnSync } from "node:child_process";

/** Variables that hold OpenBLAS to the kernels of another processor. */
const overrides = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];

/**
 * OpenBLAS reads its variables where it is loaded, so a benchmark that must not have them is run anew without them,
 * in a child process with the same streams. Does not return where it did so.
 */
export function withoutBlasOverrides(): void {
  if (!overrides.some((name) => process.env[name] !== undefined)) return;
  const env = { ...process.env };
  for (const name of overrides) delete env[name];
  const words = [...process.execArgv, ...process.argv.slice(1)];
  const { status } = spawnSync(process.execPath, words, { env, stdio: "inherit" });
  process.exit(status ?? 1);
}
