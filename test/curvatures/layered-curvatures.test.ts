import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { componentWise } from "../../src/curvatures/component-wise.ts";
import type { Curvature } from "../../src/curvatures/curvature.ts";
import { curvatureBatch } from "../../src/curvatures/curvature-batch.ts";
import { layerwise } from "../../src/curvatures/layerwise.ts";
import { nystrom } from "../../src/curvatures/nystrom.ts";
import { sketchedGradients } from "../../src/curvatures/sketched-gradients.ts";
import { networkSpace } from "../../src/linearization/space.ts";
import { weightedGram } from "../../src/linearization/weighted-gram.ts";
import type { Network } from "../../src/network/network.ts";
import { separableSystem } from "../../src/posterior/damped-system.ts";
import type { Form } from "../../src/posterior/form.ts";
import { layerProblem, lowerOf } from "../linearization/layer-problem.ts";
import {
  curvatureStep,
  expectUnbiasedSketch,
  linearProblem,
  naiveCurvatureStep,
} from "../linearization/linear-problem.ts";
import { layeredNetworks } from "../network/layered-networks.ts";
import { dotProduct, multiply, relativeError, transpose } from "../twins/naive-matrix.ts";

const cases = fc.record({
  network: layeredNetworks,
  examples: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(1000),
  /** λ as a share of tr(Jᵀ J), with 1 in place of less. */
  share: fc.constantFrom(0.1, 1),
});
const settings = { seed: 21, numRuns: 40 };

// J to 1e5 ε, as in layers.test.ts. λ is at least a tenth of the largest eigenvalue of Jᵀ J, but weights of up to
// e^±3 come in on both sides: e^6 / 0.1 = 4e3.
const tolerance = 4e8 * Number.EPSILON;

type Problem = ReturnType<typeof linearProblem>;

/** Asserts that a curvature gives the step of a matrix C, for random networks of all kinds of layers. */
function expectStepOf(
  make: (problem: Problem) => Curvature,
  matrix: (problem: Problem) => number[][],
  most = tolerance,
): void {
  fc.assert(
    fc.property(cases, ({ network, examples, seed, share }) => {
      const problem = linearProblem(network, examples, seed);
      const { J, residuals } = problem;
      const damping =
        share *
        Math.max(
          1,
          J.reduce((sum, row) => sum + dotProduct(row, row), 0),
        );
      const { delta, diagonal, prior } = curvatureStep(make(problem), problem, damping);
      const expected = naiveCurvatureStep(matrix(problem), J, residuals, damping, diagonal, prior);
      expect(relativeError(delta, expected)).toBeLessThan(most);
    }),
    settings,
  );
}

const normal = ({ J }: Problem) => multiply(transpose(J), J);

/** The elements of Jᵀ J for two parameters of which `partOf` says the same, and 0. */
function blocksOf({ J, blocks }: Problem, partOf: (layer: number, unit: number) => unknown): number[][] {
  const parts: unknown[] = [];
  for (const [l, { rows, columns, offset, trainable }] of blocks.entries())
    for (let e = 0; trainable && e < rows * columns; e++) parts[offset + e] = partOf(l, e % columns);
  return multiply(transpose(J), J).map((row, i) => row.map((c, j) => (parts[i] === parts[j] ? c : 0)));
}

/** Groups of filters, several positions and outputs, a scale and a dense layer. */
const sketched: Network = {
  inputs: 8,
  shape: [2, 2, 2],
  layers: [
    { kind: "conv2d", filters: 4, kernel: 2, groups: 2, activation: "tanh" },
    { kind: "scale" },
    { kind: "flatten" },
    { kind: "dense", units: 2, activation: "tanh" },
  ],
};

