import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DenseLayer } from "../../src/network/layers/dense.ts";
import { denseNetwork, forEachGroup, type Network } from "../../src/network/network.ts";
import type { DampingRule } from "../../src/optimizers/damping.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import {
  evidence,
  evidenceDefaults,
  type PriorRule,
  priorGradient,
  priorLoss,
  weightDecay,
} from "../../src/optimizers/prior.ts";
import { regularizedBy } from "../../src/optimizers/regularization.ts";
import { dampedSystem } from "../../src/posterior/damped-system.ts";
import type { Form } from "../../src/posterior/form.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { dotProduct, inverse, multiply, relativeError, solve, transpose } from "../twins/naive-matrix.ts";
import { naiveForward, naiveJacobian } from "../twins/naive-network.ts";
import { planSteps, regressionProblem } from "./regression-problem.ts";

type Problem = ReturnType<typeof regressionProblem>;

/** Steps without any damping but the prior's, each taken if it lowers the objective. */
const undamped: DampingRule = {
  judges: true,
  init: () => ({ damping: 0, growth: 1 }),
  accept: () => {},
  reject: () => {},
};

/** For each group the numbers of its parameters. */
function groupsOf({ space }: Problem): number[][] {
  const groups: number[][] = Array.from({ length: 2 * space.layers!.blocks.length }, () => []);
  forEachGroup(space.layers!.blocks, (group, start, end) => {
    for (let i = start; i < end; i++) groups[group]!.push(i);
  });
  return groups;
}

/** J and r at the parameters, from the naive network. */
function naiveLinearization({ network, xs, targets }: Problem, theta: ArrayLike<number>) {
  return {
    J: naiveJacobian(network, theta, xs),
    r: xs.map((x, i) => naiveForward(network, theta, x)[0]! - targets[i]!),
  };
}

/** γ by groups: Σ_i 1 - a_i (Jᵀ J + diag a)⁻¹_ii (MacKay 1992). */
function naiveGamma(J: number[][], a: readonly number[], groups: readonly number[][]): number[] {
  const A = multiply(transpose(J), J).map((row, i) => row.map((value, j) => value + (i === j ? a[i]! : 0)));
  const inverted = inverse(A);
  return groups.map((group) => group.reduce((sum, i) => sum + 1 - a[i]! * inverted[i]![i]!, 0));
}

const networks: fc.Arbitrary<Network> = fc
  .tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.array(
      fc.record({
        kind: fc.constant("dense" as const),
        units: fc.integer({ min: 1, max: 3 }),
        activation: fc.constant("tanh" as const),
        bias: fc.boolean(),
        trainable: fc.boolean(),
      }),
      { maxLength: 2 },
    ),
  )
  .map(([inputs, hidden]) => {
    const last: DenseLayer = { kind: "dense", units: 1, activation: "identity" };
    return { inputs, layers: [...hidden, last] };
  });

const cases = fc.record({ network: networks, examples: fc.integer({ min: 2, max: 12 }), seed: fc.nat(1000) });
const settings = { seed: 1, numRuns: 60 };
const sharings = ["network", "layers"] as const;

