import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");

/** The example's import names the package; run from elsewhere, it must name what was built. */
function runExample(code: string, folder: string) {
  const library = JSON.stringify(new URL("../../dist/index.js", import.meta.url).href);
  return spawnSync(process.execPath, ["--input-type=module"], {
    cwd: folder,
    input: code.replace('"gramian"', library),
    encoding: "utf8",
  });
}

test("the example of the README runs, and predicts what it says", () => {
  const code = /```js\n([\s\S]*?)```/.exec(readme)![1]!;
  expect(
    code
      .trim()
      .split("\n")
      .filter((line) => line !== "").length,
  ).toBeLessThanOrEqual(12);
  const folder = mkdtempSync(join(tmpdir(), "gramian-readme-"));
  const { stdout, stderr, status } = runExample(code, folder);
  rmSync(folder, { recursive: true });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const said = Number(/close to ([\d.]+)/.exec(code)![1]);
  expect(said).toBeCloseTo(1000 * Math.sin(1.5) + 4, 2);
  const predicted = Number(/\[ ([\d.]+) \]\s*$/.exec(stdout)![1]);
  // An interpolation of a smooth function of deviation 700: to three digits.
  expect(Math.abs(predicted - said)).toBeLessThan(1);
});

test("files that the README names are there", () => {
  for (const [, path] of readme.matchAll(/\]\(([\w./-]+\.md)\)/g))
    expect(readFileSync(join(root, path!), "utf8").length).toBeGreaterThan(0);
});
