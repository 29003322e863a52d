import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Logger } from "vite";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Bundles a page that uses names of a door of the package, as a user would. */
async function bundlePage(door: string, names: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "gramian-door-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules/gramian"));
    writeFileSync(join(folder, "index.html"), '<script type="module" src="./page.js"></script>');
    writeFileSync(
      join(folder, "page.js"),
      `import { ${names.join(", ")} } from "${door}"; window.used = [${names.join(", ")}];`,
    );
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    const logger: Logger = {
      ...{ info() {}, clearScreen() {}, hasErrorLogged: () => false, hasWarned: false },
      ...{ warn, warnOnce: warn, error: warn },
    };
    await build({ root: folder, base: "./", customLogger: logger, build: { outDir: "out" } });
    const assets = join(folder, "out/assets");
    const code = readdirSync(assets).map((name) => readFileSync(join(assets, name), "utf8"));
    return { warnings, code };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each([
  ["gramian", ["fit", "fitTable", "load", "readModel", "readTable", "predictTable", "linearize"]],
  ["gramian/methods", ["adam", "compareTable", "gramGaussNewton", "selectKernels"]],
  ["gramian/pictures", ["evaluatePictures", "fitPictures", "predictPictures"]],
  ["gramian/predict", ["load", "readModel", "predictTable"]],
])(
  "a page that uses %s is bundled without warnings, and without anything of Node",
  async (door, names) => {
    const { warnings, code } = await bundlePage(door, names);
    expect(warnings).toEqual([]);
    for (const text of code) {
      expect(text).not.toMatch(/["'`]node:/);
      expect(text).not.toMatch(/getBuiltinModule|["'`](koffi|sharp)["'`]|worker_threads/);
    }
  },
  60_000,
);

test("a page that predicts gets at most 40 kB, compressed, kernels and all", async () => {
  const { code } = await bundlePage("gramian/predict", ["load", "readModel", "predictTable"]);
  const sizes = code.map((text) => gzipSync(text).length);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(40_000);
}, 60_000);
