import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { DType } from "../../src/kernels/kernels.ts";
import { fit } from "../../src/model/fit.ts";
import { optimizerNames } from "../../src/model/named-optimizers.ts";
import type { Network } from "../../src/network/network.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";

/** Groups of filters, a norm, a residual sum, scales by channel and by layer. */
const convolutional: Network = {
  inputs: 36,
  shape: [6, 6, 1],
  layers: [
    { kind: "conv2d", filters: 4, kernel: 3, activation: "silu" },
    { kind: "group-norm", groups: 2 },
    { kind: "scale", activation: "silu" },
    {
      kind: "residual",
      body: [
        { kind: "conv2d", filters: 4, kernel: 3, groups: 2, activation: "silu" },
        { kind: "conv2d", filters: 4, kernel: 3, gain: 0 },
        { kind: "scale", per: "layer" },
      ],
    },
    { kind: "max-pool", size: 2 },
    { kind: "flatten" },
    { kind: "dense", units: 1, activation: "identity" },
  ],
};

const embedding: Network = {
  inputs: 3,
  layers: [
    { kind: "embedding", column: 0, levels: 3, units: 2 },
    { kind: "dense", units: 6, activation: "tanh" },
    { kind: "dense", units: 1, activation: "identity" },
  ],
};

const names = optimizerNames.filter((name) => name !== "auto");

describe("each named optimizer", () => {
  const gaussian = gaussianRandom(seededRandom(1));
  const x = Array.from({ length: 80 }, () => [gaussian(), gaussian()]);
  const y = x.map(([a, b]) => Math.sin(a!) + a! * b!);
  const pictures = x.map(([a, b]) =>
    Array.from({ length: 36 }, (_, i) => Math.sin(a! + (b! * (i % 6)) / 3 + Math.floor(i / 6) / 4)),
  );
  const brightness = pictures.map((picture) => picture[0]! + picture[7]! + picture[20]!);

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

  describe.each<DType>(["float64", "float32"])("in %s", (dtype) => {
    test.each(names)("%s lowers the error of a network of convolutions in two steps", async (name) => {
      const { report } = await fit(pictures, brightness, {
        optimizer: name,
        network: convolutional,
        dtype,
        kernels: "wasm",
        maxSteps: 2,
        validation: 0,
      });
      expect(report.optimizer).toBe(name);
      const [before, after] = [report.history[0]!.train, report.history.at(-1)!.train];
      expect(after).toBeLessThan(before);
    });
  });

  test.each(names)("%s lowers the error of a network with an embedding", async (name) => {
    const levels = x.map(([a, b], i) => [i % 3, a!, b!]);
    const { report } = await fit(levels, y, {
      optimizer: name,
      network: embedding,
      kernels: "wasm",
      maxSteps: 20,
      validation: 0,
    });
    // A step of Polyak on a small batch may raise the error of all: the best epoch counts.
    expect(report.history[report.bestEpoch]!.train).toBeLessThan(report.history[0]!.train);
  });

  test("has a name in the documentation", () => {
    const page = readFileSync(new URL("../../docs/optimizers.md", import.meta.url), "utf8");
    const byName = page.slice(page.indexOf("## By name"));
    for (const name of names) expect(byName).toMatch(new RegExp(`\\b${name}\\b`));
  });
});
