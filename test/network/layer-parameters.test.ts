import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { initialize } from "../../src/network/initialize.ts";
import type { Layer } from "../../src/network/layers.ts";
import {
  describeNetwork,
  type Network,
  parameterBlocks,
  parameterCount,
  resolveNetwork,
  trainableCount,
} from "../../src/network/network.ts";
import { layeredNetworks } from "./layered-networks.ts";

const settings = { seed: 6, numRuns: 200 };
const convolution: Layer = { kind: "conv2d", filters: 4, kernel: [2, 3], activation: "relu" };
const end: Layer = { kind: "dense", units: 1, activation: "identity" };
/** On pictures of 5 × 6 with 2 channels. */
const on = (...layers: Layer[]): Network => ({ inputs: 60, shape: [5, 6, 2], layers });
const firstBlock = (...layers: Layer[]) => parameterBlocks(on(...layers))[0]!;

describe("parameterBlocks of all kinds of layers", () => {
  test("lie without gap or overlap, the trainable ones first", () => {
    fc.assert(
      fc.property(layeredNetworks, (network) => {
        const blocks = parameterBlocks(network);
        const inOrder = [...blocks.filter((b) => b.trainable), ...blocks.filter((b) => !b.trainable)];
        let offset = 0;
        for (const block of inOrder) {
          expect(block.offset).toBe(offset);
          expect(block.rows).toBe(block.inputs + (block.bias ? 1 : 0));
          offset += block.rows * block.columns;
        }
        expect(parameterCount(network)).toBe(offset);
        expect(trainableCount(blocks)).toBeLessThanOrEqual(offset);
      }),
      settings,
    );
  });

  test("are the same for a network that was written as JSON", () => {
    fc.assert(
      fc.property(layeredNetworks, (network) => {
        const copy = JSON.parse(JSON.stringify(network)) as Network;
        const factsOf = (n: Network) => JSON.parse(JSON.stringify(resolveNetwork(n)));
        expect(factsOf(copy)).toEqual(factsOf(network));
        expect(describeNetwork(copy)).toBe(describeNetwork(network));
      }),
      settings,
    );
  });

  test("have the sizes of their layers", () => {
    // 2 × 3 pixels of 2 channels, and one; 5 × 6 positions.
    expect(firstBlock(convolution)).toMatchObject({
      rows: 13,
      columns: 4,
      positions: 30,
      activation: "relu",
    });
    expect(firstBlock({ ...convolution, groups: 2 })).toMatchObject({ rows: 7, inputs: 6, columns: 4 });
    expect(firstBlock({ ...convolution, bias: false })).toMatchObject({ rows: 12, inputs: 12, bias: false });
    expect(firstBlock({ ...convolution, stride: 2, padding: "valid" })).toMatchObject({ positions: 2 * 2 });
    expect(firstBlock({ kind: "scale" })).toMatchObject({ rows: 2, columns: 2, positions: 30, inputs: 1 });
    expect(firstBlock({ kind: "scale", per: "layer" })).toMatchObject({ rows: 2, columns: 1, positions: 60 });
    expect(firstBlock({ kind: "scale", scale: false })).toMatchObject({ rows: 1, inputs: 0, bias: true });
    expect(firstBlock({ kind: "flatten" }, end)).toMatchObject({ rows: 61, columns: 1, positions: 1 });
    const layers: Layer[] = [{ kind: "embedding", column: 1, levels: 7, units: 3 }, end];
    const [embedding, dense] = parameterBlocks({ inputs: 4, layers });
    expect(embedding).toMatchObject({ rows: 7, columns: 3, bias: false, positions: 1 });
    expect(dense).toMatchObject({ inputs: 3 + 3 });
  });

  test("follow the layers, a body before its shortcut", () => {
    const named = (filters: number): Layer => ({ ...convolution, filters }) as Layer;
    const inner: Layer = { kind: "residual", body: [named(2)] };
    const body = [named(3), named(2), inner, named(4)];
    const blocks = parameterBlocks(on({ kind: "residual", body, shortcut: [named(4)] }, named(5)));
    expect(blocks.map(({ columns }) => columns)).toEqual([3, 2, 2, 4, 4, 5]);
  });
});

