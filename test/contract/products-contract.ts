import fc from "fast-check";
import { describe, test } from "vitest";
import type { Kernels } from "../../src/kernels/kernels.ts";
import {
  dtypeOf,
  type Expected,
  epsilon,
  expectMatrix,
  expectUnchanged,
  type GuardedMatrix,
  matrices,
  type Setting,
  settings,
} from "./guarded-matrix.ts";

interface ProductCase {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly alpha: number;
  readonly beta: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly setting: Setting;
}

const factors = fc.constantFrom(0, 1, -1, 0.7);
const sizes = fc.integer({ min: 0, max: 20 });
const cases = fc.record<ProductCase>({
  m: sizes,
  n: sizes,
  k: sizes,
  alpha: fc.constantFrom(1, -1, 0.7),
  beta: factors,
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
  setting: settings,
});

/**
 * Sizes beyond every block of the fast products: 256 deep, 96 rows, 1024 float32 or 512 float64 wide; 16384 numbers
 * where there is a single column. Each in all four transpositions.
 */
const largeSizes = [
  [1, 1, 1],
  // One tile and parts of others.
  [7, 5, 3],
  // Three blocks of rows, two of depth.
  [200, 30, 300],
  // Two blocks of columns, or three in float64.
  [9, 1030, 9],
  // Three blocks of depth.
  [8, 17, 513],
  // Two blocks of the numbers of a column, along each direction.
  [3, 1, 16_390],
  [16_390, 1, 3],
  // A single row.
  [1, 1030, 33],
] as const;

/** All large sizes in both precisions and all transpositions, with β other than 0 in half of them. */
function largeCases(): [ProductCase][] {
  return largeSizes.flatMap(([m, n, k], seed) =>
    [0, 1, 2, 3].flatMap((flags) =>
      (["float32", "float64"] as const).map((dtype): [ProductCase] => [
        {
          ...{ m, n, k, alpha: 0.7, beta: flags % 3 === 0 ? 0 : -0.3 },
          ...{ transposeA: (flags & 1) === 1, transposeB: (flags & 2) === 2 },
          setting: { dtype, padding: flags, offset: flags, seed },
        },
      ]),
    ),
  );
}

/**
 * α Σ x y + β c with the rows x of op(A) and the columns y of op(B). Each of k products and k sums rounds, in any order, by at most ε/2 of Σ |x y| (Higham 2002, Accuracy
 * and stability, section 3.1); α, its product, β, its product and the last sum round once more each.
 */
function combination(
  c: GuardedMatrix,
  k: number,
  { alpha, beta }: Pick<ProductCase, "alpha" | "beta">,
  x: readonly Float64Array[],
  y: readonly Float64Array[],
): (i: number, j: number) => Expected {
  const eps = epsilon[dtypeOf(c.data)];
  return (i, j) => {
    const [xi, yj] = [x[i]!, y[j]!];
    let sum = 0;
    let absolute = 0;
    for (let l = 0; l < k; l++) {
      const product = xi[l]! * yj[l]!;
      sum += product;
      absolute += Math.abs(product);
    }
    const rest = beta === 0 ? 0 : beta * c.at(i, j);
    return [alpha * sum + rest, (k + 2) * eps * Math.abs(alpha) * absolute + 2 * eps * Math.abs(rest)];
  };
}

/** The rows of a matrix, or its columns. */
function vectorsOf(matrix: GuardedMatrix, columns: boolean): readonly Float64Array[] {
  const [count, length] = columns ? [matrix.columns, matrix.rows] : [matrix.rows, matrix.columns];
  return Array.from({ length: count }, (_, i) =>
    Float64Array.from({ length }, (_, l) => (columns ? matrix.at(l, i) : matrix.at(i, l))),
  );
}

function checkGemm(kernels: Kernels, given: ProductCase): void {
  const { m, n, k, transposeA, transposeB, alpha, beta } = given;
  const { input, output } = matrices(kernels, given.setting);
  const a = transposeA ? input(k, m) : input(m, k);
  const b = transposeB ? input(n, k) : input(k, n);
  // β = 0 must overwrite NaN.
  const c = output(m, n, beta === 0 ? { value: () => Number.NaN } : {});
  kernels.gemm(transposeA, transposeB, m, n, k, alpha, a.data, a.ld, b.data, b.ld, beta, c.data, c.ld);
  expectMatrix(c, combination(c, k, given, vectorsOf(a, transposeA), vectorsOf(b, !transposeB)));
  expectUnchanged(a, b);
}

function checkSyrk(kernels: Kernels, given: ProductCase): void {
  const { n, k, transposeA, alpha, beta } = given;
  const { input, output } = matrices(kernels, given.setting);
  const a = transposeA ? input(k, n) : input(n, k);
  const c = output(n, n, { lower: true, ...(beta === 0 ? { value: () => Number.NaN } : {}) });
  kernels.syrk(transposeA, n, k, alpha, a.data, a.ld, beta, c.data, c.ld);
  const x = vectorsOf(a, transposeA);
  expectMatrix(c, combination(c, k, given, x, x));
  expectUnchanged(a);
}

export function productsContract(makeKernels: () => Kernels): void {
  describe("products", () => {
    test("gemm is α op(A) op(B) + β C", () => {
      const kernels = makeKernels();
      fc.assert(
        fc.property(cases, (given) => checkGemm(kernels, given)),
        { seed: 11, numRuns: 400, examples: largeCases() },
      );
    });

    test("syrk is the lower triangle of α A Aᵀ + β C", () => {
      const kernels = makeKernels();
      const examples = [1, 7, 130].flatMap((n, seed) =>
        largeCases()
          .filter(([{ m, transposeB }]) => (m === 7 || m === 8) && !transposeB)
          .map(([given]): [ProductCase] => [{ ...given, n, setting: { ...given.setting, seed } }]),
      );
      fc.assert(
        fc.property(cases, (given) => checkSyrk(kernels, given)),
        { seed: 12, numRuns: 400, examples },
      );
    });

    test("syrk of a matrix wider than a block of columns", () => {
      const kernels = makeKernels();
      for (const dtype of ["float32", "float64"] as const)
        checkSyrk(kernels, {
          ...{ m: 0, n: 1030, k: 3, alpha: 1, beta: 1, transposeA: true, transposeB: false },
          setting: { dtype, padding: 1, offset: 0, seed: 3 },
        });
    });
  });
}
