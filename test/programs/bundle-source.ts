import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { afterAll } from "vitest";

/**
 * A module of the source as a file that a program in a process of its own can import: Node before 23 can't run
 * TypeScript, and the package is a bundle. It is removed after the tests of the file that asks for it.
 *
 * @param path Below src/. @returns The file's URL.
 */
export async function bundleSource(path: string): Promise<string> {
  // In the project, so that packages that the module loads when it needs them are found.
  const parent = fileURLToPath(new URL("../../build/", import.meta.url));
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, "test-"));
  afterAll(() => rm(folder, { recursive: true }));
  const bundler = await rolldown({
    input: fileURLToPath(new URL(`../../src/${path}`, import.meta.url)),
    platform: "node",
    external: ["sharp", "koffi"],
  });
  await bundler.write({ dir: folder, entryFileNames: "module.mjs" });
  await bundler.close();
  return pathToFileURL(join(folder, "module.mjs")).href;
}