/** 73 × 40 parameters of a convolution, 5 × 300 of a dense layer. */
const wide: Network = {
  inputs: 32,
  shape: [2, 2, 8],
  layers: [
    { kind: "conv2d", filters: 40, kernel: 3, activation: "tanh" },
    { kind: "conv2d", filters: 4, kernel: 1 },
    { kind: "global-pool" },
    { kind: "dense", units: 300, activation: "tanh" },
    { kind: "dense", units: 2, activation: "identity" },
  ],
};

describe("on networks of all kinds of layers", () => {
  test("layerwise gives the step of the layers' blocks of Jᵀ J", () => {
    expectStepOf(
      () => layerwise(),
      (problem) => blocksOf(problem, (l) => l),
    );
  });

  test("componentWise gives the step of the units' blocks of Jᵀ J", () => {
    expectStepOf(
      () => componentWise(),
      (problem) => blocksOf(problem, (l, unit) => `${l} ${unit}`),
    );
  });

  test("sketchedGradients gives the exact step", () => {
    expectStepOf(() => sketchedGradients({ tolerance: 1e-12 }), normal);
  });

  test("nystrom of full rank gives the exact step", () => {
    // What it leaves out is 1e-12 of tr(G), and the root of it enters the step.
    expectStepOf(({ n }) => nystrom({ rank: n }), normal, 1e-6);
  });

  test.each<Form>(["gram", "primal"])(
    "the %s form with a weight for each parameter gives the step of its diagonal",
    (form) => {
      fc.assert(
        fc.property(cases, ({ network, examples, seed }) => {
          const problem = linearProblem(network, examples, seed);
          const { J, residuals, space, linearization, vector, gaussian } = problem;
          const p = J[0]!.length;
          const curvature = Float64Array.from({ length: p }, () => 1 + Math.exp(gaussian()));
          const gradient = vector();
          gradient.flat.set(gradient.flat.map(gaussian));
          const delta = vector();
          const system = separableSystem(form, space);
          system.assemble(linearization, curvature, null);
          system.solve(residuals, 1, gradient, delta);
          const C = normal(problem).map((row, i) => row.map((c, j) => c + (i === j ? curvature[i]! : 0)));
          const expected = naiveCurvatureStep(C, J, residuals, 0, undefined, gradient.flat);
          // H is at least 1, Jᵀ J of any size: its trace takes the place of the share of λ.
          const size = J.reduce((sum, row) => sum + dotProduct(row, row), 1);
          expect(relativeError(delta.flat.subarray(0, p), expected)).toBeLessThan(tolerance * size);
        }),
        settings,
      );
    },
  );

  test("J H⁻¹ Jᵀ is that of the rows of J, where a layer's columns are written in several parts", () => {
    const { linearization, kernels, plan, gaussian, n } = layerProblem({
      network: wide,
      examples: 3,
      seed: 4,
    });
    const p = linearization.columns;
    const J = new Float64Array(n * p);
    linearization.writeRows(0, n, J);
    const curvature = Float64Array.from({ length: p }, () => 1 + Math.exp(gaussian()));
    const space = networkSpace(kernels, plan.dtype, wide, plan.capacity);
    const out = new Float64Array(n * n);
    weightedGram(space)(linearization, curvature, out);
    const rows = Array.from({ length: n }, (_, i) => [...J.subarray(i * p, (i + 1) * p)]);
    const expected = rows.map((a) =>
      rows.map((b) => a.reduce((sum, value, c) => sum + (value * b[c]!) / curvature[c]!, 0)),
    );
    // Sums of p products of numbers of any sign, and roots of H with a few roundings each.
    const error = relativeError(lowerOf(n, out), lowerOf(n, expected.flat()));
    expect(error).toBeLessThan(10 * p * Number.EPSILON);
  });

  test("a sketch M has the expectation M Mᵀ = J W Jᵀ", () => {
    expectUnbiasedSketch(linearProblem(sketched, 2, 5), 20_000);
  });

  test("curvatureBatch of all examples gives the exact step", () => {
    expectStepOf(({ xs }) => curvatureBatch({ examples: xs.length }), normal);
  });
});
