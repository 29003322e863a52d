import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kfac } from "../../src/curvatures/kfac.ts";
import { denseNetwork, type Network } from "../../src/network/network.ts";
import {
  curvatureStep,
  errorFromExactStep,
  linearProblem,
  naiveCurvatureStep,
  systemOf,
} from "../linearization/linear-problem.ts";
import { multiply, relativeError, transpose } from "../twins/naive-matrix.ts";

const cases = fc.record({
  hidden: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  examples: fc.integer({ min: 1, max: 8 }),
  seed: fc.nat(1000),
  damping: fc.constantFrom(0.1, 1, 30),
});
const settings = { seed: 15, numRuns: 40 };

// Eigenvalues of up to 1e4 against λ >= 0.1, and as much again for the weights: 1e6 ε, with room.
const tolerance = 1e-9;

type Problem = ReturnType<typeof linearProblem>;

/** s²/b Ãᵀ Ã ⊗ Dᵀ D on the diagonal, layer after layer, element by element. */
function kroneckerBlocks({ blocks, linearization, n, xs }: Problem): number[][] {
  const p = blocks.reduce((sum, block) => sum + (block.trainable ? block.rows * block.columns : 0), 0);
  const C = Array.from({ length: p }, () => new Array<number>(p).fill(0));
  blocks.forEach(({ rows, columns, scale, offset, trainable }, l) => {
    const { inputs, derivatives } = linearization.blocks()[l]!;
    if (!trainable) return;
    const A = (e: number, f: number) => {
      let sum = 0;
      for (let i = 0; i < xs.length; i++)
        sum += inputs.data[i * inputs.stride + e]! * inputs.data[i * inputs.stride + f]!;
      return (scale ** 2 * sum) / xs.length;
    };
    const S = (e: number, f: number) => {
      let sum = 0;
      for (let ik = 0; ik < n; ik++)
        sum +=
          derivatives!.data[ik * derivatives!.stride + e]! * derivatives!.data[ik * derivatives!.stride + f]!;
      return sum;
    };
    for (let e = 0; e < rows * columns; e++)
      for (let f = 0; f < rows * columns; f++)
        C[offset + e]![offset + f] =
          A(Math.floor(e / columns), Math.floor(f / columns)) * S(e % columns, f % columns);
  });
  return C;
}

describe("kfac", () => {
  test("gives the step of A ⊗ S for each layer", () => {
    fc.assert(
      fc.property(cases, ({ hidden, outputs, examples, seed, damping }) => {
        const problem = linearProblem(denseNetwork(2, hidden, outputs), examples, seed);
        const { J, residuals } = problem;
        const { delta, diagonal, prior } = curvatureStep(kfac(), problem, damping);
        const expected = naiveCurvatureStep(kroneckerBlocks(problem), J, residuals, damping, diagonal, prior);
        expect(relativeError(delta, expected)).toBeLessThan(tolerance);
      }),
      settings,
    );
  });

  test("is the exact step of one trainable layer on a single example", () => {
    fc.assert(
      fc.property(cases, fc.nat(2), ({ hidden, outputs, seed, damping }, pick) => {
        const whole = denseNetwork(2, hidden, outputs);
        const only = pick % whole.layers.length;
        const network: Network = {
          ...whole,
          layers: whole.layers.map((layer, l) => ({ ...layer, trainable: l === only })),
        };
        const problem = linearProblem(network, 1, seed);
        expect(errorFromExactStep(kfac(), problem, damping)).toBeLessThan(tolerance);
      }),
      settings,
    );
  });

  test("is the exact step of a linear network of one layer on any batch", () => {
    fc.assert(
      fc.property(cases, ({ outputs, examples, seed, damping }) => {
        const problem = linearProblem(denseNetwork(3, [], outputs), examples, seed);
        expect(errorFromExactStep(kfac(), problem, damping)).toBeLessThan(tolerance);
      }),
      settings,
    );
  });

  test("keeps running means of the factors over the batches", () => {
    const network = denseNetwork(2, [], 1);
    const batches = [1, 2, 3].map((seed) => linearProblem(network, 4, seed));
    const { space, vector } = batches[0]!;
    const system = systemOf(kfac({ decay: 0.5 }), space);
    const delta = vector();
    for (const { linearization } of batches) system.assemble(linearization, null);
    const last = batches[2]!;
    system.solve(last.residuals, 1, null, delta);
    // ε = 0, 1/2, 1/2. S is 4 in each batch: the mean is that of A alone.
    const shares = [0.25, 0.25, 0.5];
    const normals = batches.map(({ J }) => multiply(transpose(J), J));
    const C = normals[0]!.map((row, i) =>
      row.map((_, j) => shares.reduce((sum, share, b) => sum + share * normals[b]![i]![j]!, 0)),
    );
    const expected = naiveCurvatureStep(C, last.J, last.residuals, 1);
    expect(relativeError(delta.flat, expected)).toBeLessThan(tolerance);
  });

  test("refuses what it can't do", () => {
    const { space, linearization, residuals, vector } = linearProblem(denseNetwork(2, [3], 1), 4, 1);
    const system = systemOf(kfac(), space);
    system.assemble(linearization, null);
    expect(system.solve(residuals, 0, null, vector()).method).toBe("failed");
    expect(() => kfac({ decay: 1 })).toThrow("decay: 1 is out of range; it must be in [0, 1)");
  });
});
