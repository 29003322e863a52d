import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DType, Kernels } from "../../src/kernels/kernels.ts";
import {
  epsilon,
  expectMatrix,
  expectUnchanged,
  isClose,
  matrices,
  type Setting,
  settings,
  tiny,
} from "./guarded-matrix.ts";

interface VectorCase {
  readonly n: number;
  readonly alpha: number;
  readonly setting: Setting;
}

const cases = fc.record<VectorCase>({
  n: fc.integer({ min: 0, max: 35 }),
  alpha: fc.constantFrom(0, 1, -1, 0.7),
  setting: settings,
});
const examples: [VectorCase][] = (["float32", "float64"] as const).map((dtype) => [
  { n: 5003, alpha: 0.7, setting: { dtype, padding: 0, offset: 1, seed: 1 } },
]);
const dtypes: readonly DType[] = ["float32", "float64"];

function checkAll(
  makeKernels: () => Kernels,
  seed: number,
  check: (k: Kernels, given: VectorCase) => void,
): void {
  const kernels = makeKernels();
  fc.assert(
    fc.property(cases, (given) => check(kernels, given)),
    { seed, numRuns: 150, examples },
  );
}

function checkDot(kernels: Kernels, { n, setting }: VectorCase): void {
  const { input } = matrices(kernels, setting);
  const x = input(1, n);
  const y = input(1, n);
  for (const other of [x, y]) {
    let sum = 0;
    let absolute = 0;
    for (let i = 0; i < n; i++) {
      sum += x.at(0, i) * other.at(0, i);
      absolute += Math.abs(x.at(0, i) * other.at(0, i));
    }
    const found = kernels.dot(n, x.data, other.data);
    // In float64 whatever the precision of the vectors is.
    expect(isClose(found, sum, (n + 2) * epsilon.float64 * absolute), `${found}, not ${sum}`).toBe(true);
  }
  expectUnchanged(x, y);
}

function checkAxpy(kernels: Kernels, { n, alpha, setting }: VectorCase, dtype: DType): void {
  const { input, output } = matrices(kernels, setting);
  const x = input(1, n);
  const y = output(1, n, { dtype });
  kernels.axpy(n, alpha, x.data, y.data);
  expectMatrix(y, (_, i) => {
    const product = alpha * x.at(0, i);
    // α, the product and the sum are rounded in the precision of y.
    return [product + y.at(0, i), 2 * epsilon[dtype] * (Math.abs(product) + Math.abs(y.at(0, i)))];
  });
  expectUnchanged(x);
}

function checkScale(kernels: Kernels, { n, alpha, setting }: VectorCase): void {
  const { output } = matrices(kernels, setting);
  const x = output(1, n, alpha === 0 ? { value: () => Number.NaN } : {});
  kernels.scale(n, alpha, x.data);
  expectMatrix(x, (_, i) => {
    const value = alpha === 0 ? 0 : alpha * x.at(0, i);
    return [value, epsilon[setting.dtype] * Math.abs(value)];
  });
}

function checkCopy(kernels: Kernels, { n, setting }: VectorCase, dtype: DType): void {
  const { input, output } = matrices(kernels, setting);
  const special = [0, Number.NaN, Number.POSITIVE_INFINITY, 1e300, tiny.float32 / 8, Math.PI];
  const x = input(1, n, { value: (_, i) => special[i % special.length]! });
  const y = output(1, n, { dtype });
  kernels.copy(n, x.data, y.data);
  const round = dtype === "float32" ? Math.fround : Number;
  expectMatrix(y, (_, i) => [round(x.at(0, i)), 0]);
  expectUnchanged(x);
}

/**
 * Several updates beside the same recurrences in float64. The errors are carried along to first order, each doubled:
 * what a step inherits, and ε/2 for each of its roundings.
 */
function checkAdam(kernels: Kernels, { n, setting }: VectorCase): void {
  const { input, output, gaussian } = matrices(kernels, setting);
  const [rate, beta1, beta2, offset] = [0.01, 0.9, 0.999, 1e-8];
  const eps = epsilon[setting.dtype];
  const zero = { value: () => 0 };
  const [g, m, v, theta] = [input(1, n), output(1, n, zero), output(1, n, zero), output(1, n)];
  const exact = Array.from({ length: n }, (_, i) => ({
    ...{ m: 0, v: 0, theta: theta.at(0, i) },
    ...{ mError: 0, vError: 0, thetaError: 0 },
  }));
  for (let step = 0; step < 5; step++) {
    for (const [i, x] of exact.entries()) {
      if (step > 0) g.data[i] = gaussian();
      const gi = g.data[i]!;
      // β, 1 - β, two products and a sum are rounded; g² once more.
      x.mError = beta1 * x.mError + 2 * eps * (beta1 * Math.abs(x.m) + (1 - beta1) * Math.abs(gi));
      x.vError = beta2 * x.vError + 3 * eps * (beta2 * x.v + (1 - beta2) * gi * gi);
      x.m = beta1 * x.m + (1 - beta1) * gi;
      x.v = beta2 * x.v + (1 - beta2) * gi * gi;
      const divisor = Math.sqrt(x.v) + offset;
      const change = (rate * x.m) / divisor;
      // d√v = dv / (2 √v); rate, the root, its sum, the quotient and the product are rounded, then the difference.
      const inherited = (rate * x.mError + (Math.abs(change) * x.vError) / (2 * Math.sqrt(x.v))) / divisor;
      x.theta -= change;
      x.thetaError += 2 * inherited + 3 * eps * Math.abs(change) + eps * Math.abs(x.theta);
    }
    kernels.adam(n, rate, beta1, beta2, offset, g.data, m.data, v.data, theta.data);
  }
  expectMatrix(m, (_, i) => [exact[i]!.m, exact[i]!.mError]);
  expectMatrix(v, (_, i) => [exact[i]!.v, exact[i]!.vError]);
  expectMatrix(theta, (_, i) => [exact[i]!.theta, exact[i]!.thetaError]);
}

export function vectorsContract(makeKernels: () => Kernels): void {
  describe("vectors", () => {
    test("dot is accumulated in float64, also of a vector with itself", () => {
      checkAll(makeKernels, 41, checkDot);
    });

    test("axpy adds α x between any two precisions", () => {
      checkAll(makeKernels, 42, (kernels, given) => {
        for (const dtype of dtypes) checkAxpy(kernels, given, dtype);
      });
    });

    test("scale multiplies by α, and α = 0 overwrites NaN", () => {
      checkAll(makeKernels, 43, checkScale);
    });

    test("copy rounds between any two precisions", () => {
      checkAll(makeKernels, 44, (kernels, given) => {
        for (const dtype of dtypes) checkCopy(kernels, given, dtype);
      });
    });

    test("adam follows its formula over several steps", () => {
      checkAll(makeKernels, 45, checkAdam);
    });
  });
}