describe.each<Form>(["gram", "primal"])("in %s form", (form) => {
  test("effective parameters are those of a dense computation, group by group", () => {
    fc.assert(
      fc.property(cases, (c) => {
        const setup = regressionProblem(c);
        const { space, problem, parameters } = setup;
        const gaussian = gaussianRandom(seededRandom(c.seed + 1));
        const precisions = Float64Array.from({ length: space.groups.length }, () => Math.exp(gaussian()));
        problem.linearize(parameters);
        const system = dampedSystem(form, space);
        system.assemble(
          problem.linearization,
          precisions.map((a) => 1 / a),
          null,
        );
        const gamma = new Float64Array(precisions.length);
        expect(system.effectiveParameters(1, gamma)).toBe(true);
        const { J } = naiveLinearization(setup, parameters.flat);
        const groups = groupsOf(setup);
        const a = expand(groups, precisions, J[0]!.length);
        // Both invert matrices of condition up to (tr JᵀJ + max a) / min a: below 10⁵ here.
        expect(relativeError(gamma, naiveGamma(J, a, groups))).toBeLessThan(1e5 * 100 * Number.EPSILON);
      }),
      settings,
    );
  });

  test.each(sharings)("evidence of the %s re-estimates after a step as its formulas say", (sharing) => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 3 }), (c, warmUps) => {
        const setup = regressionProblem(c);
        const { space, problem, parameters } = setup;
        const system = dampedSystem(form, space);
        const rule = evidence({ groups: sharing, alpha: 0.5, beta: 2, warmUps });
        const regularization = regularizedBy(rule, space);
        problem.linearize(parameters);
        regularization.assembleExact(system, problem, parameters, rule.init(space.groups));

        const { J, r } = naiveLinearization(setup, parameters.flat);
        const p = J[0]!.length;
        const groups = sharing === "layers" ? groupsOf(setup) : [Array.from({ length: p }, (_, i) => i)];
        let precisions: readonly number[] = groups.map(() => 0.5 / 2);
        for (let update = 0; update < warmUps; update++)
          precisions = naiveUpdate(J, r, parameters.flat, groups, expand(groups, precisions, p));
        const expected = expand(groups, precisions, p).map((a, i) => a * parameters.flat[i]!);
        const gradient = regularization.gradient!.flat.subarray(0, p);
        // Up to three updates, each by inverses of matrices of condition below 10⁶ here: 3 · 10⁶ ε = 7e-10.
        expect(relativeError(gradient, expected)).toBeLessThan(1e-9);
        const loss = expected.reduce((sum, g, i) => sum + (g * parameters.flat[i]!) / 2, 0);
        expect(relativeError([regularization.loss(parameters.flat)], [loss])).toBeLessThan(1e-9);
      }),
      settings,
    );
  });
});

function expand(groups: readonly number[][], values: ArrayLike<number>, p: number): number[] {
  const out = new Array<number>(p).fill(Number.NaN);
  groups.forEach((group, g) => {
    for (const i of group) out[i] = values[g]!;
  });
  return out;
}

/** α_g / β with α_g = γ_g / ‖θ_g‖² and β = (n - Σ γ) / ‖r‖², within the limits of `evidence`. */
function naiveUpdate(
  J: number[][],
  r: readonly number[],
  theta: ArrayLike<number>,
  groups: readonly number[][],
  a: readonly number[],
): number[] {
  const clip = (value: number) =>
    Math.min(Math.max(value, evidenceDefaults.smallest), evidenceDefaults.largest);
  const n = r.length;
  const gamma = naiveGamma(J, a, groups);
  const total = gamma.reduce((sum, value) => sum + value, 0);
  const beta = clip(Math.max(n - total, 0.01 * n) / dotProduct(r, r));
  return groups.map((group, g) => {
    if (group.length === 0) return 0.5 / beta;
    const squares = group.reduce((sum, i) => sum + theta[i]! ** 2, 0);
    return clip(squares === 0 ? Number.POSITIVE_INFINITY : Math.max(gamma[g]!, 1e-3) / squares) / beta;
  });
}

/** Runs steps of a linear model f = wᵀ x + c. */
function linearSteps(
  prior: PriorRule,
  steps: number,
  options: { form?: Form; damping?: DampingRule } = {},
  examples = 30,
) {
  const setup = regressionProblem({ examples, seed: 7, network: denseNetwork(3, [], 1) });
  const optimizer = gramGaussNewton({ prior, damping: undamped, ...options });
  const takeStep = planSteps(optimizer, setup.space);
  for (let step = 0; step < steps; step++) {
    setup.problem.linearize(setup.parameters);
    takeStep(setup.problem, setup.parameters);
  }
  return { ...setup, X: setup.xs.map((x) => [...x, 1]) };
}

/** (XᵀX + diag a)⁻¹ Xᵀ y. */
function ridge(X: number[][], y: readonly number[], a: readonly number[]): number[] {
  const A = multiply(transpose(X), X).map((row, i) => row.map((value, j) => value + (i === j ? a[i]! : 0)));
  return solve(
    A,
    transpose(X).map((column) => dotProduct(column, y)),
  );
}

