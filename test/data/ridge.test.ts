import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitRidge, predictLinear } from "../../src/data/ridge.ts";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { dotProduct, multiply, solve, transpose } from "../twins/naive-matrix.ts";

interface Problem {
  readonly x: number[][];
  readonly y: number[][];
}

function problem(rows: number, columns: number, outputs: number, seed: number, noise = 1): Problem {
  const gaussian = gaussianRandom(seededRandom(seed));
  const x = Array.from({ length: rows }, () => Array.from({ length: columns }, () => 1 + gaussian()));
  const truth = Array.from({ length: columns }, () => Array.from({ length: outputs }, gaussian));
  const y = multiply(x, truth).map((row) => row.map((value) => value + noise * gaussian() + 3));
  return { x, y };
}

const columnMeans = (a: number[][]) =>
  transpose(a).map((column) =>
    dotProduct(
      column,
      column.map(() => 1 / a.length),
    ),
  );

/** Ridge regression by its normal equations, (XᵀX + λ I) w = Xᵀ y of centred columns, for one output. */
function naiveRidge({ x, y }: Problem, lambda: number, k: number) {
  const means = columnMeans(x);
  const middle = columnMeans(y)[k]!;
  const centred = x.map((row) => row.map((value, j) => value - means[j]!));
  const normal = multiply(transpose(centred), centred).map((row, i) =>
    row.map((value, j) => value + (i === j ? lambda : 0)),
  );
  const w = solve(
    normal,
    transpose(centred).map((column) =>
      dotProduct(
        column,
        y.map((row) => row[k]! - middle),
      ),
    ),
  );
  return { w, bias: middle - dotProduct(w, means) };
}

/** The mean eigenvalue of XᵀX of centred columns: its trace over the number of columns. */
function unitOf({ x }: Problem): number {
  const means = columnMeans(x);
  return (
    x.flatMap((row) => row.map((value, j) => (value - means[j]!) ** 2)).reduce((a, b) => a + b) / means.length
  );
}

/** Root mean square of the errors on rows that were really left out. */
function naiveLeaveOneOut(p: Problem, lambda: number): number {
  const squares = p.x.flatMap((row, i) =>
    p.y[i]!.map((truth, k) => {
      const without = (rows: number[][]) => rows.filter((_, other) => other !== i);
      const { w, bias } = naiveRidge({ x: without(p.x), y: without(p.y) }, lambda, k);
      return (truth - bias - dotProduct(w, row)) ** 2;
    }),
  );
  return Math.sqrt(squares.reduce((a, b) => a + b) / squares.length);
}

const penalties = Array.from({ length: 25 }, (_, i) => 10 ** (-8 + i / 2));

const fitted = ({ x, y }: Problem, kernels = referenceKernels()) =>
  fitRidge(kernels, Float64Array.from(x.flat()), Float64Array.from(y.flat()), x.length, y[0]!.length);

const shapes = fc.record({
  rows: fc.integer({ min: 5, max: 12 }),
  columns: fc.integer({ min: 1, max: 8 }),
  outputs: fc.integer({ min: 1, max: 2 }),
  seed: fc.nat(1000),
});

describe("fitRidge", () => {
  test("has the leave-one-out error of really leaving out, and the penalty with the least (seed 1)", () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, outputs, seed }) => {
        const p = problem(rows, columns, outputs, seed);
        const unit = unitOf(p);
        const { penalty, leaveOneOut } = fitted(p);
        // Both ways solve systems of condition at most 1 + columns / penalty, for errors of the order of 1 to 100.
        const errors = penalties.map((candidate) => naiveLeaveOneOut(p, candidate * unit));
        const least = Math.min(...errors);
        const tolerance = 100 * rows * columns * (1 + columns / penalty) * Number.EPSILON;
        expect(Math.abs(naiveLeaveOneOut(p, penalty * unit) / leaveOneOut - 1)).toBeLessThan(tolerance);
        expect(leaveOneOut).toBeLessThanOrEqual(least * (1 + tolerance));
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test("solves the normal equations at its penalty (seed 2)", () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, outputs, seed }) => {
        const p = problem(rows, columns, outputs, seed);
        const { weights, bias, penalty } = fitted(p);
        const lambda = penalty * unitOf(p);
        const tolerance = 100 * rows * columns * (1 + columns / penalty) * Number.EPSILON;
        for (let k = 0; k < outputs; k++) {
          const naive = naiveRidge(p, lambda, k);
          const size = Math.max(1, ...naive.w.map(Math.abs), Math.abs(naive.bias));
          naive.w.forEach((w, j) => {
            expect(Math.abs(weights[j * outputs + k]! - w)).toBeLessThan(tolerance * size);
          });
          expect(Math.abs(bias[k]! - naive.bias)).toBeLessThan(tolerance * size);
        }
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  test("finds a line exactly, but for its least penalty", () => {
    const p = problem(30, 4, 2, 5, 0);
    const { penalty, weights, bias } = fitted(p);
    expect(penalty).toBe(penalties[0]);
    const predictions = predictLinear({ weights, bias }, Float64Array.from(p.x.flat()), 30);
    // A penalty of 10⁻⁸ mean eigenvalues moves each component by 10⁻⁸ times mean over its eigenvalue, below 10 here.
    const size = Math.max(...p.y.flat().map(Math.abs));
    for (const [i, value] of p.y.flat().entries())
      expect(Math.abs(predictions[i]! - value)).toBeLessThan(1e-7 * 4 * size);
  });

  test("is the same with other kernels", () => {
    const p = problem(40, 6, 2, 9);
    const [ours, theirs] = [fitted(p), fitted(p, wasmKernels())];
    expect(theirs.penalty).toBe(ours.penalty);
    for (const [j, w] of ours.weights.entries())
      expect(Math.abs(theirs.weights[j]! - w)).toBeLessThan(
        100 * 40 * 6 * (1 + 6 / ours.penalty) * Number.EPSILON,
      );
  });

  test("has no weight on inputs that do not vary", () => {
    const { weights, bias } = fitted({ x: [[5], [5], [5], [5]], y: [[1], [2], [3], [4]] });
    expect([...weights]).toEqual([0]);
    expect([...bias]).toEqual([2.5]);
  });

  test("shares the weight of columns that are the same", () => {
    const { x, y } = problem(20, 1, 1, 3);
    const one = fitted({ x, y });
    const { weights } = fitted({ x: x.map(([a]) => [a!, a!]), y });
    expect(Math.abs(weights[0]! - weights[1]!)).toBeLessThan(1e-12);
    // Two columns of half the weight have half the penalty: the fit is a little closer to the least squares.
    expect(Math.abs(weights[0]! * 2 - one.weights[0]!)).toBeLessThan(
      Math.abs(one.weights[0]!) * one.penalty + 1e-12,
    );
  });
});

describe("predictLinear", () => {
  const model = {
    weights: Float64Array.of(1, 10, 2, 20),
    bias: Float64Array.of(0.5, -0.5),
    penalty: 1,
    leaveOneOut: 0,
  };

  test("is bias + weights · x", () => {
    expect([...predictLinear(model, Float64Array.of(1, 1, 0, 3), 2)]).toEqual([3.5, 29.5, 6.5, 59.5]);
  });

  test("of no rows is nothing", () => {
    expect(predictLinear(model, new Float64Array(0), 0)).toHaveLength(0);
  });
});
