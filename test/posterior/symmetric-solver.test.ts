import { expect, test } from "vitest";
import { wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";
import { symmetricSolver } from "../../src/posterior/symmetric-solver.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { inverse as naiveInverse, relativeError } from "../twins/naive-matrix.ts";

// Below, at and above the columns that are solved for at once, and over several blocks.
test.each([1, 2, 63, 64, 65, 150])("the inverse of a damped matrix of %i rows, and its trace", (n) => {
  const kernels = wasmKernels();
  const gaussian = gaussianRandom(seededRandom(n));
  const rows = Array.from({ length: n }, () => Array.from({ length: n }, gaussian));
  const matrix = kernels.allocate("float64", n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      matrix[i * n + j] = rows[i]!.reduce((sum, value, k) => sum + value * rows[j]![k]!, 0) / n;
  const damped = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => matrix[i * n + j]! + (i === j ? 0.1 : 0)),
  );
  const solver = symmetricSolver(kernels, n);
  solver.load(n, matrix);
  // What is loaded outlives a factorization, a failed one as well.
  for (const damping of [3, -1e6, 0.1]) solver.factorize(null, damping);
  expect(solver.method).toBe("cholesky");
  const expected = naiveInverse(damped);
  const found = solver.inverse()!;
  const lower = (at: (i: number, j: number) => number) =>
    expected.flatMap((row, i) => row.slice(0, i + 1).map((_, j) => at(i, j)));
  // Eigenvalues in [0.1, 4.2] (Marchenko and Pastur): a condition of 42, times n ε.
  const tolerance = 42 * n * 10 * Number.EPSILON;
  expect(
    relativeError(
      lower((i, j) => found[i * n + j]!),
      lower((i, j) => expected[i]![j]!),
    ),
  ).toBeLessThan(tolerance);
  const trace = expected.reduce((sum, row, i) => sum + row[i]!, 0);
  expect(Math.abs(solver.traceOfInverse()! / trace - 1)).toBeLessThan(tolerance);
});
