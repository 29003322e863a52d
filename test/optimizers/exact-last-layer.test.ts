import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DenseNetwork, denseNetwork } from "../../src/network/network.ts";
import { adam } from "../../src/optimizers/adam.ts";
import { exactLastLayer } from "../../src/optimizers/exact-last-layer.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { sgd } from "../../src/optimizers/sgd.ts";
import { dotProduct, multiply, relativeError, solve, transpose } from "../twins/naive-matrix.ts";
import { naiveForward, naiveJacobian } from "../twins/naive-network.ts";
import { planSteps, regressionProblem } from "./regression-problem.ts";

function run(
  optimizer: Optimizer,
  seed: number,
  steps: number,
  network = denseNetwork(2, [4], 1),
  examples = 20,
) {
  const setup = regressionProblem({ examples, seed, network });
  const { problem, parameters, space, xs, targets } = setup;
  const takeStep = planSteps(optimizer, space);
  const path = [Float64Array.from(parameters.flat)];
  for (let step = 0; step < steps; step++) {
    problem.linearize(parameters);
    takeStep(problem, parameters);
    path.push(Float64Array.from(parameters.flat));
  }
  const residuals = (w: ArrayLike<number>) => xs.map((x, i) => naiveForward(network, w, x)[0]! - targets[i]!);
  return { ...setup, path, residuals };
}

const optimizers: readonly (readonly [string, () => Optimizer])[] = [
  ["gramGaussNewton", () => gramGaussNewton()],
  ["adam", () => adam({ learningRate: 0.01 })],
  ["sgd", () => sgd({ learningRate: 0.05 })],
];

describe.each(optimizers)("exactLastLayer of %s", (_, make) => {
  test("leaves no gradient in the last layer, whatever its scale", () => {
    const { inputs, layers } = denseNetwork(2, [4], 1);
    const network: DenseNetwork = { inputs, layers: [layers[0]!, { ...layers[1]!, scale: 3 }] };
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 3 }), (seed, steps) => {
        const { xs, path, residuals } = run(exactLastLayer(make()), seed, steps, network);
        const end = path.at(-1)!;
        const r = residuals(end);
        const gradient = transpose(naiveJacobian(network, end, xs)).map((column) => dotProduct(column, r));
        // Parameters 0 to 11 are of the hidden layer, 12 to 16 of the last one. The residual of a solve is of the
        // order of ε times the matrix, up to 20, times the solution, up to 1e3 where features are nearly alike.
        expect(Math.max(...gradient.slice(12).map(Math.abs))).toBeLessThan(1e-11);
        expect(Math.max(...gradient.slice(0, 12).map(Math.abs))).toBeGreaterThan(1e-8);
      }),
      { seed: 12, numRuns: 20 },
    );
  });

  test("solves a linear model in one step", () => {
    const network = denseNetwork(2, [], 1);
    const { xs, targets, path } = run(exactLastLayer(make()), 3, 1, network);
    const rows = xs.map((x) => [...x, 1]);
    const normal = multiply(transpose(rows), rows);
    const best = solve(
      normal,
      transpose(rows).map((column) => dotProduct(column, targets)),
    );
    expect(relativeError(path[1]!, best)).toBeLessThan(1e-12);
  });
});

describe("exactLastLayer", () => {
  test("makes the step of Gauss-Newton that of variable projection", () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const still = exactLastLayer(sgd({ learningRate: 1e-12, momentum: 0 }));
        const { network, xs, kernels, problem, parameters, space, residuals } = run(still, seed, 1);
        const before = Float64Array.from(parameters.flat);
        const undamped = gramGaussNewton({ lambda: 1, alpha: 0 });
        problem.linearize(parameters);
        planSteps(undamped, space)(problem, parameters);
        const after = parameters.flat;
        const J = naiveJacobian(network, before, xs);
        const r = residuals(before);
        const hidden = J.map((row) => row.slice(0, 12));
        const Phi = J.map((row) => row.slice(12));
        // Kaufman's Jacobian (I - Φ Φ⁺) J_hidden, column by column.
        const normal = multiply(transpose(Phi), Phi);
        const project = (v: number[]) => {
          const fitted = solve(
            normal,
            transpose(Phi).map((column) => dotProduct(column, v)),
          );
          return v.map((value, i) => value - dotProduct(Phi[i]!, fitted));
        };
        const columns = transpose(hidden).map(project);
        const matrix = columns.map((a) => columns.map((b) => dotProduct(a, b)));
        const expected = solve(
          matrix,
          columns.map((column) => -dotProduct(column, r)),
        );
        const all = multiply(transpose(J), J);
        const values = new Float64Array(17);
        kernels.symmetricEigen(17, Float64Array.from(all.flat()), 17, values);
        const condition = values[16]! / values[0]!;
        fc.pre(condition > 0 && condition < 1e9);
        const effect = (delta: ArrayLike<number>) =>
          r.map((_, i) => columns.reduce((sum, column, j) => sum + column[i]! * delta[j]!, 0));
        const delta = after.slice(0, 12).map((value, j) => value - before[j]!);
        expect(relativeError(effect(delta), effect(expected))).toBeLessThan(17 * condition * Number.EPSILON);
      }),
      { seed: 13, numRuns: 20 },
    );
  });

  test("never raises the loss above that of the step", () => {
    for (let seed = 0; seed < 10; seed++) {
      const optimizer = exactLastLayer(gramGaussNewton());
      const { path, residuals } = run(optimizer, seed, 10);
      const losses = path.map((w) => dotProduct(residuals(w), residuals(w)));
      for (let step = 1; step < losses.length; step++)
        expect(losses[step]).toBeLessThanOrEqual(losses[step - 1]! * (1 + 1e-12));
    }
  });

  test("with damping solves (Φᵀ Φ + λ I) Δ = -Φᵀ R", () => {
    const network = denseNetwork(2, [], 1);
    const start = run(sgd({ learningRate: 1e-9, momentum: 0 }), 3, 1, network);
    const { xs, path, residuals } = run(
      exactLastLayer(sgd({ learningRate: 1e-9, momentum: 0 }), { damping: 0.5 }),
      3,
      1,
      network,
    );
    const before = start.path[1]!;
    const rows = xs.map((x) => [...x, 1]);
    const normal = multiply(transpose(rows), rows);
    const lambda = (0.5 * (normal[0]![0]! + normal[1]![1]! + normal[2]![2]!)) / 3;
    const damped = normal.map((row, i) => row.map((value, j) => value + (i === j ? lambda : 0)));
    const r = residuals(before);
    const delta = solve(
      damped,
      transpose(rows).map((column) => -dotProduct(column, r)),
    );
    expect(
      relativeError(
        path[1]!,
        before.map((value, j) => value + delta[j]!),
      ),
    ).toBeLessThan(1e-12);
  });

  test("refuses a last layer that it can't solve", () => {
    const { space } = regressionProblem({ examples: 4, seed: 1, network: curved });
    expect(() => exactLastLayer(sgd()).plan(space)).toThrow(
      "exactLastLayer: the last layer is tanh; it must be dense, linear and trainable",
    );
    expect(() => exactLastLayer(sgd(), { damping: -1 })).toThrow("damping: -1 is out of range");
  });
});

const curved: DenseNetwork = { inputs: 2, layers: [{ kind: "dense", units: 1, activation: "tanh" }] };
