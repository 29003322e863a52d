import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { denseNetwork } from "../../src/network/network.ts";
import { quadraticPrior, smoothAbsolute } from "../../src/optimizers/concordant-prior.ts";
import type { DampingRule } from "../../src/optimizers/damping.ts";
import { type GgnScoreOptions, ggnScore } from "../../src/optimizers/ggn-score.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { weightDecay } from "../../src/optimizers/prior.ts";
import { fullStep } from "../../src/optimizers/step-search.ts";
import type { Form } from "../../src/posterior/form.ts";
import { relativeError } from "../twins/naive-matrix.ts";
import { planSteps, regressionProblem } from "./regression-problem.ts";

const undamped: DampingRule = {
  judges: true,
  init: () => ({ damping: 0, growth: 1 }),
  accept: () => {},
  reject: () => {},
};

type Setup = ReturnType<typeof regressionProblem>;

/** Takes steps; calls after each. */
function takeSteps(
  optimizer: Optimizer,
  { space, problem, parameters }: Setup,
  steps: number,
  then = () => {},
) {
  const takeStep = planSteps(optimizer, space);
  for (let step = 0; step < steps; step++) {
    problem.linearize(parameters);
    if (!takeStep(problem, parameters).accepted) break;
    then();
  }
  problem.linearize(parameters);
}

const cases = fc.record({
  examples: fc.integer({ min: 1, max: 12 }),
  seed: fc.nat(1000),
  strength: fc.constantFrom(0.01, 1, 20),
  smoothing: fc.constantFrom(0.05, 1, 10),
  size: fc.constantFrom(0.1, 1, 30),
});
const settings = { seed: 5, numRuns: 60 };
const linear = denseNetwork(3, [], 1);

describe.each<Form>(["gram", "primal"])("ggnScore in %s form", (form) => {
  test("with a quadratic prior takes the step of weight decay", () => {
    fc.assert(
      fc.property(cases, ({ examples, seed, strength }) => {
        const [ours, theirs] = [regressionProblem({ examples, seed }), regressionProblem({ examples, seed })];
        const search = fullStep();
        takeSteps(ggnScore({ prior: quadraticPrior(strength), form, search }), ours, 1);
        takeSteps(
          gramGaussNewton({ prior: weightDecay(strength), damping: undamped, form, search }),
          theirs,
          1,
        );
        // Systems of condition up to (tr JᵀJ + a) / a: below 10⁵ here. 10⁵ · 100 ε = 2e-9.
        expect(relativeError(ours.parameters.flat, theirs.parameters.flat)).toBeLessThan(2e-9);
      }),
      settings,
    );
  });

  test("lowers the objective of a linear model by every step, without a search, down to its least value", () => {
    fc.assert(
      fc.property(cases, ({ examples, seed, strength, smoothing, size }) => {
        const setup = regressionProblem({ examples, seed, network: linear });
        const { parameters, problem } = setup;
        const prior = smoothAbsolute({ strength, smoothing });
        parameters.flat.set(parameters.flat.map((value, i) => size * (value + (i % 2 ? 1 : -1))));
        const objective = () => problem.lossAt(parameters) + sumOf(parameters.flat, prior.value);
        const values = [objective()];
        const search = { lengths: [1], sufficientDecrease: 0 };
        takeSteps(ggnScore({ prior, form, search }), setup, 300, () => values.push(objective()));
        for (let step = 1; step < values.length; step++)
          expect(values[step]!).toBeLessThanOrEqual(values[step - 1]! * (1 + 20 * Number.EPSILON));
        // It ends where a step gains less than rounding errors, ε F: there ½ ‖∇F‖² <= ε F · curvature, of at most 10³.
        const bound = Math.sqrt(2 * 20 * Number.EPSILON * values.at(-1)! * 1e3);
        expect(gradientNorm(setup, prior.slope)).toBeLessThan(bound);
      }),
      settings,
    );
  });
});

function sumOf(values: Iterable<number>, of: (value: number) => number): number {
  let sum = 0;
  for (const value of values) sum += of(value);
  return sum;
}

/** ‖Jᵀ r + ∇h‖. */
function gradientNorm({ problem, parameters, space }: Setup, slope: (t: number) => number): number {
  const gradient = { ...parameters, flat: parameters.flat.slice() };
  const pulled = problem.linearization.pullback(problem.residuals, space.vector()).flat;
  for (let i = 0; i < space.parameters; i++) gradient.flat[i] = pulled[i]! + slope(parameters.flat[i]!);
  return Math.sqrt(sumOf(gradient.flat, (value) => value ** 2));
}

describe("the length of a step", () => {
  const lengthOf = (options: GgnScoreOptions, setup: Setup) => {
    const optimizer = ggnScore(options);
    const takeStep = planSteps(optimizer, setup.space);
    setup.problem.linearize(setup.parameters);
    const before = setup.parameters.flat.slice();
    const { learningRate } = takeStep(setup.problem, setup.parameters);
    return { rate: learningRate, before, after: setup.parameters.flat };
  };

  test("is ϱ / (1 + M η), with the norm of the step or of the prior's gradient", () => {
    const prior = smoothAbsolute({ strength: 0.5, smoothing: 0.2 });
    const run = (norm: "step" | "prior") =>
      lengthOf(
        { prior, norm, learningRate: 0.5 },
        regressionProblem({ examples: 9, seed: 2, network: linear }),
      );
    const ofStep = run("step");
    const squares = sumOf(ofStep.after.keys(), (i) => {
      const delta = (ofStep.after[i]! - ofStep.before[i]!) / ofStep.rate;
      return prior.curvature(ofStep.before[i]!) * delta ** 2;
    });
    expect(ofStep.rate).toBeCloseTo(0.5 / (1 + prior.concordance * Math.sqrt(squares)), 12);
    const ofPrior = run("prior");
    const dual = sumOf(ofPrior.before, (t) => prior.slope(t) ** 2 / prior.curvature(t));
    expect(ofPrior.rate).toBeCloseTo(0.5 / (1 + prior.concordance * Math.sqrt(dual)), 12);
  });

  test("refuses a learning rate of 0", () => {
    expect(() => ggnScore({ learningRate: 0 })).toThrow(
      "learningRate: 0 is out of range; it must be above 0",
    );
  });
});

test("a network whose loss is not finite is left as it is", () => {
  const setup = regressionProblem({ examples: 5, seed: 1, scale: Number.NaN });
  const optimizer = ggnScore();
  setup.problem.linearize(setup.parameters);
  const before = setup.parameters.flat.slice();
  const { accepted, failure } = planSteps(optimizer, setup.space)(setup.problem, setup.parameters);
  expect([accepted, failure]).toEqual([false, "not finite"]);
  expect(setup.parameters.flat).toEqual(before);
});
