import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import type { PlannedResidual, Residual } from "../../src/linearization/residual.ts";
import { initialize } from "../../src/network/initialize.ts";
import { denseNetwork } from "../../src/network/network.ts";
import { gaussianRandom, type Random, seededRandom } from "../../src/random/random.ts";
import { loadDataset } from "../../src/residuals/dataset.ts";
import { denseResidual } from "../../src/residuals/dense-residual.ts";
import { networkResidual } from "../../src/residuals/network-residual.ts";
import { weightedSum } from "../../src/residuals/weighted-sum.ts";
import { multiply, relativeError, transpose } from "../twins/naive-matrix.ts";

const network = denseNetwork(2, [3], 2);
const p = 17;

/** A network on some examples. */
function ofNetwork(examples: number, random: Random): Residual {
  const numbers = (length: number) => Float64Array.from({ length }, random);
  const dataset = loadDataset(
    referenceKernels(),
    "float64",
    examples,
    numbers(2 * examples),
    numbers(2 * examples),
  );
  return networkResidual(network, dataset);
}

/** Random linear functions of the same parameters, one for each example. */
function ofFunctions(examples: number, random: Random): Residual {
  const rows = Array.from({ length: examples }, () => Float64Array.from({ length: p }, random));
  return denseResidual({
    parameters: p,
    examples,
    groups: [
      { start: 0, end: 6 },
      { start: 6, end: 9 },
      { start: 9, end: 15 },
      { start: 15, end: p },
    ],
    evaluate(theta, example, r, jacobian) {
      const row = rows[example]!;
      r[0] = row.reduce((sum, value, j) => sum + value * theta[j]!, -1);
      jacobian?.set(row);
    },
  });
}

const cases = fc.record({
  sizes: fc.tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 3 }),
  ),
  weights: fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 3, maxLength: 3 }),
  seed: fc.nat(1000),
});

interface Case {
  readonly sizes: readonly number[];
  readonly weights: readonly number[];
  readonly seed: number;
}

/** A sum of a network, functions, and another network, on a batch of all or some examples; and its parts, each stacked by hand. */
function sumOf({ sizes, weights, seed }: Case, some: (example: number) => boolean = () => true) {
  const random = gaussianRandom(seededRandom(seed));
  const residuals = sizes.map((size, k) => (k === 1 ? ofFunctions : ofNetwork)(size, random));
  const kernels = referenceKernels();
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const sum = weightedSum(residuals.map((residual, k) => ({ residual, weight: weights[k]! })));
  const planned = sum.plan(kernels, "float64", total);
  const theta = planned.space.vector();
  theta.flat.set(initialize(network, seed));
  const order = Int32Array.from({ length: total }, (_, i) => i).filter(some);
  planned.load(order, 0, order.length);
  planned.linearize(theta);
  let first = 0;
  const parts = residuals.map((residual, k) => {
    const own = residual.plan(kernels, "float64", residual.examples);
    const chosen = order.filter((e) => e >= first && e < first + residual.examples).map((e) => e - first);
    first += residual.examples;
    if (chosen.length === 0) return { r: [], J: [] };
    own.load(chosen, 0, chosen.length);
    own.linearize(theta);
    return stack(own, Math.sqrt(weights[k]!));
  });
  return {
    planned,
    theta,
    order,
    r: parts.flatMap(({ r }) => r),
    J: parts.flatMap(({ J }) => J),
    random,
  };
}

function stack({ linearization, residuals }: PlannedResidual, root: number) {
  const n = linearization.rows;
  const rows = new Float64Array(n * p);
  linearization.writeRows(0, n, rows);
  return {
    r: Array.from(residuals.subarray(0, n), (value) => root * value),
    J: Array.from({ length: n }, (_, i) => Array.from(rows.subarray(i * p, (i + 1) * p), (v) => root * v)),
  };
}

const settings = { seed: 4, numRuns: 40 };
/** Sums of at most 17 products and 20 rows: 64 ε. */
const tolerance = 64 * Number.EPSILON;

function check(of: (one: ReturnType<typeof sumOf>) => void): void {
  fc.assert(
    fc.property(cases, (one) => of(sumOf(one))),
    settings,
  );
  // A part that has no example in the batch.
  of(sumOf({ sizes: [2, 3, 2], weights: [1, 2, 3], seed: 1 }, (example) => example < 2 || example > 4));
}

