import { describe, expect, test } from "vitest";
import { adam } from "../../src/optimizers/adam.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { sgd } from "../../src/optimizers/sgd.ts";
import { dotProduct, relativeError, transpose } from "../twins/naive-matrix.ts";
import { naiveForward, naiveJacobian } from "../twins/naive-network.ts";
import { planSteps, regressionProblem } from "./regression-problem.ts";

/** Runs an optimizer and, beside it, its update written out on plain arrays: (gradient, weights, step number). */
function compare(optimizer: Optimizer, update: (g: number[], w: number[], t: number) => void) {
  const { network, xs, targets, problem, parameters, space } = regressionProblem({ examples: 7, seed: 2 });
  const takeStep = planSteps(optimizer, space);
  const w = [...parameters.flat];
  for (let t = 1; t <= 5; t++) {
    problem.linearize(parameters);
    takeStep(problem, parameters);
    const J = naiveJacobian(network, w, xs);
    const r = residuals(network, w, xs, targets);
    update(
      transpose(J).map((column) => dotProduct(column, r) / 7),
      w,
      t,
    );
    expect(relativeError(parameters.flat, w)).toBeLessThan(1e-12);
  }
}

function residuals(
  network: Parameters<typeof naiveForward>[0],
  w: number[],
  xs: number[][],
  targets: number[],
) {
  return xs.map((x, i) => naiveForward(network, w, x)[0]! - targets[i]!);
}

describe("sgd", () => {
  test("follows Polyak's momentum", () => {
    const v: number[] = [];
    compare(sgd({ learningRate: 0.1, momentum: 0.8 }), (g, w) => {
      g.forEach((value, i) => {
        v[i] = 0.8 * (v[i] ?? 0) + value;
        w[i]! -= 0.1 * v[i]!;
      });
    });
  });

  test("follows Nesterov's momentum", () => {
    const v: number[] = [];
    compare(sgd({ learningRate: 0.1, momentum: 0.8, nesterov: true }), (g, w) => {
      g.forEach((value, i) => {
        v[i] = 0.8 * (v[i] ?? 0) + value;
        w[i]! -= 0.1 * (0.8 * v[i]! + value);
      });
    });
  });
});

test("adam follows algorithm 1 of its paper", () => {
  const m: number[] = [];
  const v: number[] = [];
  compare(adam({ learningRate: 0.01 }), (g, w, t) => {
    g.forEach((value, i) => {
      m[i] = 0.9 * (m[i] ?? 0) + 0.1 * value;
      v[i] = 0.999 * (v[i] ?? 0) + 0.001 * value ** 2;
      w[i]! -= (0.01 * (m[i]! / (1 - 0.9 ** t))) / (Math.sqrt(v[i]! / (1 - 0.999 ** t)) + 1e-8);
    });
  });
});
