import { expect, test } from "vitest";
import { fit } from "../../src/model/fit.ts";
import { readModel } from "../../src/model/model.ts";
import type { Network } from "../../src/network/network.ts";
import { surface } from "./surfaces.ts";

const { inputs, targets } = surface(60, 1, 0);
const waves = inputs.map(([a, b]) => Array.from({ length: 12 }, (_, i) => Math.sin(a! + (b! * i) / 4)));

/** A convolution along a wave of 12 numbers. */
const network: Network = {
  inputs: 12,
  shape: [12, 1],
  layers: [
    { kind: "conv1d", filters: 8, kernel: 3, stride: 2, activation: "tanh" },
    { kind: "dropout", rate: 0.1 },
    { kind: "flatten" },
    { kind: "dense", units: 1, activation: "identity" },
  ],
};

/** Not "auto", which would take ridge regression where that is as good. */
const quick = {
  network,
  optimizer: "levenberg-marquardt",
  maxSteps: 8,
  validation: 0,
  kernels: "wasm",
} as const;

test("a network with shared weights is fitted to rows of numbers, and is in the model's file", async () => {
  const model = await fit(waves, targets, quick);
  expect(model.report.network).toMatch(/conv1d 8, dropout, flatten, dense 1/);
  expect(model.report.errors.rmse.train!).toBeLessThan(model.report.baseline.mean.rmse.train!);
  expect(model.report.decisions.map(({ what }) => what)).toContain("dropout");
  const again = await readModel(await model.toBytes());
  expect(again.header.members[0]!.network).toEqual(network);
  expect(await again.predict(waves.slice(0, 3))).toEqual(await model.predict(waves.slice(0, 3)));
});

test("the memory of rows changes roundings alone, which shows that it arrives", async () => {
  const predict = async (memory: number) => {
    const options = {
      ...quick,
      optimizer: "gram-gauss-newton",
      damping: 1,
      maxSteps: 1,
      validation: 0,
      jacobianMemory: memory,
    } as const;
    const model = await fit(waves, targets, options);
    expect(model.report.history.at(-1)!.form).toBe("gram");
    return (await model.predict(waves)) as number[][];
  };
  const [whole, parts] = [await predict(2 ** 28), await predict(1)];
  expect(parts).not.toEqual(whole);
  // λ is the mean of the diagonal of G: the condition is at most tr(G) / λ + 1 = n + 1. Sums have at most 8 × 4 × 6
  // numbers, predictions a size below 10.
  const tolerance = Number.EPSILON * 192 * 61 * 10;
  for (const [i, [value]] of whole.entries())
    expect(Math.abs(parts[i]![0]! - value!)).toBeLessThan(tolerance);
});

test("a network is used as it is in JSON", async () => {
  const written = JSON.parse(JSON.stringify(network)) as Network;
  const model = await fit(waves, targets, { ...quick, network: written });
  expect(await model.predict(waves)).toEqual(await (await fit(waves, targets, quick)).predict(waves));
});
