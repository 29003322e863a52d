import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import type { PlannedResidual } from "../../src/linearization/residual.ts";
import { networkSpace } from "../../src/linearization/space.ts";
import { initialize } from "../../src/network/initialize.ts";
import { denseNetwork, type Network, parameterCount } from "../../src/network/network.ts";
import { dampedSystem } from "../../src/posterior/damped-system.ts";
import type { Form } from "../../src/posterior/form.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { loadDataset } from "../../src/residuals/dataset.ts";
import { denseResidual } from "../../src/residuals/dense-residual.ts";
import { networkResidual } from "../../src/residuals/network-residual.ts";
import { weightedSum } from "../../src/residuals/weighted-sum.ts";
import { linearProblem, randomWeights } from "../linearization/linear-problem.ts";
import { dotProduct, multiply, solve, transpose } from "../twins/naive-matrix.ts";
import { naiveJacobian } from "../twins/naive-network.ts";

const forms: readonly Form[] = ["gram", "primal"];

/** A layer of which all outputs of an example share a parameter, frozen layers before it. */
const partlyFrozen = (inputs: number, units: number): Network => ({
  inputs,
  layers: [
    { kind: "dense", units: 3, activation: "tanh", trainable: false },
    { kind: "dense", units, activation: "tanh" },
    { kind: "scale", per: "layer" },
  ],
});

const cases = fc.record({
  isDense: fc.boolean(),
  inputs: fc.integer({ min: 1, max: 3 }),
  hidden: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  examples: fc.integer({ min: 1, max: 8 }),
  /** Of the other batch: fewer, as many, or more than the posterior was allocated for. */
  others: fc.integer({ min: 1, max: 12 }),
  isWeighted: fc.boolean(),
  seed: fc.nat(1000),
  damping: fc.constantFrom(1e-2, 1, 100),
});

type Problem = ReturnType<typeof linearProblem>;

/** A network on a batch and on another one, at the same parameters: those are drawn from the seed alone. */
function twoBatches(network: Network, examples: number, others: number, seed: number) {
  const problem = linearProblem(network, examples, seed);
  const gaussian = gaussianRandom(seededRandom(seed + 1));
  const other = linearProblem(network, others, seed, () => gaussian());
  expect(other.theta).toEqual(problem.theta);
  return { problem, other };
}

function trace(matrix: readonly (readonly number[])[]): number {
  return matrix.reduce((sum, row, i) => sum + row[i]!, 0);
}

/** The diagonal of J' (Jᵀ J + λ W⁻¹)⁻¹ J'ᵀ, and how far roundings may be from it; `diagonal` is that of W. */
function naiveVariance(J: number[][], others: number[][], damping: number, diagonal: readonly number[]) {
  const N = multiply(transpose(J), J).map((row, i) =>
    row.map((value, j) => value + (i === j ? damping / diagonal[i]! : 0)),
  );
  const [n, p] = [J.length, N.length];
  const scaled = (row: number[]) => row.reduce((sum, value, i) => sum + value ** 2 * diagonal[i]!, 0);
  const ofGram = J.reduce((sum, row) => sum + scaled(row), n * damping);
  return others.map((row) => {
    const x = solve(N, row);
    const variance = dotProduct(row, x);
    // A solve is that of a matrix which is off by (size) ε of its trace. With x = N⁻¹ j' that moves j'ᵀ x by at most
    // (p ε tr N) ‖x‖². In Gram form the solution is y = J x, with ‖y‖² <= j'ᵀ x, and the difference of j'ᵀ W j' and
    // j'ᵀ W Jᵀ y is divided by λ. J itself is right to some ε, and so a factor of 10 in all.
    const primal = trace(N) * dotProduct(x, x);
    const gram = (ofGram * variance + scaled(row)) / damping;
    return { variance, rounding: 10 * (n + p) * Number.EPSILON * (primal + gram) };
  });
}

function varianceOf(form: Form, { problem, other }: { problem: Problem; other: Problem }, damping: number) {
  return (weights: Float64Array | null) => {
    const posterior = problem.system(form);
    posterior.assemble(problem.linearization, weights, null);
    const out = new Float64Array(other.n).fill(Number.NaN);
    expect(posterior.variance(damping, other.linearization, out)).toBe(true);
    return out;
  };
}

