import { describe, expect, test } from "vitest";
import { wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";
import { denseNetwork } from "../../src/network/network.ts";
import { lbfgs } from "../../src/optimizers/lbfgs.ts";
import { armijo } from "../../src/optimizers/step-search.ts";
import { dotProduct, multiply, relativeError, solve, transpose } from "../twins/naive-matrix.ts";
import { naiveForward, naiveJacobian } from "../twins/naive-network.ts";
import { planSteps, regressionProblem } from "./regression-problem.ts";

type Setup = Parameters<typeof regressionProblem>[0];

function run(setup: Setup, steps: number, options = {}) {
  const made = regressionProblem(setup);
  const { problem, parameters, space, network, xs, targets } = made;
  const optimizer = lbfgs(options);
  const takeStep = planSteps(optimizer, space);
  const path = [[...parameters.flat]];
  const lengths: number[] = [];
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    problem.linearize(parameters);
    losses.push(problem.loss);
    lengths.push(takeStep(problem, parameters).learningRate);
    path.push([...parameters.flat]);
  }
  const gradient = (w: number[]) => {
    const r = xs.map((x, i) => naiveForward(network, w, x)[0]! - targets[i]!);
    return transpose(naiveJacobian(network, w, xs)).map((column) => dotProduct(column, r));
  };
  return { ...made, path, lengths, losses, gradient };
}

const minus = (a: number[], b: number[]) => a.map((value, i) => value - b[i]!);
const outer = (a: number[], b: number[]) => a.map((x) => b.map((y) => x * y));

/** H of the given pairs by the formula, on dense matrices. */
function denseInverseHessian(pairs: readonly (readonly [number[], number[]])[]): number[][] {
  const [s, y] = pairs.at(-1)!;
  const p = s.length;
  const scale = dotProduct(s, y) / dotProduct(y, y);
  let H = Array.from({ length: p }, (_, i) => Array.from({ length: p }, (__, j) => (i === j ? scale : 0)));
  for (const [s, y] of pairs) {
    const rho = 1 / dotProduct(s, y);
    const left = outer(s, y).map((row, i) => row.map((value, j) => (i === j ? 1 : 0) - rho * value));
    H = multiply(multiply(left, H), transpose(left)).map((row, i) =>
      row.map((value, j) => value + rho * s[i]! * s[j]!),
    );
  }
  return H;
}

describe("lbfgs", () => {
  // With seeds 43 and 219 a pair has negative curvature: it is left out, and the older ones stay.
  test.each([
    [2, 3],
    [5, 3],
    [2, 43],
    [2, 219],
  ])("with memory %d and seed %d steps along -H g of the dense formula", (memory, seed) => {
    const { path, lengths, gradient } = run({ examples: 12, seed }, 8, { memory });
    const gradients = path.map(gradient);
    const pairs = path
      .slice(1)
      .map((w, t): [number[], number[]] => [minus(w, path[t]!), minus(gradients[t + 1]!, gradients[t]!)])
      .map(([s, y]) => (dotProduct(s, y) > 0 ? ([s, y] as const) : null));
    expect(pairs.slice(0, 7).every((pair) => pair !== null)).toBe(seed === 3);
    for (let step = 1; step < 8; step++) {
      const known = pairs
        .slice(0, step)
        .filter((pair) => pair !== null)
        .slice(-memory);
      const direction = multiply(
        denseInverseHessian(known),
        gradients[step]!.map((g) => [-g]),
      ).flat();
      const actual = minus(path[step + 1]!, path[step]!).map((value) => value / lengths[step]!);
      // Eight products of matrices of a condition of up to 1e4.
      expect(relativeError(actual, direction)).toBeLessThan(1e-9);
    }
  });

  test("finds the least squares solution of a linear model", () => {
    const network = denseNetwork(3, [], 1);
    const { xs, targets, path } = run({ examples: 30, seed: 1, network }, 40);
    const rows = xs.map((x) => [...x, 1]);
    const best = solve(
      multiply(transpose(rows), rows),
      transpose(rows).map((column) => dotProduct(column, targets)),
    );
    // Where the loss is flat to rounding errors, √ε from its minimum, no decrease can be seen.
    expect(relativeError(path.at(-1)!, best)).toBeLessThan(1e-7);
  });

  test("never raises the loss, also with a memory of 1 and on the WebAssembly kernels in float32", () => {
    const setup = { examples: 30, seed: 2, network: denseNetwork(2, [6], 1), kernels: wasmKernels() };
    for (const { losses } of [run({ ...setup, dtype: "float32" }, 40), run(setup, 40, { memory: 1 })]) {
      for (let step = 1; step < losses.length; step++)
        expect(losses[step]).toBeLessThanOrEqual(losses[step - 1]!);
      expect(losses.at(-1)).toBeLessThan(0.1 * losses[0]!);
    }
  });

  test("leaves the parameters where numbers are not finite, or nothing lowers the loss, and says so", () => {
    const failing = (setup: Setup, options = {}) => {
      const { problem, parameters, space } = regressionProblem(setup);
      const optimizer = lbfgs(options);
      const before = Float64Array.from(parameters.flat);
      problem.linearize(parameters);
      const { accepted, failure } = planSteps(optimizer, space)(problem, parameters);
      expect(accepted).toBe(false);
      expect(parameters.flat).toEqual(before);
      return failure;
    };
    const setup = { examples: 6, seed: 1 };
    expect(failing({ ...setup, scale: Number.POSITIVE_INFINITY })).toBe("not finite");
    const long = { lengths: [1e6], sufficientDecrease: 1e-4 };
    expect(failing(setup, { search: long })).toBe("no decrease");
  });

  test("refuses a memory of 0", () => {
    expect(() => lbfgs({ memory: 0, search: armijo() })).toThrow("memory: 0 is out of range");
  });
});
