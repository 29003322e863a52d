import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kfac } from "../../src/curvatures/kfac.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";
import { residualNetwork, smallConvolutionalNetwork } from "../../src/network/architectures.ts";
import type { Layer } from "../../src/network/layers.ts";
import type { Network } from "../../src/network/network.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import {
  curvatureStep,
  errorFromExactStep,
  linearProblem,
  naiveCurvatureStep,
} from "../linearization/linear-problem.ts";
import { planSteps, regressionProblem } from "../optimizers/regression-problem.ts";
import { relativeError } from "../twins/naive-matrix.ts";
import { naiveKroneckerConvolution } from "./naive-kronecker.ts";

const settings = { seed: 31, numRuns: 40 };
const upTo = (max: number) => fc.integer({ min: 1, max });
const batches = { examples: upTo(5), seed: fc.nat(1000), damping: fc.constantFrom(0.1, 1, 30) };

// As in kfac.test.ts: eigenvalues of up to 1e4 against λ >= 0.1, as much again for the weights, and room.
const tolerance = 1e-9;

const convolutions = fc.record({
  height: upTo(4),
  width: upTo(4),
  groups: upTo(2),
  perGroup: upTo(2),
  filtersPerGroup: upTo(2),
  kernel: upTo(3),
  stride: upTo(2),
  padding: fc.nat(1),
  bias: fc.boolean(),
  scale: fc.constantFrom(1, 0.5),
  outputs: upTo(2),
});
type ConvolutionCase = typeof convolutions extends fc.Arbitrary<infer T> ? T : never;

const fits = ({ height, width, kernel, padding }: ConvolutionCase) =>
  Math.min(height, width) + 2 * padding >= kernel;

/** A convolution, then a linear layer on all its numbers. */
function networkOf(shape: ConvolutionCase): Network {
  const { height, width, groups, perGroup, filtersPerGroup, outputs, ...layer } = shape;
  const channels = groups * perGroup;
  return {
    inputs: height * width * channels,
    shape: [height, width, channels],
    layers: [
      { kind: "conv2d", ...layer, groups, filters: groups * filtersPerGroup, activation: "tanh" },
      { kind: "flatten" },
      { kind: "dense", units: outputs, activation: "identity", trainable: false },
    ],
  };
}

describe("kfac on convolutions", () => {
  test("gives the step of the twin, which takes one number at a time", () => {
    fc.assert(
      fc.property(convolutions.filter(fits), fc.record(batches), (shape, { examples, seed, damping }) => {
        const problem = linearProblem(networkOf(shape), examples, seed);
        const { J, residuals, theta, xs } = problem;
        const { delta, diagonal, prior } = curvatureStep(kfac(), problem, damping);
        const C = naiveKroneckerConvolution(shape, theta, xs);
        const expected = naiveCurvatureStep(C, J, residuals, damping, diagonal, prior);
        expect(relativeError(delta, expected)).toBeLessThan(tolerance);
      }),
      settings,
    );
  });

  test("of 1 × 1 pixels on pictures of one pixel gives the step of dense layers", () => {
    const filters = (count: number): Layer => ({
      kind: "conv2d",
      filters: count,
      kernel: 1,
      activation: "tanh",
    });
    const units = (count: number): Layer => ({ kind: "dense", units: count, activation: "tanh" });
    const pixels: Network = {
      inputs: 2,
      shape: [1, 1, 2],
      layers: [filters(3), filters(2), { kind: "flatten" }, units(2)],
    };
    const dense: Network = { inputs: 2, layers: [units(3), units(2), units(2)] };
    fc.assert(
      fc.property(fc.record(batches), ({ examples, seed, damping }) => {
        const [a, b] = [pixels, dense].map((network) => linearProblem(network, examples, seed));
        expect(a!.theta).toEqual(b!.theta);
        const [ofPixels, ofDense] = [a!, b!].map((problem) => curvatureStep(kfac(), problem, damping).delta);
        expect(relativeError(ofPixels!, ofDense!)).toBeLessThan(tolerance);
      }),
      settings,
    );
  });

  // The derivatives do not depend on the inputs, and those at two positions have no output in common.
  test.each<[string, Network]>([
    [
      "conv2d",
      {
        inputs: 18,
        shape: [3, 3, 2],
        layers: [{ kind: "conv2d", filters: 2, kernel: 2, padding: "valid" }, { kind: "flatten" }],
      },
    ],
    [
      "conv2d in groups",
      {
        inputs: 24,
        shape: [3, 2, 4],
        layers: [{ kind: "conv2d", filters: 4, kernel: 3, groups: 2, stride: 2 }, { kind: "flatten" }],
      },
    ],
    [
      "conv1d",
      {
        inputs: 10,
        shape: [5, 2],
        layers: [{ kind: "conv1d", filters: 2, kernel: 3, dilation: 2, scale: 0.5 }, { kind: "flatten" }],
      },
    ],
    [
      "embedding before a frozen layer",
      {
        inputs: 2,
        layers: [
          { kind: "embedding", column: 0, levels: 3, units: 2 },
          { kind: "dense", units: 3, activation: "identity", trainable: false },
        ],
      },
    ],
    [
      "scale between frozen layers",
      {
        inputs: 3,
        layers: [
          { kind: "dense", units: 4, activation: "tanh", trainable: false },
          { kind: "scale", activation: "tanh" },
          { kind: "dense", units: 2, activation: "tanh", trainable: false },
        ],
      },
    ],
  ])("is the exact step of %s, on any batch", (_, network) => {
    fc.assert(
      fc.property(fc.record(batches), ({ examples, seed, damping }) => {
        const problem = linearProblem(network, examples, seed);
        expect(errorFromExactStep(kfac(), problem, damping)).toBeLessThan(tolerance);
      }),
      settings,
    );
  });

  // Residual networks of one block in each stage: a shortcut as it is, and two that halve the picture.
  const picture = { shape: [8, 8, 1] as const };
  test.each<[string, Network]>([
    ["cnn-small", smallConvolutionalNetwork(picture)],
    ["a residual network", residualNetwork(8, picture)],
    ["a residual network with group norm", residualNetwork(8, picture, "group-norm")],
  ])("takes finite steps on %s, which lower its loss, the same at each run", (_, network) => {
    const run = () => {
      const setup = { examples: 8, seed: 3, network, kernels: wasmKernels(), dtype: "float32" as const };
      const { problem, parameters, space } = regressionProblem(setup);
      const optimizer = gramGaussNewton({ curvature: kfac({ reuse: 2 }) });
      const takeStep = planSteps(optimizer, space);
      problem.linearize(parameters);
      const before = problem.loss;
      for (let step = 0; step < 2; step++) {
        problem.linearize(parameters);
        takeStep(problem, parameters);
      }
      problem.linearize(parameters);
      return { before, after: problem.loss, parameters: parameters.flat.slice() };
    };
    const first = run();
    expect(first.parameters.every(Number.isFinite)).toBe(true);
    expect(first.after).toBeLessThan(first.before);
    expect(run()).toEqual(first);
  });
});
