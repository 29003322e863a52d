import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Activation, activations } from "../../src/kernels/activation.ts";
import type { DType, FloatArray, Kernels } from "../../src/kernels/kernels.ts";
import { exactActivations, limits } from "./exact-activations.ts";
import {
  type Expected,
  epsilon,
  expectMatrix,
  expectUnchanged,
  isClose,
  matrices,
  type Setting,
  settings,
  tiny,
} from "./guarded-matrix.ts";

const dtypes: readonly DType[] = ["float32", "float64"];

/** Roundings in the longest chain of one value: reduction, polynomial, quotient and product. */
const roundings = 8;

/**
 * The derivative of the given order at z. Every rounding changes the result by ε/2, or has the effect of a change of z
 * by ε/2; results below the normal numbers may be 0, times z² where a polynomial in z is a factor.
 */
function expected(activation: Activation, dtype: DType, z: number, order: 0 | 1 | 2): Expected {
  const derivatives = exactActivations[activation](z);
  const value = derivatives[order];
  const size = Math.abs(value) + Math.abs(z * derivatives[order + 1]!);
  return [value, roundings * epsilon[dtype] * size + 2 * tiny[dtype] * (1 + z * z)];
}

interface ActivationCase {
  readonly activation: Activation;
  readonly m: number;
  readonly n: number;
  readonly inPlace: boolean;
  readonly wantsSlope: boolean;
  readonly wantsCurvature: boolean;
  readonly scale: number;
  readonly setting: Setting;
}

const cases = fc.record<ActivationCase>({
  activation: fc.constantFrom(...activations),
  m: fc.integer({ min: 0, max: 6 }),
  n: fc.integer({ min: 0, max: 19 }),
  inPlace: fc.boolean(),
  wantsSlope: fc.boolean(),
  wantsCurvature: fc.boolean(),
  scale: fc.constantFrom(1e-3, 1, 10, 100),
  setting: settings,
});

function checkActivate(kernels: Kernels, given: ActivationCase): void {
  const { activation, m, n, scale, setting } = given;
  const { input, output, gaussian } = matrices(kernels, setting);
  const value = () => scale * gaussian();
  const z = given.inPlace ? output(m, n, { value }) : input(m, n, { value });
  const a = given.inPlace ? z : output(m, n);
  const slope = given.wantsSlope ? output(m, n) : null;
  const curvature = given.wantsCurvature ? output(m, n) : null;
  kernels.activate(
    ...([activation, m, n, z.data, z.ld, a.data, a.ld] as const),
    ...([slope?.data ?? null, slope?.ld ?? 0, curvature?.data ?? null, curvature?.ld ?? 0] as const),
  );
  for (const [order, matrix] of [a, slope, curvature].entries())
    if (matrix)
      expectMatrix(matrix, (i, j) => expected(activation, setting.dtype, z.at(i, j), order as 0 | 1 | 2));
  if (!given.inPlace) expectUnchanged(z);
}

/** σ, σ' and σ'' at the given points, and the points as they are rounded. */
function evaluate(kernels: Kernels, activation: Activation, dtype: DType, points: readonly number[]) {
  const n = points.length;
  const make = () => kernels.allocate(dtype, n);
  const [z, a, slope, curvature] = [make(), make(), make(), make()] as [
    FloatArray,
    FloatArray,
    FloatArray,
    FloatArray,
  ];
  z.set(points);
  kernels.activate(activation, 1, n, z, n, a, n, slope, n, curvature, n);
  return { z, results: [a, slope, curvature] as const };
}

/** Both signs of magnitudes from far below 1 to where every exponential is 0, and where arguments are reduced. */
const grid = Array.from({ length: 1201 }, (_, i) => 10 ** (-6 + i / 150)).flatMap((x) => [-x, x]);

function checkPoints(
  kernels: Kernels,
  activation: Activation,
  dtype: DType,
  points: readonly number[],
): void {
  const { z, results } = evaluate(kernels, activation, dtype, points);
  for (const [order, result] of results.entries())
    for (const [i, found] of result.entries()) {
      const [value, tolerance] = expected(activation, dtype, z[i]!, order as 0 | 1 | 2);
      if (!Number.isFinite(found) || !isClose(found, value, tolerance))
        throw new Error(`derivative ${order} at ${z[i]} is ${found}, not ${value} within ${tolerance}`);
    }
}

export function activationsContract(makeKernels: () => Kernels): void {
  describe("activations", () => {
    test("activate writes what is asked for, also in place", () => {
      const kernels = makeKernels();
      fc.assert(
        fc.property(cases, (given) => checkActivate(kernels, given)),
        { seed: 51, numRuns: 500 },
      );
    });

    describe.each(activations)("%s", (activation) => {
      test.each(dtypes)("has the exact value and derivatives in %s", (dtype) => {
        checkPoints(makeKernels(), activation, dtype, grid);
      });

      test.each(dtypes)("is exact at 0 and at the ends of the range in %s", (dtype) => {
        const least = dtype === "float32" ? 2 ** -149 : 2 ** -1074;
        const positive = [0, least, 1000 * least, tiny[dtype], 1e3, 1e4, 1e6];
        checkPoints(
          makeKernels(),
          activation,
          dtype,
          positive.flatMap((x) => [x, -x]),
        );
      });

      const limit = limits[activation];
      if (limit)
        test.each(dtypes)("has its limits at -∞ and ∞ in %s", (dtype) => {
          const ends = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
          const { results } = evaluate(makeKernels(), activation, dtype, ends);
          const round = dtype === "float32" ? Math.fround : Number;
          // + 0 turns -0 into 0.
          for (const [order, result] of results.entries())
            expect([...result].map((x) => x + 0)).toEqual(limit[order]!.map(round));
        });

      test.each(dtypes)("keeps NaN in %s", (dtype) => {
        const { results } = evaluate(makeKernels(), activation, dtype, [1, Number.NaN, 2]);
        expect([...results[0]].map(Number.isNaN)).toEqual([false, true, false]);
      });

      test("has the derivatives of central differences", () => {
        const kernels = makeKernels();
        const h = 2 ** -17;
        const points = Array.from({ length: 161 }, (_, i) => (i - 80.5) / 8);
        const at = (shift: number) =>
          evaluate(
            kernels,
            activation,
            "float64",
            points.map((z) => z + shift),
          );
        const [left, middle, right] = [at(-h), at(0), at(h)];
        for (const order of [0, 1] as const)
          for (const [i, z] of points.entries()) {
            const difference = (right.results[order][i]! - left.results[order][i]!) / (2 * h);
            // h²/6 of the third derivative of σ or σ', both below 5, and the errors of two values over 2 h.
            const tolerance = h * h + expected(activation, "float64", z, order)[1] / h;
            expect(Math.abs(middle.results[order + 1]![i]! - difference)).toBeLessThanOrEqual(tolerance);
          }
      });
    });
  });
}
