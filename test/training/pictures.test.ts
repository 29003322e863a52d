import { expect, test } from "vitest";
import { selectKernels } from "../../src/kernels/select-kernels.ts";
import { initialize } from "../../src/network/initialize.ts";
import type { Network } from "../../src/network/network.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { seededRandom } from "../../src/random/random.ts";
import { loadDataset } from "../../src/residuals/dataset.ts";
import { networkResidual } from "../../src/residuals/network-residual.ts";
import { stopDefaults } from "../../src/training/stop.ts";
import { train } from "../../src/training/train.ts";
import type { Training } from "../../src/training/training.ts";

const side = 8;
const network: Network = {
  inputs: side ** 2,
  shape: [side, side, 1],
  layers: [
    { kind: "conv2d", filters: 4, kernel: 3, activation: "silu" },
    {
      kind: "residual",
      body: [
        { kind: "conv2d", filters: 4, kernel: 3, activation: "silu" },
        { kind: "conv2d", filters: 4, kernel: 3, gain: 0 },
      ],
    },
    { kind: "average-pool", size: 2 },
    { kind: "flatten" },
    { kind: "dense", units: 2, activation: "identity" },
  ],
};

/** Pictures of a blob of width 1.5 pixels; its position, in units of half a picture from the centre, is to be told. */
function blobs(count: number, seed: number) {
  const random = seededRandom(seed);
  const targets = Array.from({ length: count }, () => [1.2 * random() - 0.6, 1.2 * random() - 0.6] as const);
  const inputs = targets.flatMap(([y, x]) =>
    Array.from({ length: side ** 2 }, (_, pixel) => {
      const dy = Math.floor(pixel / side) - (side / 2) * (1 + y) + 0.5;
      const dx = (pixel % side) - (side / 2) * (1 + x) + 0.5;
      return Math.exp(-(dy ** 2 + dx ** 2) / (2 * 1.5 ** 2));
    }),
  );
  return { inputs, targets: targets.flat() };
}

/** 120 pictures, 40 of them held out. */
function training(seed: number, maxSteps = 40): Training {
  const kernels = selectKernels();
  const { inputs, targets } = blobs(120, 1);
  const dataset = loadDataset(kernels, "float32", 120, inputs, targets);
  const rows = Int32Array.from({ length: 120 }, (_, i) => i);
  return {
    kernels,
    dtype: "float32",
    residual: networkResidual(network, dataset),
    initial: initialize(network, 2),
    trainRows: rows.subarray(0, 80),
    validationRows: rows.subarray(80),
    optimizer: gramGaussNewton(),
    batchSize: 40,
    seed,
    limits: { ...stopDefaults, maxSteps },
  };
}

test("Gram-Gauss-Newton learns from pictures where a blob is, the same with the same seed", async () => {
  const result = await train(training(3));
  const [first] = result.history;
  const errors = result.history[result.bestEpoch]!;
  // Positions deviate by 1.2/√12 = 0.35 from their mean; 0.02 are 0.08 pixels.
  expect(first!.validation).toBeGreaterThan(0.2);
  expect(errors.train).toBeLessThan(0.02);
  expect(errors.validation).toBeLessThan(0.02);
  expect((await train(training(3))).parameters).toEqual(result.parameters);
  expect((await train(training(4))).parameters).not.toEqual(result.parameters);
});

test("a run that is cut off was until then the same", async () => {
  const [whole, part] = [await train(training(3)), await train(training(3, 4))];
  const errors = part.history.map((event) => event.train);
  expect(errors.length).toBe(3);
  expect(whole.history.slice(0, 3).map((event) => event.train)).toEqual(errors);
  // From where it ended, with fresh batches and damping, training goes on downwards.
  const resumed = await train({ ...training(5, 10), initial: part.last });
  expect(resumed.history[0]!.train).toBe(part.history.at(-1)!.train);
  expect(resumed.history.at(-1)!.train).toBeLessThan(errors.at(-1)!);
});
