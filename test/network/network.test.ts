import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NetworkError } from "../../src/errors.ts";
import type { DenseLayer } from "../../src/network/layers/dense.ts";
import {
  denseNetwork,
  describeNetwork,
  forEachGroup,
  type Network,
  outputCount,
  parameterBlocks,
  parameterCount,
  trainableCount,
  validateNetwork,
} from "../../src/network/network.ts";
import { anyNetwork } from "./networks.ts";

const settings = { seed: 1, numRuns: 200 };
const sizeOf = (layer: DenseLayer, inputs: number) => (inputs + ((layer.bias ?? true) ? 1 : 0)) * layer.units;

describe("parameterBlocks", () => {
  test("chains the layers: a layer's inputs are the units before it", () => {
    fc.assert(
      fc.property(anyNetwork, (network) => {
        const blocks = parameterBlocks(network);
        expect(blocks.length).toBe(network.layers.length);
        blocks.forEach((block, l) => {
          const layer = network.layers[l]!;
          expect(block).toMatchObject({
            inputs: l === 0 ? network.inputs : blocks[l - 1]!.columns,
            columns: layer.units,
            rows: block.inputs + (block.bias ? 1 : 0),
            bias: layer.bias ?? true,
            scale: layer.scale ?? 1,
            trainable: layer.trainable ?? true,
            activation: layer.activation,
          });
        });
        expect(outputCount(network)).toBe(blocks.at(-1)!.columns);
      }),
      settings,
    );
  });

  test("lays all parameters out without gap or overlap, the trainable ones first, each part in order", () => {
    fc.assert(
      fc.property(anyNetwork, (network) => {
        const blocks = parameterBlocks(network);
        const inOrder = [...blocks.filter((b) => b.trainable), ...blocks.filter((b) => !b.trainable)];
        let offset = 0;
        for (const block of inOrder) {
          expect(block.offset).toBe(offset);
          offset += block.rows * block.columns;
        }
        expect(parameterCount(network)).toBe(offset);
        const sizes = network.layers.map((layer, l) =>
          sizeOf(layer, network.layers[l - 1]?.units ?? network.inputs),
        );
        expect(offset).toBe(sizes.reduce((a, b) => a + b));
        expect(trainableCount(blocks)).toBe(
          sizes.filter((_, l) => network.layers[l]!.trainable ?? true).reduce((a, b) => a + b, 0),
        );
      }),
      settings,
    );
  });

  test("is the same for a network that was written as JSON", () => {
    fc.assert(
      fc.property(anyNetwork, (network) => {
        expect(parameterBlocks(JSON.parse(JSON.stringify(network)) as Network)).toEqual(
          parameterBlocks(network),
        );
      }),
      settings,
    );
  });
});

test("forEachGroup visits each trainable parameter once: weights of layer l as 2 l, biases as 2 l + 1", () => {
  fc.assert(
    fc.property(anyNetwork, (network) => {
      const blocks = parameterBlocks(network);
      const groups = new Array<number>(parameterCount(network)).fill(-1);
      forEachGroup(blocks, (group, start, end) => {
        for (let i = start; i < end; i++) {
          expect(groups[i]).toBe(-1);
          groups[i] = group;
        }
      });
      const expected = new Array<number>(groups.length).fill(-1);
      blocks.forEach((block, l) => {
        for (let i = 0; block.trainable && i < block.rows * block.columns; i++)
          expected[block.offset + i] = 2 * l + (i < block.inputs * block.columns ? 0 : 1);
      });
      expect(groups).toEqual(expected);
    }),
    settings,
  );
});

describe("denseNetwork", () => {
  test("has hidden layers of one activation and a linear output", () => {
    const network = denseNetwork(3, [5, 4], 2, "silu");
    expect(network).toEqual({
      inputs: 3,
      layers: [
        { kind: "dense", units: 5, activation: "silu" },
        { kind: "dense", units: 4, activation: "silu" },
        { kind: "dense", units: 2, activation: "identity" },
      ],
    });
    expect(parameterCount(network)).toBe(4 * 5 + 6 * 4 + 5 * 2);
  });

  test("is described by its widths", () => {
    expect(describeNetwork(denseNetwork(8, [50, 50], 1))).toBe("8-50-50-1 tanh");
    expect(describeNetwork(denseNetwork(8, [], 2))).toBe("8-2 linear");
    const [first, ...others] = denseNetwork(2, [3, 3], 1, "relu").layers;
    expect(describeNetwork({ inputs: 2, layers: [{ ...first!, activation: "sine" }, ...others] })).toBe(
      "2-3-3-1 sine, relu",
    );
  });
});

describe("a network that can't be built is refused by the place of the fault", () => {
  const layer: DenseLayer = { kind: "dense", units: 3, activation: "tanh" };
  const withLayer = (change: object) => ({ inputs: 2, layers: [layer, { ...layer, ...change }] });
  test.each<[unknown, string]>([
    [{ inputs: 0, layers: [layer] }, "network.inputs: 0 is not a whole number of at least 1"],
    [{ inputs: 1.5, layers: [layer] }, "network.inputs: 1.5 is not a whole number of at least 1"],
    [{ inputs: 2, layers: [] }, "network.layers: is empty; give at least the output layer"],
    [{ inputs: 2 }, "network.layers: is not a list of layers; give at least the output layer"],
    [{ inputs: 2, layers: [null] }, "network.layers[0]: is null; give for example"],
    [withLayer({ units: -1 }), "network.layers[1].units: -1 is not a whole number of at least 1"],
    [withLayer({ units: Number.NaN }), "network.layers[1].units: NaN is not a whole number of at least 1"],
    [withLayer({ kind: "convolution" }), 'network.layers[1].kind: "convolution" is unknown; use "dense"'],
    [
      withLayer({ activation: "swish" }),
      'network.layers[1].activation: "swish" is unknown; use one of identity, tanh',
    ],
    [withLayer({ scale: Infinity }), "network.layers[1].scale: Infinity is not a finite number"],
  ])("%j", (network, message) => {
    for (const check of [validateNetwork, parameterBlocks, parameterCount]) {
      expect(() => check(network as Network)).toThrow(NetworkError);
      expect(() => check(network as Network)).toThrow(message);
    }
  });

  test("by denseNetwork too", () => {
    expect(() => denseNetwork(2, [3, 0], 1)).toThrow(
      "network.layers[1].units: 0 is not a whole number of at least 1",
    );
  });
});
