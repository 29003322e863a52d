import fc from "fast-check";
import { assert, expect, test } from "vitest";
import { layerJacobians } from "../../src/linearization/block-kinds.ts";
import { convolutionRows } from "../../src/linearization/convolution-jacobian.ts";
import { gramWorkspace } from "../../src/linearization/gram-workspace.ts";
import { pairsAreCheaper, planPairsGram } from "../../src/linearization/pairs-gram.ts";
import { planRowsGram } from "../../src/linearization/rows-gram.ts";
import { backward, planDerivatives } from "../../src/network/backward.ts";
import type { Layer } from "../../src/network/layers.ts";
import type { Network } from "../../src/network/network.ts";
import { forward } from "../../src/network/plan.ts";
import { relativeError } from "../twins/naive-matrix.ts";
import { drawCase, jacobianOf, loadCase, lowerGram } from "./layer-problem.ts";

interface Options {
  readonly size?: number;
  readonly filters?: number;
  readonly kernel?: number;
  readonly groups?: number;
  readonly bias?: boolean;
  readonly scale?: number;
  readonly outputs?: number;
}

/** A convolution alone is trained, below a dense layer of some outputs. */
function convolutional({ size = 4, filters = 4, kernel = 3, outputs = 1, ...rest }: Options): Network {
  const convolution: Layer = {
    kind: "conv2d",
    filters,
    kernel,
    activation: "tanh",
    padding: "valid",
    ...rest,
  };
  const end: Layer = { kind: "dense", units: outputs, activation: "identity", trainable: false };
  return {
    inputs: size * size * 2,
    shape: [size, size, 2],
    layers: [convolution, { kind: "flatten" }, end],
  };
}

/** The derivatives of the convolution on some examples, and what its Gram matrix is made from. */
function convolutionProblem(network: Network, examples: number, rowBytes?: number) {
  const layerCase = { network, examples, seed: 3 };
  const { plan, parameters } = loadCase(layerCase, drawCase(layerCase));
  forward(plan, parameters, examples);
  const derivatives = planDerivatives(plan, plan.outputs, () => true);
  const result = derivatives.of[plan.values.length - 1]!;
  for (let row = 0; row < examples * plan.outputs; row++)
    for (let k = 0; k < plan.outputs; k++)
      result.data[row * result.stride + k] = row % plan.outputs === k ? 1 : 0;
  backward(plan, parameters, examples, derivatives, () => {});
  const factors = plan.factors[0]!;
  if (factors.kind !== "convolution") throw new Error("not a convolution");
  const workspace = gramWorkspace(plan, rowBytes);
  const n = examples * plan.outputs;
  const J = jacobianOf(layerCase);
  const { rows, columns, inputs } = plan.blocks[0]!;
  const weighted = (w: number, v: number) =>
    lowerGram(J, (c) => (c < inputs * columns ? w : c < rows * columns ? v : 0));
  return { workspace, block: plan.blocks[0]!, factors, d: derivatives.of[1]!, n, weighted, plan };
}

// As in the tests of all kinds of layers.
const tolerance = 1e5 * Number.EPSILON;

test("the pairs of positions and the rows of J give the same Gram matrix, with weights for biases and without bias", () => {
  const options = fc.record({
    size: fc.integer({ min: 2, max: 5 }),
    filters: fc.integer({ min: 1, max: 4 }),
    kernel: fc.integer({ min: 1, max: 2 }),
    bias: fc.boolean(),
    scale: fc.constantFrom(1, 0.5),
    outputs: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(options, fc.integer({ min: 1, max: 4 }), (layer, examples) => {
      const { workspace, block, factors, d, n, weighted } = convolutionProblem(
        convolutional(layer),
        examples,
      );
      const byPairs = planPairsGram(workspace, block, factors.inputs, factors.patches);
      const byRows = planRowsGram(workspace, block, convolutionRows(workspace, block, factors));
      for (const add of [byPairs, byRows]) {
        const out = new Float64Array(n * n);
        // Twice: it adds.
        add(examples, d, 0.7, 3, out);
        add(examples, d, 0.1, 1, out);
        expect(relativeError(out, weighted(0.8, 4))).toBeLessThan(tolerance);
      }
    }),
    { seed: 5, numRuns: 100 },
  );
});

test.each<[string, Options, number | undefined, "pairs" | "rows"]>([
  // A window nearly as large as the image: 4 positions, 19 × 32 parameters.
  ["few positions and many parameters", { filters: 32, outputs: 2 }, undefined, "pairs"],
  ["the same, in too little memory", { filters: 32, outputs: 2 }, 1000, "rows"],
  ["the same, in groups", { filters: 32, groups: 2 }, undefined, "rows"],
  ["many positions and few parameters", { filters: 2, kernel: 1 }, undefined, "rows"],
  ["one position", { size: 3, filters: 16 }, undefined, "pairs"],
])("%s take the cheaper form, which gives the Gram matrix", (_, layer, rowBytes, method) => {
  const examples = 3;
  const { plan, workspace, block, d, n, weighted } = convolutionProblem(
    convolutional(layer),
    examples,
    rowBytes,
  );
  const jacobian = layerJacobians(plan, workspace)[0]!;
  expect(jacobian.method).toBe(method);
  expect(pairsAreCheaper(workspace, block)).toBe(method === "pairs" || layer.groups === 2);
  const out = new Float64Array(n * n);
  assert(jacobian.gram.by === "whole");
  jacobian.gram.add(examples, d, 2, 0.5, out);
  expect(relativeError(out, weighted(2, 0.5))).toBeLessThan(tolerance);
});

test.each([1, 2, 3, 5])(
  "rows of %i units at a time give the same as all at once, also in groups",
  (units) => {
    for (const groups of [1, 2]) {
      const { workspace, block, factors, d, n, weighted } = convolutionProblem(
        convolutional({ size: 3, kernel: 2, filters: 6, groups, outputs: 2 }),
        4,
      );
      const bytesOfUnit = workspace.capacity * workspace.outputs * block.rows * 8;
      const small = { ...workspace, rowBytes: units * bytesOfUnit };
      const lengths: number[] = [];
      const write = convolutionRows(small, block, factors);
      const add = planRowsGram(small, block, (...call) => {
        lengths.push(call[4]);
        write(...call);
      });
      const out = new Float64Array(n * n);
      add(4, d, 2, 0.5, out);
      expect(Math.max(...lengths)).toBe(units);
      expect(lengths.reduce((a, b) => a + b)).toBe(6);
      expect(relativeError(out, weighted(2, 0.5))).toBeLessThan(tolerance);
    }
  },
);
