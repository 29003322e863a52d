import fc from "fast-check";
import { expect, test } from "vitest";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { armijo, fullStep, stepHalving } from "../../src/optimizers/step-search.ts";
import { dotProduct } from "../twins/naive-matrix.ts";
import { naiveForward, naiveJacobian } from "../twins/naive-network.ts";
import { planSteps, regressionProblem } from "./regression-problem.ts";

test("armijo takes the longest step of its grid with a sufficient decrease, and none without", () => {
  const cases = fc.record({
    seed: fc.nat(1000),
    learningRate: fc.constantFrom(1, 8, 64),
    c: fc.constantFrom(1e-4, 0.3),
  });
  fc.assert(
    fc.property(cases, ({ seed, learningRate, c }) => {
      const { network, xs, targets, problem, parameters, space } = regressionProblem({ examples: 6, seed });
      const optimizer = gramGaussNewton({
        damping: 0.01,
        learningRate,
        search: armijo({ sufficientDecrease: c, halvings: 12 }),
      });
      const before = Float64Array.from(parameters.flat);
      const residuals = (w: ArrayLike<number>) =>
        xs.map((x, i) => naiveForward(network, w, x)[0]! - targets[i]!);
      const loss = (w: ArrayLike<number>) => dotProduct(residuals(w), residuals(w)) / 2;
      problem.linearize(parameters);
      const report = planSteps(optimizer, space)(problem, parameters);
      expect(report.accepted).toBe(true);
      const rate = report.learningRate;
      const delta = parameters.flat.map((value, i) => (value - before[i]!) / rate);
      const slope = naiveJacobian(network, before, xs).reduce(
        (sum, row, i) => sum + residuals(before)[i]! * dotProduct(row, delta),
        0,
      );
      const enough = (t: number) =>
        loss(before) - loss(before.map((value, i) => value + t * delta[i]!)) > -c * t * slope;
      expect(enough(rate)).toBe(true);
      for (let longer = 2 * rate; longer <= learningRate; longer *= 2) expect(enough(longer)).toBe(false);
    }),
    { seed: 4, numRuns: 40 },
  );
});

test("fullStep and stepHalving are armijo with few lengths", () => {
  expect(fullStep()).toEqual(armijo({ halvings: 0 }));
  expect(stepHalving(3)).toEqual(armijo({ halvings: 3 }));
  expect(stepHalving(3).lengths).toEqual([1, 0.5, 0.25, 0.125]);
});

test.each([
  [{ sufficientDecrease: 0.6 }, "sufficientDecrease: 0.6 is out of range; it must be in [0, 1/2]"],
  [{ halvings: -1 }, "halvings: -1 is out of range; it must be a whole number of at least 0"],
])("armijo refuses %o", (options, message) => {
  expect(() => armijo(options)).toThrow(message);
});