describe("a weighted sum of residuals", () => {
  test("has the residuals and the loss of its parts", () => {
    check(({ planned, theta, order, r }) => {
      const squares = r.reduce((sum, value) => sum + value ** 2, 0);
      expect(relativeError(planned.residuals.subarray(0, r.length), r)).toBeLessThan(tolerance);
      expect(planned.linearization.rows).toBe(r.length);
      for (const value of [
        2 * planned.loss,
        2 * planned.lossAt(theta),
        planned.sumOfSquares(theta, order, order.length),
      ])
        expect(relativeError([value], [squares])).toBeLessThan(tolerance);
      expect(planned.rowsOf(order, order.length)).toBe(r.length);
    });
  });

  test("has the products of its stacked Jacobian", () => {
    check(({ planned: { linearization, space }, J, random }) => {
      const u = Float64Array.from(J, random);
      const d = space.vector();
      d.flat.set(d.flat.map(random));
      const pulled = multiply(
        transpose(J),
        Array.from(u, (v) => [v]),
      ).flat();
      const pushed = multiply(
        J,
        Array.from(d.flat, (v) => [v]),
      ).flat();
      expect(relativeError(linearization.pullback(u, space.vector()).flat, pulled)).toBeLessThan(
        10 * tolerance,
      );
      expect(relativeError(linearization.pushforward(d, new Float64Array(J.length)), pushed)).toBeLessThan(
        10 * tolerance,
      );
    });
  });

  test("has the Gram matrix, the normal matrix and the traces of its stacked Jacobian", () => {
    check(({ planned: { linearization, space }, J, random }) => {
      const n = J.length;
      const weights = Float64Array.from(space.groups, () => Math.exp(random()));
      const weightOf = (c: number) =>
        weights[space.groups.findIndex(({ start, end }) => c >= start && c < end)]!;
      const expected = multiply(
        J.map((row) => row.map((v, c) => v * weightOf(c))),
        transpose(J),
      );
      const gram = linearization.gram(weights, new Float64Array(n * n));
      const lower = (of: (i: number, j: number) => number, m: number) =>
        Array.from({ length: m }, (_, i) => Array.from({ length: i + 1 }, (__, j) => of(i, j))).flat();
      expect(
        relativeError(
          lower((i, j) => gram[i * n + j]!, n),
          lower((i, j) => expected[i]![j]!, n),
        ),
      ).toBeLessThan(10 * tolerance);
      const cross = linearization.cross(linearization, weights, new Float64Array(n * n));
      expect(relativeError(cross, expected.flat())).toBeLessThan(10 * tolerance);
      const normal = linearization.normal(new Float64Array(p * p));
      const JtJ = multiply(transpose(J), J);
      expect(
        relativeError(
          lower((i, j) => normal[i * p + j]!, p),
          lower((i, j) => JtJ[i]![j]!, p),
        ),
      ).toBeLessThan(10 * tolerance);
      const z = new Float64Array(n * n).map((_, e) => (e % n === Math.floor(e / n) ? 1 : 0));
      const traces = linearization.gramTraces(
        z,
        new Float64Array(n * n),
        new Float64Array(space.groups.length),
      );
      space.groups.forEach(({ start, end }, group) => {
        const squares = J.reduce((sum, row) => sum + row.slice(start, end).reduce((s, v) => s + v * v, 0), 0);
        expect(relativeError([traces[group]!], [squares])).toBeLessThan(10 * tolerance);
      });
    });
  });

  test("numbers the examples of its parts one after the other", () => {
    const { planned } = sumOf({ sizes: [2, 2, 1], weights: [1, 1, 1], seed: 0 });
    expect([...planned.linearization.example.subarray(0, 8)]).toEqual([0, 0, 1, 1, 2, 3, 4, 4]);
  });

  test("refuses weights that are none, no parts, and parts of other parameters", () => {
    const random = seededRandom(1);
    const residual = ofNetwork(2, random);
    expect(() => weightedSum([{ residual, weight: 0 }])).toThrow("weightedSum: weight 0 is out of range");
    expect(() => weightedSum([])).toThrow("weightedSum: has no residual; give at least one");
    const other = denseResidual({ parameters: 2, examples: 1, evaluate() {} });
    const sum = weightedSum([
      { residual, weight: 1 },
      { residual: other, weight: 1 },
    ]);
    expect(() => sum.plan(referenceKernels(), "float64", 3)).toThrow(
      "weightedSum: residuals of 17 and of 2 parameters can't be added; give all the same parameters",
    );
    const ungrouped = denseResidual({ parameters: p, examples: 1, evaluate() {} });
    const mixed = weightedSum([
      { residual, weight: 1 },
      { residual: ungrouped, weight: 1 },
    ]);
    expect(() => mixed.plan(referenceKernels(), "float64", 3)).toThrow(
      "weightedSum: residuals whose parameters are grouped in different ways can't be added",
    );
  });
});
