import { describe, expect, test } from "vitest";
import { denseNetwork } from "../../src/network/network.ts";
import { type DampingRule, gainRatioDamping } from "../../src/optimizers/damping.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { leaveOneOutDamping } from "../../src/optimizers/leave-one-out-damping.ts";
import { residualDamping } from "../../src/optimizers/residual-damping.ts";
import { linearProblem } from "../linearization/linear-problem.ts";
import { dotProduct } from "../twins/naive-matrix.ts";
import { planSteps, regressionProblem } from "./regression-problem.ts";

/** The losses of some steps, the first that of the start, and what the steps reported. */
function train(damping: DampingRule, seed: number, steps: number, examples = 12) {
  const { problem, parameters, space } = regressionProblem({ examples, seed });
  const optimizer = gramGaussNewton({ damping });
  const takeStep = planSteps(optimizer, space);
  const losses: number[] = [];
  const dampings: number[] = [];
  for (let step = 0; step < steps; step++) {
    problem.linearize(parameters);
    losses.push(problem.loss);
    dampings.push(takeStep(problem, parameters).damping!);
  }
  return { losses, dampings };
}

test.each([
  ["residualDamping", residualDamping],
  ["leaveOneOutDamping", leaveOneOutDamping],
] as const)("with %s no step raises the loss of its batch", (_, rule) => {
  for (let seed = 0; seed < 10; seed++) {
    const { losses } = train(rule(), seed, 20);
    for (let step = 1; step < losses.length; step++)
      expect(losses[step]).toBeLessThanOrEqual(losses[step - 1]!);
  }
});

describe("residualDamping", () => {
  test("is c (‖r‖ / √n)^q", () => {
    const rule = residualDamping({ factor: 0.5, exponent: 1.5 });
    const state = rule.init();
    rule.prepare!(state, 16);
    expect(state.damping).toBeCloseTo(0.5 * 4 ** 1.5, 14);
    const { losses, dampings } = train(residualDamping({ factor: 0.5 }), 1, 1);
    expect(dampings[0]).toBeCloseTo(0.5 * Math.sqrt((2 * losses[0]!) / 12), 12);
  });

  test("moves c by the gain ratio", () => {
    const rule = residualDamping({ factor: 1, smallestFactor: 0.1 });
    const state = rule.init();
    const factor = () => {
      rule.prepare!(state, 1);
      return state.damping;
    };
    rule.accept(state, 0.5);
    expect(factor()).toBe(1);
    rule.accept(state, 0.9);
    expect(factor()).toBe(0.25);
    rule.accept(state, 0.9);
    expect(factor()).toBe(0.1);
    rule.accept(state, 0.1);
    expect(factor()).toBe(0.4);
    rule.reject(state);
    expect(state.damping).toBe(1.6);
    expect(factor()).toBe(1.6);
  });

  test("converges quadratically where the network can fit the batch", () => {
    // 17 parameters, 6 rows: the solutions are not isolated, the case of the paper.
    const { losses } = train(residualDamping(), 3, 30, 6);
    const norms = losses.map((loss) => Math.sqrt(2 * loss)).filter((norm) => norm < 0.1 && norm > 1e-12);
    expect(norms.length).toBeGreaterThanOrEqual(3);
    const ratios = norms.slice(1).map((norm, i) => norm / norms[i]! ** 2);
    // A linear rate would give ratios that grow as the norms fall, here by ten decades.
    expect(Math.max(...ratios)).toBeLessThan(100);
  });
});

describe("leaveOneOutDamping", () => {
  const error = (best: number) => (damping: number) => 1 + Math.log(damping / best) ** 2;

  test.each([
    ["up", 100, 4],
    ["down", 0.001, 0.25],
    ["nowhere", 1.1, 1],
  ])("goes %s the grid to less error, at most two places", (_, best, expected) => {
    const rule = leaveOneOutDamping({ initial: 1, ratio: 2 });
    const state = rule.init();
    rule.prepare(state, error(best));
    expect(state.damping).toBe(expected);
  });

  test("stays where there is no error to compare", () => {
    const rule = leaveOneOutDamping({ initial: 1 });
    const state = rule.init();
    rule.prepare(state, () => null);
    expect(state.damping).toBe(1);
  });

  test("comes to rest where both neighbours predict the examples worse", () => {
    const { J, linearization, residuals, system, gaussian } = linearProblem(denseNetwork(2, [4], 1), 12, 2);
    // Something to learn, with noise.
    const truth = J[0]!.map(gaussian);
    residuals.set(residuals.map((noise, i) => 0.3 * noise + dotProduct(J[i]!, truth)));
    const gram = system("gram");
    gram.assemble(linearization, null, null);
    const exact = (damping: number) => gram.leaveOneOut(residuals, damping, null);
    const rule = leaveOneOutDamping({ initial: 1e5, ratio: 3 });
    const state = rule.init();
    for (let step = 0; step < 20; step++) rule.prepare(state, exact);
    const here = exact(state.damping)!;
    expect(here).toBeLessThan(exact(3 * state.damping)!);
    expect(here).toBeLessThan(exact(state.damping / 3)!);
    expect(here).toBeLessThan(exact(1e5)!);
  });
});

test.each([
  [() => residualDamping({ exponent: 3 }), "exponent: 3 is out of range; it must be in [1, 2]"],
  [() => residualDamping({ factor: 0 }), "factor: 0 is out of range"],
  [() => leaveOneOutDamping({ ratio: 1 }), "ratio: 1 is out of range; it must be a finite number above 1"],
])("refuses options out of range", (make, message) => {
  expect(make).toThrow(message);
});

test("damping by the gain ratio stays within its bounds, however bad a step that was taken", () => {
  const rule = gainRatioDamping({ smallest: 0.5, largest: 2 });
  const state = rule.init();
  rule.accept(state, Number.NEGATIVE_INFINITY);
  expect(state.damping).toBe(2);
  for (let step = 0; step < 9; step++) rule.accept(state, 1);
  expect(state.damping).toBe(0.5);
});
