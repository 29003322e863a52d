import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MemoryLimitError } from "../../src/errors.ts";
import { type Activation, activations } from "../../src/kernels/activation.ts";
import { type Initialization, initialize } from "../../src/network/initialize.ts";
import type { DenseLayer } from "../../src/network/layers/dense.ts";
import {
  denseNetwork,
  type Network,
  type ParameterBlock,
  parameterBlocks,
  parameterCount,
} from "../../src/network/network.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { naiveForward } from "../twins/naive-network.ts";
import { anyNetwork } from "./networks.ts";

const settings = { seed: 1, numRuns: 100 };
const weightsOf = (theta: Float64Array, { offset, inputs, columns }: ParameterBlock) =>
  theta.subarray(offset, offset + inputs * columns);

describe("initialize", () => {
  test("is the same for the same seed, another for another, and as long as the layout says", () => {
    fc.assert(
      fc.property(anyNetwork, fc.nat(), (network, seed) => {
        const theta = initialize(network, seed);
        expect(theta.length).toBe(parameterCount(network));
        expect(initialize(network, seed)).toEqual(theta);
        expect(initialize(network, seed + 1)).not.toEqual(theta);
      }),
      settings,
    );
  });

  test("starts biases at 0, and no weight", () => {
    fc.assert(
      fc.property(anyNetwork, fc.nat(), (network, seed) => {
        const theta = initialize(network, seed);
        for (const block of parameterBlocks(network)) {
          expect(weightsOf(theta, block).every((value) => value !== 0)).toBe(true);
          const start = block.offset + block.inputs * block.columns;
          const biases = theta.subarray(start, block.offset + block.rows * block.columns);
          expect(biases.every((value) => value === 0)).toBe(true);
        }
      }),
      settings,
    );
  });

  test("draws a layer the same numbers, whether layers are frozen or not", () => {
    fc.assert(
      fc.property(anyNetwork, fc.nat(), (network, seed) => {
        const thawed = { ...network, layers: network.layers.map((layer) => ({ ...layer, trainable: true })) };
        const [theta, other] = [initialize(network, seed), initialize(thawed, seed)];
        const blocks = parameterBlocks(thawed);
        for (const [l, block] of parameterBlocks(network).entries())
          expect(weightsOf(theta, block)).toEqual(weightsOf(other, blocks[l]!));
      }),
      settings,
    );
  });

  const [inputs, units] = [40, 60];
  const variances: Record<Exclude<Initialization, "auto">, number> = {
    lecun: 1 / inputs,
    he: 2 / inputs,
    glorot: 2 / (inputs + units),
    ntk: 1,
  };
  const rectifiers: readonly Activation[] = ["relu", "leaky-relu", "elu", "gelu", "silu", "softplus"];
  const schemes: [Initialization, Activation, number][] = [
    ...Object.entries(variances).map(([scheme, v]): [Initialization, Activation, number] => [
      scheme as Initialization,
      "tanh",
      v,
    ]),
    ...activations.map((activation): [Initialization, Activation, number] => [
      "auto",
      activation,
      rectifiers.includes(activation) ? variances.he : variances.lecun,
    ]),
  ];
  test.each(schemes)(
    "%s gives the weights of a %s layer a mean of 0 and the variance %s",
    (scheme, activation, v) => {
      const layer: DenseLayer = { kind: "dense", units, activation };
      const network: Network = { inputs, layers: [layer] };
      const weights = Array.from({ length: 20 }, (_, seed) => [
        ...weightsOf(initialize(network, seed, scheme), parameterBlocks(network)[0]!),
      ]).flat();
      const n = weights.length;
      const sum = weights.reduce((a, b) => a + b, 0);
      const squares = weights.reduce((a, b) => a + b ** 2, 0);
      // Normal numbers: their sum deviates by √(n v), the sum of their squares, n v, by v √(2 n), here 0.6 % of it.
      // 5 deviations.
      expect(Math.abs(sum)).toBeLessThan(5 * Math.sqrt(n * v));
      expect(Math.abs(squares - n * v)).toBeLessThan(5 * v * Math.sqrt(2 * n));
    },
  );

  test("in the NTK parameterization is the same function as with LeCun's weights", () => {
    const widths = [5, 8, 7];
    const lecun = denseNetwork(3, widths, 2);
    const fanIn = [3, ...widths];
    const ntk = {
      ...lecun,
      layers: lecun.layers.map((layer, l) => ({ ...layer, scale: 1 / Math.sqrt(fanIn[l]!) })),
    };
    for (let seed = 0; seed < 5; seed++) {
      const gaussian = gaussianRandom(seededRandom(seed + 100));
      const x = [gaussian(), gaussian(), gaussian()];
      const expected = naiveForward(lecun, initialize(lecun, seed, "lecun"), x);
      // The factor of the layer takes the place of the factor of the weights: a rounding more in each of fewer than
      // 10 terms, through 4 layers.
      naiveForward(ntk, initialize(ntk, seed, "ntk"), x).forEach((f, k) => {
        expect(Math.abs(f - expected[k]!)).toBeLessThan(
          4 * 10 * 2 * Number.EPSILON * Math.max(1, Math.abs(f)),
        );
      });
    }
  });

  test("refuses more parameters than any kernels could hold", () => {
    expect(() => initialize(denseNetwork(2, [1e9], 1), 0)).toThrow(MemoryLimitError);
    expect(() => initialize(denseNetwork(2, [1e6, 1e6], 1), 0)).toThrow(/[0-9.]+ (GiB|TiB|bytes|MiB)/);
  });
});
