import { describe, expect, test } from "vitest";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { epsilon, expectMatrix, type GuardedMatrix, matrices } from "./guarded-matrix.ts";

const sizes = [0, 1, 2, 3, 7, 32, 33, 90];

type Entry = (i: number, j: number) => number;

interface Problem {
  readonly name: string;
  readonly entry: (n: number, gaussian: () => number) => Entry;
}

/** G Gᵀ of rank 2: all but two eigenvalues are 0. */
function rankTwo(n: number, gaussian: () => number): Entry {
  const g = Array.from({ length: n }, () => [gaussian(), gaussian()]);
  return (i, j) => g[i]![0]! * g[j]![0]! + g[i]![1]! * g[j]![1]!;
}

const problems: readonly Problem[] = [
  { name: "a random matrix", entry: (_, gaussian) => gaussian },
  { name: "zero", entry: () => () => 0 },
  { name: "the identity", entry: () => (i, j) => (i === j ? 1 : 0) },
  { name: "a descending diagonal", entry: (n) => (i, j) => (i === j ? n - i : 0) },
  { name: "a matrix of rank 2", entry: rankTwo },
  { name: "entries near overflow", entry: (_, gaussian) => () => 1e300 * gaussian() },
  { name: "entries near underflow", entry: (_, gaussian) => () => 1e-300 * gaussian() },
  { name: "graded entries", entry: (n, gaussian) => (i, j) => gaussian() * 10 ** ((-8 * (i + j)) / n) },
];

/**
 * The decomposition is a product of n - 1 reflections on both sides and of the rotations of about 2 n sweeps, each of
 * which is orthogonal to some ε (Wilkinson 1965, The algebraic eigenvalue problem, chapter 3): no more than 8 ε each.
 */
const tolerance = (n: number) => 8 * (3 * n + 2) * epsilon.float64;

/** V Vᵀ = I, V diag(w) Vᵀ = A and w ascending, for A divided by its largest entry so that no square overflows. */
function expectDecomposition(a: GuardedMatrix, n: number, values: GuardedMatrix, lower: Entry): void {
  const v: Entry = (i, j) => a.data[i * a.ld + j]!;
  let largest = 0;
  let square = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) largest = Math.max(largest, Math.abs(lower(Math.max(i, j), Math.min(i, j))));
  const scale = largest || 1;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) square += (lower(Math.max(i, j), Math.min(i, j)) / scale) ** 2;
  const w = (i: number) => values.data[i]!;
  for (let i = 1; i < n; i++) expect(w(i)).toBeGreaterThanOrEqual(w(i - 1));
  const bound = tolerance(n) * Math.sqrt(square);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let product = 0;
      let rebuilt = 0;
      for (let k = 0; k < n; k++) {
        product += v(i, k) * v(j, k);
        rebuilt += v(k, i) * (w(k) / scale) * v(k, j);
      }
      const orthogonal = Math.abs(product - (i === j ? 1 : 0));
      if (!(orthogonal <= tolerance(n))) throw new Error(`V Vᵀ is off by ${orthogonal} at ${i}, ${j}`);
      const residual = Math.abs(rebuilt - lower(i, j) / scale);
      if (!(residual <= bound))
        throw new Error(`V diag(w) Vᵀ is off by ${residual}, not ${bound}, at ${i}, ${j}`);
    }
}

/** The lower triangle alone holds numbers: what lies above it is NaN and must not be read, but is written. */
function prepare(kernels: Kernels, n: number, entry: Problem["entry"]) {
  const setting = { dtype: "float64", padding: n % 4, offset: n % 3, seed: n } as const;
  const { output, gaussian } = matrices(kernels, setting);
  const element = entry(n, gaussian);
  const a = output(n, n, { value: (i, j) => (j <= i ? element(i, j) : Number.NaN) });
  const values = output(1, n, { value: () => Number.NaN });
  const run = () => kernels.symmetricEigen(n, a.data as Float64Array, a.ld, values.data as Float64Array);
  return { a, values, run };
}

export function eigenContract(makeKernels: () => Kernels): void {
  describe("eigenvalues", () => {
    test.each(problems.map(({ name, entry }) => [name, entry] as const))("of %s", (_, entry) => {
      const kernels = makeKernels();
      for (const n of sizes) {
        const { a, values, run } = prepare(kernels, n, entry);
        expect(run()).toBe(true);
        expectDecomposition(a, n, values, a.at);
        // Only the matrix and the values were written.
        expectMatrix(a, (i, j) => [a.data[i * a.ld + j]!, 0]);
        expectMatrix(values, (_, i) => [values.data[i]!, 0]);
      }
    });

    test("of the second difference are 2 - 2 cos(k π / (n + 1))", () => {
      const kernels = makeKernels();
      for (const n of sizes) {
        const entry: Entry = (i, j) => (i === j ? 2 : i - j === 1 ? -1 : 0);
        const { values, run } = prepare(kernels, n, () => entry);
        expect(run()).toBe(true);
        // An eigenvalue moves by no more than the norm of the error (Weyl); the Frobenius norm is below √(6 n).
        for (let k = 1; k <= n; k++)
          expect(
            Math.abs(values.data[k - 1]! - (2 - 2 * Math.cos((k * Math.PI) / (n + 1)))),
          ).toBeLessThanOrEqual(tolerance(n) * Math.sqrt(6 * n));
      }
    });

    test("of a matrix with NaN or ∞ are refused", () => {
      const kernels = makeKernels();
      for (const n of sizes.slice(1))
        for (const [row, column, bad] of [
          [0, 0, Number.NaN],
          [n - 1, n - 1, Number.NaN],
          [n - 1, 0, Number.NaN],
          [n >> 1, n >> 2, Number.NaN],
          [n - 1, 0, Number.NEGATIVE_INFINITY],
        ] as const) {
          const { run } = prepare(kernels, n, (_, gaussian) => (i, j) => {
            const value = gaussian();
            return i === row && j === column ? bad : value;
          });
          expect(run(), `n = ${n}, ${bad} at ${row}, ${column}`).toBe(false);
        }
    });
  });
}
