import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { componentWise } from "../../src/curvatures/component-wise.ts";
import { denseNetwork } from "../../src/network/network.ts";
import {
  curvatureStep,
  errorFromExactStep,
  linearProblem,
  naiveCurvatureStep,
  systemOf,
  withUnknownInputs,
} from "../linearization/linear-problem.ts";
import { dotProduct, multiply, relativeError, transpose } from "../twins/naive-matrix.ts";

const cases = fc.record({
  hidden: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  examples: fc.integer({ min: 1, max: 8 }),
  seed: fc.nat(1000),
  damping: fc.constantFrom(0.1, 1, 30),
});
const settings = { seed: 16, numRuns: 40 };

// As for the exact step.
const tolerance = 1e-9;

describe("componentWise", () => {
  test("gives the step of the blocks of Jᵀ J for each unit, and their trace", () => {
    fc.assert(
      fc.property(cases, ({ hidden, outputs, examples, seed, damping }) => {
        const problem = linearProblem(denseNetwork(2, hidden, outputs), examples, seed);
        const { J, residuals, blocks, space, linearization } = problem;
        const units = blocks.flatMap(({ rows, columns }, l) =>
          Array.from({ length: rows * columns }, (_, e) => `${l}.${e % columns}`),
        );
        const C = multiply(transpose(J), J).map((row, i) =>
          row.map((c, j) => (units[i] === units[j] ? c : 0)),
        );
        const { delta, diagonal, prior } = curvatureStep(componentWise(), problem, damping);
        const expected = naiveCurvatureStep(C, J, residuals, damping, diagonal, prior);
        expect(relativeError(delta, expected)).toBeLessThan(tolerance);

        const system = systemOf(componentWise(), space);
        system.assemble(linearization, null);
        const mean = J.reduce((sum, row) => sum + dotProduct(row, row), 0) / J.length;
        expect(relativeError([system.meanDiagonal()], [mean])).toBeLessThan(1e-12);
      }),
      settings,
    );
  });

  test("is the exact step of a linear network of one layer", () => {
    fc.assert(
      fc.property(cases, ({ outputs, examples, seed, damping }) => {
        const problem = linearProblem(denseNetwork(3, [], outputs), examples, seed);
        expect(errorFromExactStep(componentWise(), problem, damping)).toBeLessThan(tolerance);
      }),
      settings,
    );
  });

  test("says so where the linearization is not finite", () => {
    const problem = linearProblem(denseNetwork(2, [3], 1), 4, 1);
    const { space, residuals, vector } = problem;
    const system = systemOf(componentWise(), space);
    system.assemble(withUnknownInputs(problem), null);
    const delta = vector();
    expect(system.solve(residuals, 1, null, delta).method).toBe("failed");
    expect(delta.flat.every((value) => value === 0)).toBe(true);
  });
});
