import fc from "fast-check";
import { expect, test } from "vitest";
import { backward, planDerivatives } from "../../src/network/backward.ts";
import type { Layer } from "../../src/network/layers.ts";
import type { Network } from "../../src/network/network.ts";
import { forward, type PlacedNode } from "../../src/network/plan.ts";
import { drawCase, loadCase } from "../linearization/layer-problem.ts";
import { layeredNetworks } from "./layered-networks.ts";

const examples = 3;

/** The derivatives that the way back shows for each layer with parameters, copied at once, row after row. */
function visited(network: Network, repeat: number, keeps: (node: PlacedNode) => boolean) {
  const layerCase = { network, examples, seed: 1 };
  const drawn = drawCase(layerCase);
  const { plan, parameters } = loadCase(layerCase, drawn);
  forward(plan, parameters, examples);
  const derivatives = planDerivatives(plan, repeat, keeps);
  // What was in the buffers must not matter.
  for (const matrix of derivatives.of) matrix?.data.fill(Number.NaN);
  derivatives.scratch?.fill(Number.NaN);
  const result = derivatives.of[plan.values.length - 1];
  const seeds = Array.from({ length: examples * repeat * plan.outputs }, drawn.gaussian);
  result?.data.set(seeds);
  const seen = new Map<number, number[]>();
  backward(plan, parameters, examples, derivatives, (block, { data, stride }) => {
    const { positions, columns } = plan.blocks[block]!;
    const rows = Array.from({ length: examples * repeat }, (_, row) => [
      ...data.subarray(row * stride, row * stride + positions * columns),
    ]);
    expect(seen.has(block)).toBe(false);
    // The sign of a 0 may differ: a product with a slope of 0, and a sum with what another layer adds.
    seen.set(
      block,
      rows.flat().map((value) => value + 0),
    );
  });
  const buffers = new Set(derivatives.of.flatMap((matrix) => matrix?.data ?? []));
  return { seen, buffers, derivatives, plan };
}

const all = () => true;
const none = () => false;
const parameterized = ({ block }: PlacedNode) => block !== null;

test("shared buffers lose nothing: derivatives are, bit for bit, those of buffers that are all kept", () => {
  fc.assert(
    fc.property(layeredNetworks, fc.integer({ min: 1, max: 3 }), (network, repeat) => {
      const expected = visited(network, repeat, all).seen;
      for (const keeps of [none, parameterized])
        expect(visited(network, repeat, keeps).seen).toEqual(expected);
      for (const d of expected.values()) expect(d.every(Number.isFinite)).toBe(true);
    }),
    { seed: 3, numRuns: 200 },
  );
});

test("derivatives that are kept are still there at the end", () => {
  fc.assert(
    fc.property(layeredNetworks, (network) => {
      const { seen, derivatives, plan } = visited(network, 2, parameterized);
      for (const { block, output } of plan.nodes) {
        if (block === null || !seen.has(block)) continue;
        const { data, stride } = derivatives.of[output]!;
        const width = plan.blocks[block]!.positions * plan.blocks[block]!.columns;
        const rows = Array.from({ length: 2 * examples }, (_, row) => [
          ...data.subarray(row * stride, row * stride + width),
        ]);
        expect(rows.flat().map((value) => value + 0)).toEqual(seen.get(block));
      }
    }),
    { seed: 4, numRuns: 200 },
  );
});

const convolution: Layer = { kind: "conv2d", filters: 2, kernel: 3, activation: "tanh" };
const end: Layer[] = [{ kind: "flatten" }, { kind: "dense", units: 1, activation: "identity" }];
const onPictures = (layers: Layer[]): Network => ({
  inputs: 18,
  shape: [3, 3, 2],
  layers: [...layers, ...end],
});
const block = (body: Layer[]): Layer => ({ kind: "residual", body, activation: "tanh" });

test.each<[string, Layer[], number]>([
  ["a chain needs two", new Array(9).fill(convolution), 2],
  [
    "a residual layer one more, for what its shortcut will add",
    [convolution, block([convolution, convolution])],
    3,
  ],
  [
    "forks in forks one more for each",
    [convolution, block([convolution, block([convolution, convolution])])],
    4,
  ],
  ["forks after forks none", [convolution, ...new Array(5).fill(block([convolution, convolution]))], 3],
])("of the buffers that are not kept %s", (_, layers, count) => {
  expect(visited(onPictures(layers), 1, none).buffers.size).toBe(count);
});

test("nothing is carried back to what no parameter stands before", () => {
  const frozen: Layer = { ...convolution, trainable: false } as Layer;
  const { derivatives, seen, plan } = visited(onPictures([frozen, frozen, convolution]), 1, none);
  expect(derivatives.of.slice(0, 3)).toEqual([null, null, null]);
  expect([...seen.keys()].sort()).toEqual([2, 3]);
  expect(plan.blocks.length).toBe(4);
});
