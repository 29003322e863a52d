import { describe, expect, test } from "vitest";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { epsilon, expectMatrix, expectUnchanged, type GuardedMatrix, matrices } from "./guarded-matrix.ts";

const eps = epsilon.float64;

/** Around the size of a leaf of the halving, 32, and beyond every block. */
const sizes = [0, 1, 2, 7, 31, 32, 33, 65, 150];

const prepare = (kernels: Kernels, n: number) =>
  matrices(kernels, { dtype: "float64", padding: n % 3, offset: n % 2, seed: n });

type Entry = (i: number, j: number) => number;

/** Lower X D Xᵀ with X n × n and a diagonal D. */
function weightedSquare(n: number, x: Entry, d: (k: number) => number): Entry {
  const rows = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, k) => x(i, k)));
  const product = (a: Float64Array, b: Float64Array) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += d(k) * a[k]! * b[k]!;
    return sum;
  };
  const square = rows.map((row, i) => rows.slice(0, i + 1).map((other) => product(row, other)));
  return (i, j) => square[i]![j]!;
}

/** A positive definite matrix: G Gᵀ + I. */
function positiveDefinite(n: number, gaussian: () => number): Entry {
  const square = weightedSquare(n, gaussian, () => 1);
  return (i, j) => square(i, j) + (i === j ? 1 : 0);
}

/** A matrix whose pivots are 1, and -1 in one column: L D Lᵀ with a unit triangle L close to I. */
function indefinite(n: number, column: number, gaussian: () => number): Entry {
  const x: Entry = (i, k) => (k > i ? 0 : k === i ? 1 : (0.5 * gaussian()) / Math.sqrt(n));
  return weightedSquare(n, x, (k) => (k === column ? -1 : 1));
}

/**
 * L Lᵀ = A, as L[i, j] = (A[i, j] - Σ_{k<j} L[i, k] L[j, k]) / L[j, j], on and below the diagonal. The computed L
 * fulfils it for an A off by (n + 1) ε/2 of |L| |Lᵀ| (Higham 2002, theorem 10.3); the other half is for this oracle.
 */
function expectCholesky(n: number, a: GuardedMatrix): void {
  const l: Entry = (i, j) => a.data[i * a.ld + j]!;
  for (let j = 0; j < n; j++) expect(l(j, j)).toBeGreaterThan(0);
  expectMatrix(a, (i, j) => {
    let rest = a.at(i, j);
    let absolute = Math.abs(l(i, j) * l(j, j));
    for (let k = 0; k < j; k++) {
      rest -= l(i, k) * l(j, k);
      absolute += Math.abs(l(i, k) * l(j, k));
    }
    return [rest / l(j, j), ((n + 2) * eps * absolute) / l(j, j)];
  });
}

function choleskyContract(makeKernels: () => Kernels): void {
  test.each(sizes)("cholesky gives L Lᵀ = A, n = %i", (n) => {
    const kernels = makeKernels();
    const { output, gaussian } = prepare(kernels, n);
    const a = output(n, n, { lower: true, value: positiveDefinite(n, gaussian) });
    expect(kernels.cholesky(n, a.data as Float64Array, a.ld)).toBe(0);
    expectCholesky(n, a);
  });

  test.each(sizes.slice(1))("cholesky answers with the column that fails, n = %i", (n) => {
    const kernels = makeKernels();
    const { output, gaussian } = prepare(kernels, n);
    const definite = positiveDefinite(n, gaussian);
    for (const j of new Set([0, n >> 1, Math.min(n - 1, 32), n - 1])) {
      const fails = (value: Entry) => {
        const a = output(n, n, { lower: true, value });
        return kernels.cholesky(n, a.data as Float64Array, a.ld);
      };
      expect(fails(indefinite(n, j, gaussian)), "a pivot of -1").toBe(j + 1);
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]) {
        expect(
          fails((r, c) => (r === j && c === j ? bad : definite(r, c))),
          `${bad} at column ${j}`,
        ).toBe(j + 1);
        if (j > 0 && bad !== 0)
          expect(
            fails((r, c) => (r === j && c === 0 ? bad : definite(r, c))),
            `${bad} in row ${j}`,
          ).toBe(j + 1);
      }
      // The first of two bad pivots counts.
      const last = (r: number, c: number) => (r === n - 1 && c === n - 1 ? -1 : definite(r, c));
      expect(fails((r, c) => (r === j && c === j ? Number.POSITIVE_INFINITY : last(r, c)))).toBe(j + 1);
    }
  });
}

/**
 * L X = B, as X[i, j] = (B[i, j] - Σ_{k≠i} L[i, k] X[k, j]) / L[i, i]: the computed X fulfils it for an L off by n ε/2
 * (Higham 2002, theorem 8.5); the other half, and two more roundings, are for multiplying by 1 / L[i, i].
 */
function checkSolve(kernels: Kernels, transpose: boolean, n: number, m: number): void {
  const { input, output, gaussian } = prepare(kernels, n);
  const value: Entry = (i, j) => (i === j ? 1 + Math.abs(gaussian()) : gaussian() / Math.sqrt(n));
  const l = input(n, n, { lower: true, value });
  const b = output(n, m);
  kernels.solveTriangular(transpose, n, m, l.data as Float64Array, l.ld, b.data as Float64Array, b.ld);
  const op: Entry = (i, k) => (transpose ? (k < i ? 0 : l.at(k, i)) : k > i ? 0 : l.at(i, k));
  expectMatrix(b, (i, j) => {
    let rest = b.at(i, j);
    let absolute = 0;
    for (let k = 0; k < n; k++) {
      const product = op(i, k) * b.data[k * b.ld + j]!;
      if (k !== i) rest -= product;
      absolute += Math.abs(product);
    }
    return [rest / op(i, i), ((n + 2) * eps * absolute) / op(i, i)];
  });
  expectUnchanged(l);
}

function solveContract(makeKernels: () => Kernels): void {
  test.each(sizes)("solveTriangular solves L X = B and Lᵀ X = B, n = %i", (n) => {
    const kernels = makeKernels();
    for (const transpose of [false, true])
      for (const m of [0, 1, 2, 7, 8, 9, 17]) checkSolve(kernels, transpose, n, m);
  });

  test.each([false, true])(
    "solveTriangular with one contiguous right-hand side, transpose = %s",
    (transpose) => {
      const kernels = makeKernels();
      const { input, gaussian } = matrices(kernels, { dtype: "float64", padding: 0, offset: 1, seed: 9 });
      const n = 70;
      const l = input(n, n, { lower: true, value: (i, j) => (i === j ? 2 : gaussian() / n) });
      const x = kernels.allocate("float64", n);
      const y = x.slice();
      for (let i = 0; i < n; i++) y[i] = gaussian();
      for (let i = 0; i < n; i++)
        for (let k = 0; k < n; k++)
          x[i]! += (transpose ? (k < i ? 0 : l.at(k, i)) : k > i ? 0 : l.at(i, k)) * y[k]!;
      kernels.solveTriangular(transpose, n, 1, l.data as Float64Array, l.ld, x, 1);
      // Row sums of |L| below 4 and of |L⁻¹| below 1: the condition is below 4, for an error of (n + 2) ε on both sides.
      for (let i = 0; i < n; i++) expect(Math.abs(x[i]! - y[i]!)).toBeLessThan(2 * 4 * (n + 2) * eps * 4);
    },
  );
}

export function systemsContract(makeKernels: () => Kernels): void {
  describe("symmetric systems", () => {
    choleskyContract(makeKernels);
    solveContract(makeKernels);
  });
}
