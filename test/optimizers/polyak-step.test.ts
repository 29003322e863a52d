import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { denseNetwork } from "../../src/network/network.ts";
import { polyakStep } from "../../src/optimizers/polyak-step.ts";
import { sgd } from "../../src/optimizers/sgd.ts";
import { planSteps, regressionProblem } from "./regression-problem.ts";

const plain = (options = {}) => sgd({ rule: polyakStep({ largest: 1e6, ...options }), momentum: 0 });

describe("polyakStep", () => {
  test("is min((loss - least) / (c ‖g‖²), largest)", () => {
    const rule = polyakStep({ least: 1, c: 2, largest: 10 });
    expect(rule.rate(5, 4)).toBe(0.5);
    expect(rule.rate(5, 0.01)).toBe(10);
    expect(rule.rate(0.5, 4)).toBe(0);
    expect(rule.rate(5, 0)).toBe(0);
  });

  test("on one example of a linear model is the projection on its solutions", () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const setup = { examples: 1, seed, network: denseNetwork(3, [], 1) };
        const { xs, targets, problem, parameters, space } = regressionProblem(setup);
        const before = [...parameters.flat];
        problem.linearize(parameters);
        const optimizer = plain();
        planSteps(optimizer, space)(problem, parameters);
        const row = [...xs[0]!, 1];
        const value = row.reduce((sum, x, i) => sum + x * parameters.flat[i]!, 0);
        expect(Math.abs(value - targets[0]!)).toBeLessThan(1e-13);
        // The step is along the row.
        const delta = before.map((w, i) => parameters.flat[i]! - w);
        row.forEach((x, i) => {
          expect(Math.abs(delta[i]! - x * delta[3]!)).toBeLessThan(1e-13);
        });
      }),
      { seed: 18, numRuns: 30 },
    );
  });

  test("comes no further from any solution of a linear model", () => {
    const setup = { examples: 3, seed: 4, network: denseNetwork(4, [], 1) };
    const { problem, parameters, space } = regressionProblem(setup);
    const solution = trained(setup);
    const optimizer = plain();
    const takeStep = planSteps(optimizer, space);
    const distance = () => Math.hypot(...parameters.flat.map((w, i) => w - solution[i]!));
    let last = distance();
    for (let step = 0; step < 30; step++) {
      problem.linearize(parameters);
      takeStep(problem, parameters);
      expect(distance()).toBeLessThanOrEqual(last * (1 + 1e-12));
      last = distance();
    }
  });

  test("and a learning rate are refused together", () => {
    expect(() => sgd({ learningRate: 0.1, rule: polyakStep() })).toThrow(
      "learningRate, rule: can't be mixed",
    );
    expect(() => polyakStep({ c: 0 })).toThrow("c: 0 is out of range; it must be a finite number above 0");
  });
});

/** Parameters that fit the targets exactly, from another start. */
function trained(setup: Parameters<typeof regressionProblem>[0]): number[] {
  const { problem, parameters, space } = regressionProblem(setup);
  parameters.flat.fill(0.3);
  const optimizer = plain();
  const takeStep = planSteps(optimizer, space);
  for (let step = 0; step < 3000; step++) {
    problem.linearize(parameters);
    takeStep(problem, parameters);
  }
  expect(problem.loss).toBeLessThan(1e-20);
  return [...parameters.flat];
}