describe("weightDecay", () => {
  test.each<Form>(["gram", "primal"])(
    "in one step of a linear model is ridge regression, in %s form",
    (form) => {
      for (const precision of [1e-3, 1, 100]) {
        const { X, targets, parameters } = linearSteps(weightDecay(precision), 1, { form });
        const expected = ridge(X, targets, [precision, precision, precision, precision]);
        // Systems of condition up to (30 · 4 + a) / a, in Gram form where a is small.
        expect(relativeError(parameters.flat, expected)).toBeLessThan(
          100 * (120 / precision + 1) * Number.EPSILON,
        );
      }
    },
  );

  test("comes to the same with damping by the gain ratio, after some steps", () => {
    const { X, targets, parameters } = linearSteps(weightDecay(2), 60, { damping: undefined as never });
    // Steps end where they gain less than the rounding error of the loss: the square root of ε from the minimum.
    expect(relativeError(parameters.flat, ridge(X, targets, [2, 2, 2, 2]))).toBeLessThan(
      10 * Math.sqrt(Number.EPSILON),
    );
  });

  test.each([0, -1, Number.NaN, Infinity])("refuses %s", (precision) => {
    expect(() => weightDecay(precision)).toThrow(
      `weightDecay: ${precision} is out of range; it must be a finite number above 0`,
    );
  });

  test("needs a rule for the damping", () => {
    expect(() => gramGaussNewton({ prior: weightDecay(1), damping: 0.1 })).toThrow(
      "prior: needs a rule for the damping, for example gainRatioDamping()",
    );
  });
});

/**
 * MacKay's iteration for a linear model, as in textbooks: posterior mean m = β A⁻¹ Xᵀ y with A = diag α + β XᵀX, then
 * γ_g = Σ 1 - α_g A⁻¹_ii, α_g = γ_g / ‖m_g‖², β = (n - Σ γ) / ‖y - X m‖²; an α for each group of parameters.
 */
function textbookMacKay(
  X: number[][],
  y: readonly number[],
  iterations: number,
  groups: readonly (readonly number[])[],
) {
  let alpha = groups.map(() => 1);
  let beta = 1;
  const groupOf = (i: number) => groups.findIndex((group) => group.includes(i));
  let m: number[] = [];
  for (let t = 0; t < iterations; t++) {
    const A = multiply(transpose(X), X).map((row, i) =>
      row.map((value, j) => beta * value + (i === j ? alpha[groupOf(i)]! : 0)),
    );
    m = solve(
      A,
      transpose(X).map((column) => beta * dotProduct(column, y)),
    );
    if (t === iterations - 1) break;
    const inverted = inverse(A);
    const gamma = groups.map((group, g) =>
      group.reduce((sum, i) => sum + 1 - alpha[g]! * inverted[i]![i]!, 0),
    );
    const r = X.map((row, i) => y[i]! - dotProduct(row, m));
    alpha = groups.map((group, g) => gamma[g]! / group.reduce((sum, i) => sum + m[i]! ** 2, 0));
    beta = (y.length - gamma.reduce((sum, value) => sum + value, 0)) / dotProduct(r, r);
  }
  return { m, alpha, beta };
}

/** The groups of a linear model of three inputs: weights and bias apart, or together. */
const linearGroups: Readonly<Record<(typeof sharings)[number], readonly (readonly number[])[]>> = {
  layers: [[0, 1, 2], [3]],
  network: [[0, 1, 2, 3]],
};

