import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fixedDamping, gainRatioDamping } from "../../src/optimizers/damping.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { sgd } from "../../src/optimizers/sgd.ts";
import { stepHalving } from "../../src/optimizers/step-search.ts";
import { dotProduct, multiply, relativeError, solve, transpose } from "../twins/naive-matrix.ts";
import { naiveJacobian } from "../twins/naive-network.ts";
import { planSteps, regressionProblem } from "./regression-problem.ts";

function stepped(optimizer: Optimizer, seed: number, examples = 6, scale = 1) {
  const setup = regressionProblem({ examples, seed, scale });
  const before = Float64Array.from(setup.parameters.flat);
  const takeStep = planSteps(optimizer, setup.space);
  setup.problem.linearize(setup.parameters);
  const residuals = Float64Array.from(setup.problem.residuals.subarray(0, examples));
  const report = { ...takeStep(setup.problem, setup.parameters) };
  const delta = setup.parameters.flat.map((value, i) => value - before[i]!);
  return { ...setup, before, residuals, report, delta };
}

describe("gramGaussNewton", () => {
  test("with lambda and alpha is w - Jᵀ (λ G + α I)⁻¹ (f - y)", () => {
    fc.assert(
      fc.property(
        fc.record({ lambda: fc.constantFrom(0.5, 1, 3), alpha: fc.constantFrom(0.01, 1), seed: fc.nat(100) }),
        ({ lambda, alpha, seed }) => {
          const { network, xs, before, residuals, delta } = stepped(gramGaussNewton({ lambda, alpha }), seed);
          const J = naiveJacobian(network, before, xs);
          const matrix = multiply(J, transpose(J)).map((row, i) =>
            row.map((g, j) => lambda * g + (i === j ? alpha : 0)),
          );
          const u = solve(matrix, [...residuals]);
          const expected = transpose(J).map((column) => -dotProduct(column, u));
          expect(relativeError(delta, expected)).toBeLessThan(1e-10);
        },
      ),
      { seed: 3, numRuns: 30 },
    );
  });

  test("with lambda = 0 is SGD with learning rate 1 / alpha", () => {
    const paper = stepped(gramGaussNewton({ lambda: 0, alpha: 50 }), 4);
    const first = stepped(sgd({ learningRate: 1 / 50, momentum: 0, mean: false }), 4);
    expect(paper.delta).toEqual(first.delta);
  });

  test("a step is the same in Gram form and in primal form", () => {
    const options = { damping: 0.1, learningRate: 0.7 };
    const gram = stepped(gramGaussNewton({ ...options, form: "gram" }), 8);
    const primal = stepped(gramGaussNewton({ ...options, form: "primal" }), 8);
    expect(gram.report.form).toBe("gram");
    expect(primal.report.form).toBe("primal");
    expect(relativeError(gram.delta, primal.delta)).toBeLessThan(1e-10);
  });

  test("with damping by the gain ratio never raises the loss of its batch", () => {
    for (let seed = 0; seed < 10; seed++) {
      const optimizer = gramGaussNewton();
      const { problem, parameters, space } = regressionProblem({ examples: 12, seed });
      const takeStep = planSteps(optimizer, space);
      let last = Number.POSITIVE_INFINITY;
      for (let step = 0; step < 30; step++) {
        problem.linearize(parameters);
        expect(problem.loss).toBeLessThanOrEqual(last);
        last = problem.loss;
        takeStep(problem, parameters);
      }
    }
  });

  test("halves the step where the whole one overshoots", () => {
    const optimizer = gramGaussNewton({ damping: 1e-10, learningRate: 64, search: stepHalving(10) });
    const { report } = stepped(optimizer, 1);
    expect(report.accepted).toBe(true);
    expect(report.learningRate).toBeLessThan(64);
  });

  test("leaves the parameters where numbers are not finite, and says so", () => {
    for (const optimizer of [gramGaussNewton(), gramGaussNewton({ damping: 1 })]) {
      const { report, delta } = stepped(optimizer, 1, 6, Number.POSITIVE_INFINITY);
      expect(report.accepted).toBe(false);
      expect(report.failure).toBe("not finite");
      expect(delta.every((value) => value === 0)).toBe(true);
    }
  });

  test.each([
    [{ lambda: 1, damping: 1 }, "can't be mixed"],
    [{ lambda: -1 }, "lambda: -1 is out of range; it must be a finite number of at least 0"],
    [{ lambda: 0, alpha: 0 }, "alpha: 0 is out of range; it must be above 0 where lambda is 0"],
    [{ damping: Number.NaN }, "damping: NaN is out of range; it must be at least 0"],
    [{ learningRate: 0 }, "learningRate: 0 is out of range; it must be a finite number above 0"],
  ])("refuses %o", (options, message) => {
    expect(() => gramGaussNewton(options)).toThrow(message);
  });
});

describe("damping rules", () => {
  test("fixedDamping keeps its damping", () => {
    const rule = fixedDamping(0.3);
    const state = rule.init();
    rule.accept(state, 1);
    rule.reject(state);
    expect(state.damping).toBe(0.3);
  });

  test("gainRatioDamping follows Nielsen's sequence", () => {
    const rule = gainRatioDamping({ initial: 1 });
    const state = rule.init();
    rule.reject(state);
    expect(state.damping).toBe(2);
    rule.reject(state);
    expect(state.damping).toBe(8);
    rule.accept(state, 1);
    expect(state.damping).toBe(8 / 3);
    expect(state.growth).toBe(2);
    rule.accept(state, 0.5);
    expect(state.damping).toBe(8 / 3);
    rule.accept(state, 0);
    expect(state.damping).toBe(16 / 3);
  });
});
