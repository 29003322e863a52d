import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Curvature } from "../../src/gram/curvature.ts";
import { curvatureBatch } from "../../src/gram/curvature-batch.ts";
import { layerwise } from "../../src/gram/layerwise.ts";
import { layeredNetworks } from "../network/layered-networks.ts";
import { dotProduct, multiply, relativeError, transpose } from "../twins/naive-matrix.ts";
import { curvatureStep, linearProblem, naiveCurvatureStep } from "./linear-problem.ts";

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
function expectStepOf(make: (problem: Problem) => Curvature, matrix: (problem: Problem) => number[][]): void {
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
      expect(relativeError(delta, expected)).toBeLessThan(tolerance);
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

describe("on networks of all kinds of layers", () => {
  test("layerwise gives the step of the layers' blocks of Jᵀ J", () => {
    expectStepOf(
      () => layerwise(),
      (problem) => blocksOf(problem, (l) => l),
    );
  });

  test("curvatureBatch of all examples gives the exact step", () => {
    expectStepOf(({ space }) => curvatureBatch({ examples: space.capacity }), normal);
  });
});
