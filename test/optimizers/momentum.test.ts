import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { weightDecay } from "../../src/optimizers/prior.ts";
import type { Form } from "../../src/posterior/form.ts";
import { naiveDampedStep } from "../linearization/linear-problem.ts";
import { dotProduct, relativeError, transpose } from "../twins/naive-matrix.ts";
import { naiveForward, naiveJacobian } from "../twins/naive-network.ts";
import { planSteps, regressionProblem } from "./regression-problem.ts";

/** Parameters after each of some steps, those of the start first. */
function trajectory(optimizer: Optimizer, seed: number, steps: number, examples = 6) {
  const setup = regressionProblem({ examples, seed });
  const { problem, parameters, space } = setup;
  const takeStep = planSteps(optimizer, space);
  const path = [Float64Array.from(parameters.flat)];
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    problem.linearize(parameters);
    losses.push(problem.loss);
    takeStep(problem, parameters);
    path.push(Float64Array.from(parameters.flat));
  }
  return { ...setup, path, losses };
}

const difference = (a: Float64Array, b: Float64Array) => a.map((value, i) => value - b[i]!);
const norm = (a: Float64Array) => Math.sqrt(dotProduct(a, a));

const cases = fc.record({
  seed: fc.nat(1000),
  mu: fc.constantFrom(0.3, 0.9),
  alpha: fc.constantFrom(0.05, 1),
  form: fc.constantFrom<Form>("gram", "primal"),
});

describe("momentum for steps of least norm", () => {
  test("with μ = 0 is the plain step", () => {
    const plain = trajectory(gramGaussNewton({ lambda: 1, alpha: 0.1 }), 3, 5);
    const momentum = trajectory(gramGaussNewton({ lambda: 1, alpha: 0.1, momentum: 0 }), 3, 5);
    expect(momentum.path).toEqual(plain.path);
  });

  test("finds φ that minimizes 1/α ‖J φ - r‖² + ‖φ - μ φ_prev‖²", () => {
    fc.assert(
      fc.property(cases, ({ seed, mu, alpha, form }) => {
        const optimizer = gramGaussNewton({ lambda: 1, alpha, momentum: mu, form });
        const { network, xs, targets, path } = trajectory(optimizer, seed, 3);
        for (let step = 0; step < 3; step++) {
          const before = path[step]!;
          const phi = difference(before, path[step + 1]!);
          const last = step === 0 ? phi.map(() => 0) : difference(path[step - 1]!, before);
          const J = naiveJacobian(network, before, xs);
          const left = xs.map(
            (x, i) => dotProduct(J[i]!, phi) - (naiveForward(network, before, x)[0]! - targets[i]!),
          );
          const gradient = transpose(J).map(
            (column, j) => dotProduct(column, left) / alpha + phi[j]! - mu * last[j]!,
          );
          // J and r of the order of 10, 1/α at most 20, 17 terms: 10 × 10 × 20 × 17 ε, and as much for the solve.
          expect(
            relativeError(
              gradient,
              gradient.map(() => 0),
            ),
          ).toBeLessThan(1e-10);
        }
      }),
      { seed: 6, numRuns: 40 },
    );
  });

  test("holds only the damping's part of the pull where there is a prior", () => {
    const prior = 0.3;
    const damping = 20;
    const options = { prior: weightDecay(prior), momentum: 0.8 };
    // A rule that keeps the damping and takes the first step that descends.
    const rule = { judges: true, init: () => ({ damping, growth: 1 }), accept: () => {}, reject: () => {} };
    const { network, xs, targets, path, losses } = trajectory(
      gramGaussNewton({ ...options, damping: rule }),
      5,
      2,
    );
    expect(losses[1]).toBeLessThan(losses[0]!);
    const [start, before, after] = path as [Float64Array, Float64Array, Float64Array];
    const delta = difference(after, before);
    const J = naiveJacobian(network, before, xs);
    const left = xs.map(
      (x, i) => dotProduct(J[i]!, delta) + naiveForward(network, before, x)[0]! - targets[i]!,
    );
    // The gradient of ½ ‖r + J δ‖² + ½ a ‖θ + δ‖² + ½ a damping ‖δ - μ δ₀‖².
    const gradient = transpose(J).map(
      (column, j) =>
        dotProduct(column, left) +
        prior * after[j]! +
        prior * damping * (delta[j]! - 0.8 * (before[j]! - start[j]!)),
    );
    expect(
      relativeError(
        gradient,
        gradient.map(() => 0),
      ),
    ).toBeLessThan(1e-10);
  });

  test("is left out after a refused direction", () => {
    const { network, xs, targets, problem, parameters, space } = regressionProblem({ examples: 6, seed: 2 });
    const rule = {
      judges: true,
      init: () => ({ damping: 5, growth: 1 }),
      accept: () => {},
      reject: () => {},
    };
    const optimizer = gramGaussNewton({ damping: rule, momentum: 0.9, form: "primal" });
    const takeStep = planSteps(optimizer, space);
    problem.linearize(parameters);
    takeStep(problem, parameters);

    problem.linearize(parameters);
    const before = Float64Array.from(parameters.flat);
    let refusals = 1;
    const lossAt: typeof problem.lossAt = (at) =>
      refusals-- > 0 ? Number.POSITIVE_INFINITY : problem.lossAt(at);
    const { attempts } = takeStep(Object.create(problem, { lossAt: { value: lossAt } }), parameters);
    expect(attempts).toBe(2);
    const J = naiveJacobian(network, before, xs);
    const r = xs.map((x, i) => naiveForward(network, before, x)[0]! - targets[i]!);
    const unit = J.reduce((sum, row) => sum + dotProduct(row, row), 0) / J.length;
    const plain = naiveDampedStep(J, r, 5 * unit);
    expect(relativeError(difference(Float64Array.from(parameters.flat), before), plain)).toBeLessThan(1e-11);
  });

  test("with damping by the gain ratio never raises the loss of its batch", () => {
    for (let seed = 0; seed < 10; seed++) {
      const { losses } = trajectory(gramGaussNewton({ momentum: 0.9 }), seed, 30, 12);
      for (let step = 1; step < losses.length; step++)
        expect(losses[step]).toBeLessThanOrEqual(losses[step - 1]!);
    }
  });
});

describe("maxNorm", () => {
  test("shortens a longer step to it, and leaves a shorter one", () => {
    const delta = (options: object) => {
      const { path } = trajectory(gramGaussNewton({ damping: 0.1, ...options }), 7, 1);
      return difference(path[1]!, path[0]!);
    };
    const whole = delta({});
    const half = delta({ maxNorm: norm(whole) / 2 });
    expect(
      relativeError(
        half,
        whole.map((value) => value / 2),
      ),
    ).toBeLessThan(1e-14);
    expect(delta({ maxNorm: 2 * norm(whole) })).toEqual(whole);
    expect(norm(delta({ learningRate: 5, maxNorm: 0.01 }))).toBeCloseTo(0.01, 14);
  });
});

test.each([
  [{ momentum: 1 }, "momentum: 1 is out of range; it must be in [0, 1)"],
  [{ maxNorm: 0 }, "maxNorm: 0 is out of range; it must be above 0"],
  [{ lambda: 0, alpha: 1, momentum: 0.5 }, "a step with lambda 0 has none"],
])("gramGaussNewton refuses %o", (options, message) => {
  expect(() => gramGaussNewton(options)).toThrow(message);
});
