import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fit } from "../../src/model/fit.ts";
import { optimizerNames } from "../../src/model/options.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";

const names = optimizerNames.filter((name) => name !== "auto");

describe("each named optimizer", () => {
  const gaussian = gaussianRandom(seededRandom(1));
  const x = Array.from({ length: 80 }, () => [gaussian(), gaussian()]);
  const y = x.map(([a, b]) => Math.sin(a!) + a! * b!);

  test.each(names)("%s lowers the error of the mean, and is called by its name", async (name) => {
    const { report } = await fit(x, y, {
      optimizer: name,
      hidden: [8],
      kernels: "wasm",
      maxSteps: 1500,
      validation: 0,
    });
    expect(report.optimizer).toBe(name);
    // The mean has a standardized error of 1.
    expect(report.history[report.bestEpoch]!.train).toBeLessThan(0.9);
  });

  test("has a name in the documentation", () => {
    const page = readFileSync(new URL("../../docs/optimizers.md", import.meta.url), "utf8");
    const byName = page.slice(page.indexOf("## By name"));
    for (const name of names) expect(byName).toMatch(new RegExp(`\\b${name}\\b`));
  });
});
