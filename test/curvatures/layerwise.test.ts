import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layerwise } from "../../src/curvatures/layerwise.ts";
import { denseNetwork, type Network } from "../../src/network/network.ts";
import {
  curvatureStep,
  errorFromExactStep,
  linearProblem,
  naiveCurvatureStep,
  systemOf,
} from "../linearization/linear-problem.ts";
import { dotProduct, multiply, relativeError, transpose } from "../twins/naive-matrix.ts";

const cases = fc.record({
  hidden: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
  outputs: fc.integer({ min: 1, max: 2 }),
  examples: fc.integer({ min: 1, max: 8 }),
  seed: fc.nat(1000),
  damping: fc.constantFrom(0.1, 1, 30),
});
const settings = { seed: 9, numRuns: 40 };

// Woodbury's difference loses max(eigenvalue) / λ, up to 1e4, of the precision; the solves lose as much: 1e8 ε.
const tolerance = 2e-8;

/** Jᵀ J without what two layers have in common. */
function layerBlocks(J: number[][], blocks: ReturnType<typeof linearProblem>["blocks"]): number[][] {
  const layers = blocks.flatMap(({ rows, columns, trainable }, l) =>
    Array.from({ length: trainable ? rows * columns : 0 }, () => l),
  );
  return multiply(transpose(J), J).map((row, i) => row.map((c, j) => (layers[i] === layers[j] ? c : 0)));
}

describe("layerwise", () => {
  test("with one trainable layer gives the exact step", () => {
    fc.assert(
      fc.property(cases, fc.nat(2), ({ hidden, outputs, examples, seed, damping }, pick) => {
        const whole = denseNetwork(2, hidden, outputs);
        const only = pick % whole.layers.length;
        const network: Network = {
          ...whole,
          layers: whole.layers.map((layer, l) => ({ ...layer, trainable: l === only })),
        };
        const problem = linearProblem(network, examples, seed);
        expect(errorFromExactStep(layerwise(), problem, damping)).toBeLessThan(tolerance);
      }),
      settings,
    );
  });

  test("gives the step of the blocks on the diagonal of Jᵀ J, and predicts it", () => {
    fc.assert(
      fc.property(cases, ({ hidden, outputs, examples, seed, damping }) => {
        const problem = linearProblem(denseNetwork(2, hidden, outputs), examples, seed);
        const { J, residuals, blocks } = problem;
        const { delta, step, diagonal, prior } = curvatureStep(layerwise(), problem, damping);
        const C = layerBlocks(J, blocks);
        const expected = naiveCurvatureStep(C, J, residuals, damping, diagonal, prior);
        expect(relativeError(delta, expected)).toBeLessThan(tolerance);
        const linear = J.map((row, i) => residuals[i]! + dotProduct(row, delta));
        const reduction = (dotProduct(residuals, residuals) - dotProduct(linear, linear)) / 2;
        expect(relativeError([step.predictedReduction], [reduction])).toBeLessThan(1e-10);
      }),
      settings,
    );
  });

  test("with reuse 3 goes by the Gram matrices of every third step, and by the gradient of each", () => {
    const network = denseNetwork(2, [3], 1);
    const batches = [1, 2, 3, 4].map((seed) => linearProblem(network, 5, seed));
    const { space, blocks, vector } = batches[0]!;
    const system = systemOf(layerwise({ reuse: 3 }), space);
    batches.forEach(({ linearization, residuals, J }, step) => {
      const delta = vector();
      system.assemble(linearization, null);
      system.solve(residuals, 0.5, null, delta);
      const source = batches[step < 3 ? 0 : 3]!.J;
      const expected = naiveCurvatureStep(layerBlocks(source, blocks), J, residuals, 0.5);
      expect(relativeError(delta.flat, expected)).toBeLessThan(tolerance);
    });
  });

  test("with reuse 1 is the same as a new system for each step", () => {
    const network = denseNetwork(2, [3], 1);
    const batches = [1, 2, 3].map((seed) => linearProblem(network, 5, seed));
    const { space, vector } = batches[0]!;
    const solve = (system: ReturnType<typeof systemOf>, at: (typeof batches)[0]) => {
      const delta = vector();
      system.assemble(at.linearization, null);
      system.solve(at.residuals, 0.5, null, delta);
      return delta.flat;
    };
    const kept = systemOf(layerwise({ reuse: 1 }), space);
    for (const batch of batches)
      expect(solve(kept, batch)).toEqual(solve(systemOf(layerwise(), space), batch));
  });

  test("has the damping's unit of the exact curvature", () => {
    const { space, linearization, J } = linearProblem(denseNetwork(2, [3], 2), 5, 1);
    const system = systemOf(layerwise(), space);
    system.assemble(linearization, null);
    const mean = J.reduce((sum, row) => sum + dotProduct(row, row), 0) / J.length;
    expect(relativeError([system.meanDiagonal()], [mean])).toBeLessThan(1e-13);
  });

  test("refuses damping 0 as a value, and reuse 0 as a mistake", () => {
    const { space, linearization, residuals, vector } = linearProblem(denseNetwork(2, [3], 1), 5, 1);
    const system = systemOf(layerwise(), space);
    system.assemble(linearization, null);
    expect(system.solve(residuals, 0, null, vector()).method).toBe("failed");
    expect(() => layerwise({ reuse: 0 })).toThrow("reuse: 0 is out of range");
  });
});
