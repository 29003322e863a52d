import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { sgd } from "../../src/optimizers/sgd.ts";
import { weightAverage } from "../../src/optimizers/weight-average.ts";
import { relativeError } from "../twins/naive-matrix.ts";
import { planSteps, regressionProblem } from "./regression-problem.ts";

/** The parameters after each of some steps. */
function path(optimizer: Optimizer, seed: number, steps: number): number[][] {
  const { problem, parameters, space } = regressionProblem({ examples: 8, seed });
  const takeStep = planSteps(optimizer, space);
  return Array.from({ length: steps }, () => {
    problem.linearize(parameters);
    takeStep(problem, parameters);
    return [...parameters.flat];
  });
}

const inner = () => sgd({ learningRate: 0.1 });

describe("weightAverage", () => {
  test("is Σ βᵗ⁻ⁱ wᵢ / Σ βᵗ⁻ⁱ of the weights that the optimizer goes through by itself", () => {
    const cases = fc.record({
      seed: fc.nat(1000),
      decay: fc.constantFrom(0, 0.5, 0.9, 1),
      start: fc.constantFrom(0, 3),
    });
    fc.assert(
      fc.property(cases, ({ seed, decay, start }) => {
        const alone = path(inner(), seed, 8);
        const averaged = path(weightAverage(inner(), { decay, start }), seed, 8);
        for (let t = 1; t <= 8; t++) {
          const kept = t <= start ? [alone[t - 1]!] : alone.slice(start, t);
          const shares = kept.map((_, i) => decay ** (kept.length - 1 - i));
          const total = shares.reduce((a, b) => a + b);
          const expected = kept[0]!.map((_, j) =>
            kept.reduce((sum, w, i) => sum + (shares[i]! / total) * w[j]!, 0),
          );
          expect(relativeError(averaged[t - 1]!, expected)).toBeLessThan(1e-13);
        }
      }),
      { seed: 17, numRuns: 30 },
    );
  });

  test("with decay 0 is the optimizer itself", () => {
    expect(path(weightAverage(inner(), { decay: 0 }), 2, 5)).toEqual(path(inner(), 2, 5));
  });

  test("keeps the name and the properties of the optimizer", () => {
    const optimizer = weightAverage(gramGaussNewton());
    expect(optimizer.name).toBe("gram-gauss-newton");
    expect(optimizer.solves).toBe(true);
  });

  test("refuses a decay above 1 and a start between steps", () => {
    expect(() => weightAverage(inner(), { decay: 2 })).toThrow(
      "decay: 2 is out of range; it must be in [0, 1]",
    );
    expect(() => weightAverage(inner(), { start: 0.5 })).toThrow("start: 0.5 is out of range");
  });
});
