import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const src = fileURLToPath(new URL("../src", import.meta.url));

/** The rooms that `optimizers` and `training` stand on. */
const method = ["curvatures", "posterior", "linearization"];

/** What trains, from the loop down. */
const trained = ["training", "residuals", "optimizers", ...method, "network", "kernels"];

/** For each folder of src/, the folders that it may import from. ARCHITECTURE.md shows the same picture. */
const arrows: Record<string, readonly string[]> = {
  "errors.ts": [],
  random: [],
  kernels: [],
  network: ["kernels", "random"],
  linearization: ["network", "kernels", "random"],
  posterior: ["linearization", "network", "kernels"],
  curvatures: ["posterior", "linearization", "network", "kernels", "random"],
  optimizers: ["curvatures", "posterior", "linearization", "network", "kernels"],
  residuals: ["linearization", "network", "kernels", "random"],
  training: ["optimizers", "residuals", ...method, "network", "kernels", "random"],
  data: ["formats", "kernels", "random"],
  formats: [],
  model: [...trained, "data", "formats", "random"],
  report: ["model", "training", "data"],
  cli: ["model", "report", ...trained, "data", "formats"],
  "index.ts": ["model", "training", "optimizers", ...method, "network", "kernels", "data", "formats"],
  "methods.ts": ["model", ...trained],
  "pictures.ts": ["model", "network", "data"],
  "predict.ts": ["model", "kernels", "data", "formats"],
};

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** AssemblyScript sources and generated modules are not TypeScript of this project. */
const outside = /kernels\/wasm\/(assembly|generated)/;

const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !outside.test(file),
);

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(src, file), "utf8");
  return [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map((match) => {
    const target = relative(src, resolve(src, dirname(file), match[1]!));
    return { file, from: file.split("/")[0]!, to: target.split("/")[0]! };
  });
});

describe("imports inside src/", () => {
  test("are found", () => {
    expect(imports.length).toBeGreaterThan(20);
  });

  test("follow the arrows", () => {
    // All rooms may throw.
    const wrong = imports.filter(
      ({ from, to }) => from !== to && to !== "errors.ts" && !arrows[from]?.includes(to),
    );
    expect(wrong.map(({ file, to }) => `${file} -> ${to}`)).toEqual([]);
  });

  test("come only from folders that have arrows", () => {
    expect(
      [...new Set(files.map((file) => file.split("/")[0]!))].filter((folder) => !(folder in arrows)),
    ).toEqual([]);
  });
});

test("gramian has at most 40 names", () => {
  const lists = [...readFileSync(join(src, "index.ts"), "utf8").matchAll(/\{([^}]*)\} from/g)];
  const names = lists.flatMap(([, list]) => list!.split(",")).filter((name) => name.trim() !== "");
  expect(names.length).toBeGreaterThan(20);
  expect(names.length).toBeLessThanOrEqual(40);
});

test("files have at most 320 lines", () => {
  const long = files
    .map((file) => ({ file, lines: readFileSync(join(src, file), "utf8").split("\n").length }))
    .filter(({ lines }) => lines > 320);
  expect(long).toEqual([]);
});