describe("the variance at the rows of another batch", () => {
  test("is the diagonal of J' (Jᵀ J + λ W⁻¹)⁻¹ J'ᵀ in both forms", () => {
    fc.assert(
      fc.property(cases, (c) => {
        const network = c.isDense
          ? denseNetwork(c.inputs, c.hidden, c.outputs)
          : partlyFrozen(c.inputs, c.outputs);
        const batches = twoBatches(network, c.examples, c.others, c.seed);
        const { J } = batches.problem;
        const random = randomWeights(batches.problem);
        const weights = c.isWeighted ? random.weights : null;
        const diagonal = c.isWeighted ? random.diagonal : random.diagonal.map(() => 1);
        const expected = naiveVariance(J, batches.other.J, c.damping, diagonal);
        const [gram, primal] = forms.map((form) => varianceOf(form, batches, c.damping)(weights));
        for (const [i, { variance, rounding }] of expected.entries()) {
          expect(Math.abs(gram![i]! - variance)).toBeLessThanOrEqual(rounding);
          expect(Math.abs(primal![i]! - variance)).toBeLessThanOrEqual(rounding);
          expect(Math.abs(gram![i]! - primal![i]!)).toBeLessThanOrEqual(rounding);
        }
      }),
      { seed: 23, numRuns: 100 },
    );
  });

  test.each(forms)("in %s form is that of the prior where there are no data to speak of", (form) => {
    const batches = twoBatches(denseNetwork(2, [3], 2), 2, 5, 4);
    const damping = 1e12;
    const variance = varianceOf(form, batches, damping)(null);
    for (const [i, row] of batches.other.J.entries()) {
      // The data take away ‖J‖² / λ of it at most, with ‖J‖² below 100.
      const ratio = (variance[i]! * damping) / dotProduct(row, row);
      expect(Math.abs(ratio - 1)).toBeLessThan(1e-10);
    }
  });

  test.each(forms)(
    "in %s form is at the rows of the batch itself as much as the parameters determine",
    (form) => {
      const problem = linearProblem(denseNetwork(2, [4], 2), 9, 3);
      const variance = varianceOf(form, { problem, other: problem }, 0.5)(null);
      const posterior = problem.system(form);
      posterior.assemble(problem.linearization, null, null);
      // tr(J (Jᵀ J + λ I)⁻¹ Jᵀ) = γ; each is one of the diagonal of a matrix with eigenvalues in [0, 1).
      const sum = variance.reduce((a, b) => a + b);
      expect(Math.abs(sum - posterior.effectiveTotal(0.5)!)).toBeLessThan(1e-11);
      for (const value of variance) expect(value).toBeGreaterThan(0);
      for (const value of variance) expect(value).toBeLessThan(1);
    },
  );

  test.each(forms)("in %s form is below that far away", (form) => {
    // A straight line through points in [-1, 1], and its prolongation.
    const line = denseNetwork(1, [], 1);
    const problem = linearProblem(line, 20, 6, (i) => -1 + i / 10);
    const near = varianceOf(form, { problem, other: problem }, 0.1)(null);
    const other = linearProblem(line, 3, 6, (i) => 10 ** (i + 1));
    const far = varianceOf(form, { problem, other }, 0.1)(null);
    expect(Math.max(...near)).toBeLessThan(far[0]!);
    expect(far[0]).toBeLessThan(far[1]!);
    expect(far[1]).toBeLessThan(far[2]!);
  });

  test("goes by whole examples where they have different numbers of rows", () => {
    const network = denseNetwork(2, [3], 2);
    const p = parameterCount(network);
    const gaussian = gaussianRandom(seededRandom(8));
    const numbers = (length: number) => Array.from({ length }, gaussian);
    const lines = Array.from({ length: 3 }, () => numbers(p));
    const xs = Array.from({ length: 4 }, () => numbers(2));
    const theta = initialize(network, 8);
    const kernels = referenceKernels();
    // One row for each of three lines, then two for each of four examples of a network.
    const sum = weightedSum([
      {
        residual: denseResidual({
          parameters: p,
          examples: 3,
          groups: networkSpace(kernels, "float64", network, 1).groups,
          evaluate(_, example, r, jacobian) {
            r[0] = 1;
            jacobian?.set(lines[example]!);
          },
        }),
        weight: 4,
      },
      {
        residual: networkResidual(network, loadDataset(kernels, "float64", 4, xs.flat(), numbers(8))),
        weight: 1,
      },
    ]);
    const [own, other] = [0, 1].map(() => sum.plan(kernels, "float64", 7)) as [
      PlannedResidual,
      PlannedResidual,
    ];
    const at = (planned: PlannedResidual, examples: number[]) => {
      const parameters = planned.space.vector();
      parameters.flat.set(theta);
      planned.load(Int32Array.from(examples), 0, examples.length);
      planned.linearize(parameters);
      return planned.linearization;
    };
    const twice = (row: number[]) => row.map((value) => 2 * value);
    const J = [...lines.slice(0, 2).map(twice), ...naiveJacobian(network, theta, xs.slice(0, 3))];
    const others = [twice(lines[2]!), ...naiveJacobian(network, theta, xs.slice(1))];
    const expected = naiveVariance(J, others, 0.5, new Array<number>(p).fill(1));
    for (const form of forms) {
      const posterior = dampedSystem(form, own.space);
      posterior.assemble(at(own, [0, 1, 3, 4, 5]), null, null);
      const out = new Float64Array(others.length);
      expect(posterior.variance(0.5, at(other, [2, 4, 5, 6]), out)).toBe(true);
      for (const [i, { variance, rounding }] of expected.entries())
        expect(Math.abs(out[i]! - variance)).toBeLessThanOrEqual(rounding);
    }
  });

  test.each(forms)("in %s form is not known where the matrix is not finite", (form) => {
    const { problem, other } = twoBatches(denseNetwork(2, [3], 1), 4, 3, 1);
    const posterior = problem.system(form);
    const fill = (out: Float64Array) => out.fill(Number.NaN);
    const broken = {
      ...problem.linearization,
      rows: 4,
      gram: (_: Float64Array | null, out: Float64Array) => fill(out),
      normal: fill,
    };
    posterior.assemble(broken, null, null);
    const out = new Float64Array(3).fill(7);
    expect(posterior.variance(1, other.linearization, out)).toBe(false);
    expect([...out]).toEqual([7, 7, 7]);
  });
});