test("describeNetwork names the layers of a network that is not dense alone", () => {
  const residual: Layer = {
    kind: "residual",
    body: [convolution, { kind: "group-norm" }],
    shortcut: [convolution],
  };
  const network = on(residual, { kind: "max-pool", size: 2 }, { kind: "flatten" }, end);
  expect(describeNetwork(network)).toBe("5x6x2 residual (conv2d 4, group-norm), max-pool, flatten, dense 1");
  expect(
    describeNetwork({ inputs: 12, shape: [6, 2], layers: [{ kind: "conv1d", filters: 3, kernel: 2 }] }),
  ).toBe("1x6x2 conv1d 3");
  expect(
    describeNetwork({ inputs: 4, layers: [{ kind: "embedding", column: 0, levels: 9, units: 2 }, end] }),
  ).toBe("embedding 9x2, 5-1 linear");
});

describe("initialize with other layers than dense ones", () => {
  const thetaOf = (layer: Layer, seed = 1) => initialize(on(layer, { kind: "global-pool" }, end), seed);
  /** Mean square of the first `count` parameters over some seeds, of mean 0. */
  const variance = (network: Network, count: number) => {
    const numbers = Array.from({ length: 50 }, (_, seed) => [
      ...initialize(network, seed).subarray(0, count),
    ]);
    return numbers.flat().reduce((sum, value) => sum + value ** 2, 0) / (50 * count);
  };
  // n = 50 · count normal numbers: their mean square deviates by √(2/n) of itself; 5 deviations.
  const within = (count: number) => 5 * Math.sqrt(2 / (50 * count));

  test("gives a convolution the variance of a dense layer on its window", () => {
    expect(Math.abs(variance(on(convolution), 48) / (2 / 12) - 1)).toBeLessThan(within(48));
    const grouped: Layer = { ...convolution, groups: 2, activation: "tanh", gain: 3 };
    expect(Math.abs(variance(on(grouped), 24) / (9 / 6) - 1)).toBeLessThan(within(24));
  });

  test("gives an embedding the variance 1, whatever its levels", () => {
    for (const gain of [1, 0.5]) {
      const embedding: Layer = { kind: "embedding", column: 0, levels: 40, units: 2, gain };
      const network: Network = { inputs: 1, layers: [embedding] };
      expect(Math.abs(variance(network, 80) / gain ** 2 - 1)).toBeLessThan(within(80));
    }
  });

  test("starts a scale layer's factors at its gain, its shifts at 0", () => {
    expect([...thetaOf({ kind: "scale" }).subarray(0, 4)]).toEqual([1, 1, 0, 0]);
    expect([...thetaOf({ kind: "scale", gain: 0.2 }).subarray(0, 4)]).toEqual([0.2, 0.2, 0, 0]);
    expect([...thetaOf({ kind: "scale", per: "layer", gain: 0 }).subarray(0, 2)]).toEqual([0, 0]);
    expect(thetaOf({ kind: "scale", scale: false, gain: 3 })[0]).toBe(0);
  });

  test("of gain 0 gives weights of 0, and the other layers the numbers that they have with gain 1", () => {
    fc.assert(
      fc.property(layeredNetworks, fc.nat(100), (network, seed) => {
        const [first, ...others] = network.layers;
        fc.pre(first!.kind === "conv2d" || first!.kind === "dense" || first!.kind === "conv1d");
        const gained = { ...network, layers: [{ ...first!, gain: 0 } as Layer, ...others] };
        const [theta, expected] = [initialize(gained, seed), initialize(network, seed)];
        const { offset, rows, columns } = parameterBlocks(network)[0]!;
        theta.forEach((value, i) => {
          const isFirst = i >= offset && i < offset + rows * columns;
          expect(Math.abs(value - (isFirst ? 0 : expected[i]!))).toBe(0);
        });
      }),
      { seed: 7, numRuns: 50 },
    );
  });
});
