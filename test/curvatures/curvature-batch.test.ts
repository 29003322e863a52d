import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { curvatureBatch } from "../../src/curvatures/curvature-batch.ts";
import { denseNetwork } from "../../src/network/network.ts";
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
  outputs: fc.integer({ min: 1, max: 2 }),
  examples: fc.integer({ min: 2, max: 8 }),
  seed: fc.nat(1000),
  damping: fc.constantFrom(0.1, 1, 30),
});
const settings = { seed: 10, numRuns: 40 };

// As for `layerwise`.
const tolerance = 2e-8;

describe("curvatureBatch", () => {
  test("of the whole batch gives the exact step", () => {
    fc.assert(
      fc.property(cases, ({ hidden, outputs, examples, seed, damping }) => {
        const problem = linearProblem(denseNetwork(2, hidden, outputs), examples, seed);
        expect(errorFromExactStep(curvatureBatch({ examples }), problem, damping)).toBeLessThan(tolerance);
      }),
      settings,
    );
  });

  test("of one example less gives the step of b/b₂ J₂ᵀ J₂ for some b₂ of the examples", () => {
    fc.assert(
      fc.property(cases, ({ hidden, outputs, examples, seed, damping }) => {
        const problem = linearProblem(denseNetwork(2, hidden, outputs), examples, seed);
        const { J, residuals } = problem;
        const size = examples - 1;
        const curvature = curvatureBatch({ examples: size, seed });
        const { delta, diagonal, prior } = curvatureStep(curvature, problem, damping);
        const errors = Array.from({ length: examples }, (_, absent) => {
          const part = J.filter((__, row) => Math.floor(row / outputs) !== absent);
          const C = multiply(transpose(part), part).map((row) => row.map((c) => (c * examples) / size));
          return relativeError(delta, naiveCurvatureStep(C, J, residuals, damping, diagonal, prior));
        });
        expect(Math.min(...errors)).toBeLessThan(tolerance);
      }),
      settings,
    );
  });

  test("chooses other examples at each step, and the same with the same seed", () => {
    const { space, linearization, residuals, vector } = linearProblem(denseNetwork(2, [3], 1), 40, 1);
    const run = (seed: number) => {
      const system = systemOf(curvatureBatch({ examples: 5, seed }), space);
      return [0, 1].map(() => {
        const delta = vector();
        system.assemble(linearization, null);
        system.solve(residuals, 1, null, delta);
        return delta.flat;
      });
    };
    const [first, second] = run(1);
    expect(second).not.toEqual(first);
    expect(run(1)).toEqual([first, second]);
    expect(run(2)[0]).not.toEqual(first);
  });

  test("refuses a batch of no example", () => {
    expect(() => curvatureBatch({ examples: 0 })).toThrow("examples: 0 is out of range");
  });
});