describe.each(sharings)("evidence of the %s on a linear model", (sharing) => {
  const groups = linearGroups[sharing];
  const rule = evidence({ groups: sharing, alpha: 1, beta: 1 });

  test.each<Form>(["gram", "primal"])("is the textbook's iteration, step by step, in %s form", (form) => {
    for (const steps of [1, 2, 3, 12]) {
      const { X, targets, parameters } = linearSteps(rule, steps, { form });
      const { m } = textbookMacKay(X, targets, steps, groups);
      // A step whose gain is below the rounding error of the loss is refused: √ε from the iteration at most.
      expect(relativeError(parameters.flat, m)).toBeLessThan(Math.sqrt(Number.EPSILON));
    }
  });

  test("finds the noise and the size of the weights", () => {
    const [n, p, noise] = [400, 3, 0.5];
    const gaussian = gaussianRandom(seededRandom(3));
    const X = Array.from({ length: n }, () => [gaussian(), gaussian(), gaussian(), 1]);
    const y = X.map((row) => 2 * row[0]! - row[1]! + 3 * row[2]! + 1 + noise * gaussian());
    const { m, alpha, beta } = textbookMacKay(X, y, 30, groups);
    const { space } = regressionProblem({ examples: 1, seed: 0, network: denseNetwork(p, [], 1) });
    const state = rule.init(space.groups);
    const r = X.map((row, i) => y[i]! - dotProduct(row, m));
    const gamma = groups.map((group, g) => alpha[g]! * group.reduce((sum, i) => sum + m[i]! ** 2, 0));
    rule.update(state, space.groups, Float64Array.from(gamma), n, dotProduct(r, r), Float64Array.from(m));
    expect(state.updates).toBe(1);
    expect(Math.abs(state.beta / beta - 1)).toBeLessThan(1e-9);
    expect(Math.abs(state.alpha[0]! / alpha[0]! - 1)).toBeLessThan(1e-12);
    // 1 / β estimates the variance of the noise with relative deviation √(2 / n): 4 deviations.
    expect(Math.abs(1 / (state.beta * noise ** 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(state.effective).toBeGreaterThan(3.9);
    expect(state.effective).toBeLessThan(4);
  });
});

describe("evidence at its limits", () => {
  const { groups } = regressionProblem({ examples: 2, seed: 1 }).space;
  const rule = evidence({ groups: "layers", alpha: 1, beta: 1 });
  const updated = (gamma: number, rows: number, squared: number, size: number) => {
    const state = rule.init(groups);
    rule.update(
      state,
      groups,
      new Float64Array(4).fill(gamma),
      rows,
      squared,
      new Float64Array(17).fill(size),
    );
    return state;
  };

  test("keeps β above 0 where a network interpolates its data", () => {
    expect(updated(5, 20, 1, 1).beta).toBeCloseTo(0.2, 14);
    expect(updated(5, 10, 1, 1).beta).toBeCloseTo(0.1, 14);
  });

  test("keeps all numbers finite and above 0, whatever it is given", () => {
    const sizes = [0, 1e-200, 1, 1e200, Infinity];
    for (const gamma of [0, 1e-300, 4])
      for (const squared of sizes)
        for (const size of sizes) {
          const { alpha, beta, precisions } = updated(gamma, 10, squared, size);
          for (const value of [...alpha, beta]) {
            expect(value).toBeGreaterThanOrEqual(evidenceDefaults.smallest);
            expect(value).toBeLessThanOrEqual(evidenceDefaults.largest);
          }
          expect(precisions.every((value) => value > 0 && Number.isFinite(value))).toBe(true);
        }
  });

  test("leaves the precision of frozen layers", () => {
    const [hidden, last] = denseNetwork(2, [4], 1).layers;
    const network: Network = { inputs: 2, layers: [{ ...hidden!, trainable: false }, last!] };
    const { space } = regressionProblem({ examples: 2, seed: 1, network });
    const state = rule.init(space.groups);
    rule.update(state, space.groups, Float64Array.of(0, 0, 2, 1), 10, 1, new Float64Array(17).fill(0.5));
    expect([...state.alpha]).toEqual([1, 1, 2, 4]);
  });
});

test("priorLoss is ½ Σ a θ², priorGradient its gradient", () => {
  const { space } = regressionProblem({ examples: 2, seed: 1 });
  const state = evidence().init(space.groups);
  state.precisions.set([1, 2, 3, 4]);
  const theta = space.vector();
  theta.flat.fill(1).fill(-2, 8);
  // 8 weights, 4 biases, 4 weights, 1 bias.
  expect(priorLoss(state, space.groups, theta.flat)).toBe((8 * 1 + 4 * 2 * 4 + 4 * 3 * 4 + 4 * 4) / 2);
  const gradient = new Float64Array(17);
  priorGradient(state, space.groups, theta.flat, gradient);
  expect([...gradient]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, -4, -4, -4, -4, -6, -6, -6, -6, -8]);
});
