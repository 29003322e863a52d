import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gramColumns } from "../../src/curvatures/gram-columns.ts";
import { nystrom } from "../../src/curvatures/nystrom.ts";
import { type ColumnOracle, pivotedCholesky } from "../../src/curvatures/pivoted-cholesky.ts";
import { largestPivots, type RowChoice, randomPivots, rowsByNorm } from "../../src/curvatures/row-choice.ts";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { denseNetwork } from "../../src/network/network.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import {
  curvatureStep,
  linearProblem,
  naiveDampedStep,
  naiveGram,
  randomWeights,
  systemOf,
  withUnknownInputs,
} from "../linearization/linear-problem.ts";
import { dotProduct, multiply, relativeError, transpose } from "../twins/naive-matrix.ts";

const cases = fc.record({
  hidden: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
  outputs: fc.integer({ min: 1, max: 2 }),
  examples: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(1000),
  damping: fc.constantFrom(0.1, 1, 30),
});
const settings = { seed: 11, numRuns: 40 };

test("gramColumns gives the diagonal and the columns of J W Jᵀ", () => {
  fc.assert(
    fc.property(cases, ({ hidden, outputs, examples, seed }) => {
      const problem = linearProblem(denseNetwork(2, hidden, outputs), examples, seed);
      const { space, linearization, J, n } = problem;
      const { weights, diagonal } = randomWeights(problem);
      const G = naiveGram(J, diagonal);
      const columns = gramColumns(space.layers!);
      const out = new Float64Array(n);
      columns.diagonal(linearization, weights, out);
      // As for the linearization itself.
      expect(
        relativeError(
          out,
          G.map((row, i) => row[i]!),
        ),
      ).toBeLessThan(3000 * Number.EPSILON);
      for (let i = 0; i < n; i++) {
        columns.column(linearization, weights, i, out);
        expect(relativeError(out, G[i]!)).toBeLessThan(3000 * Number.EPSILON);
      }
    }),
    settings,
  );
});

const choices: Readonly<Record<string, RowChoice>> = {
  randomPivots: randomPivots(),
  largestPivots: largestPivots(),
  rowsByNorm: rowsByNorm(),
};
const choiceNames = Object.keys(choices);

/** A matrix as what `pivotedCholesky` asks for. */
function oracleOf(G: readonly (readonly number[])[]): ColumnOracle {
  return {
    n: G.length,
    diagonal: (out) => out.set(G.map((row, i) => row[i]!)),
    column: (i, out) => out.set(G[i]!),
  };
}

describe.each(choiceNames)("pivotedCholesky with %s", (name) => {
  /** A random matrix of a given rank, and its factorization. */
  function factorized(n: number, trueRank: number, rank: number, seed: number) {
    const gaussian = gaussianRandom(seededRandom(seed));
    const B = Array.from({ length: n }, () => Array.from({ length: trueRank }, gaussian));
    const G = multiply(B, transpose(B));
    const result = pivotedCholesky(referenceKernels(), rank, n, choices[name]);
    result.factorize(oracleOf(G), seededRandom(seed));
    const F = Array.from({ length: n }, (_, i) =>
      Array.from({ length: result.rank }, (__, t) => result.transposed[t * n + i]!),
    );
    return { G, F, ...result, rank: result.rank };
  }

  test("finds a matrix of low rank exactly, and its rank", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { G, F, rank } = factorized(12, 5, 12, seed);
      expect(rank).toBe(5);
      // Pivots fall to about 1e-3 of the first: 12 × 1e3 ε, with room.
      expect(relativeError(multiply(F, transpose(F)).flat(), G.flat())).toBeLessThan(1e-10);
    }
  });

  test("agrees with G in the rows that it chose, and is lower triangular there", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { G, F, pivots } = factorized(10, 10, 4, seed);
      const product = multiply(F, transpose(F));
      expect(new Set(pivots).size).toBe(4);
      pivots.forEach((i, t) => {
        expect(relativeError(product[i]!, G[i]!)).toBeLessThan(1e-11);
        expect(F[i]!.slice(t + 1).every((value) => value === 0)).toBe(true);
      });
    }
  });
});

/** The row that a choice takes first of a matrix, and the one after it. */
function firstTwo(choice: RowChoice, G: readonly (readonly number[])[], random = seededRandom(1)): number[] {
  const result = pivotedCholesky(referenceKernels(), 2, G.length, choice);
  result.factorize(oracleOf(G), random);
  return [...result.pivots.subarray(0, result.rank)];
}

describe("the choice of rows", () => {
  test.each(["randomPivots", "rowsByNorm"])("%s draws in proportion to the diagonal", (name) => {
    const counts = [0, 0, 0];
    const diagonal = [1, 2, 5];
    const random = seededRandom(1);
    for (let draw = 0; draw < 4000; draw++) {
      const G = diagonal.map((value, i) => diagonal.map((_, j) => (i === j ? value : 0)));
      counts[firstTwo(choices[name]!, G, random)[0]!]!++;
    }
    // Five standard deviations √(4000 p (1 - p)) <= 32.
    counts.forEach((count, i) => {
      expect(Math.abs(count - (4000 * diagonal[i]!) / 8)).toBeLessThan(160);
    });
  });

  // Rows 0 and 1 are the same but for a thousandth; row 2 has nothing to do with them.
  const G = [
    [100, 100, 0],
    [100, 100.1, 0],
    [0, 0, 10],
  ];

  test("largestPivots takes what remains, not what is large", () => {
    expect(firstTwo(largestPivots(), G)).toEqual([1, 2]);
  });

  test("rowsByNorm goes by the norms, whatever was chosen before, but never takes a row twice", () => {
    const random = seededRandom(2);
    const pairs = Array.from({ length: 300 }, () => firstTwo(rowsByNorm(), G, random));
    for (const [first, second] of pairs) expect(second).not.toBe(first);
    // 0 or 1 first, and then the other: with probability (200 / 210) (100 / 110) = 0.87 about; five deviations are 0.1.
    const close = pairs.filter((pair) => !pair.includes(2)).length / pairs.length;
    expect(Math.abs(close - 0.87)).toBeLessThan(0.1);
  });

  test("rowsByNorm leaves out rows that are combinations of those chosen", () => {
    const same = G.map((row, i) => row.map((value, j) => (i + j === 2 && i === 1 ? 100 : value)));
    const random = seededRandom(3);
    for (let draw = 0; draw < 50; draw++) expect(firstTwo(rowsByNorm(), same, random)).toContain(2);
  });
});

describe.each(choiceNames)("nystrom with %s", (name) => {
  test("of full rank gives the exact step", () => {
    fc.assert(
      fc.property(cases, ({ hidden, outputs, examples, seed, damping }) => {
        const problem = linearProblem(denseNetwork(2, hidden, outputs), examples, seed);
        const { J, residuals, n } = problem;
        const { delta, diagonal, prior } = curvatureStep(
          nystrom({ rank: n, rows: choices[name]! }),
          problem,
          damping,
        );
        const expected = naiveDampedStep(J, residuals, damping, diagonal, prior);
        // What is left out is 1e-12 of the trace, at most 1e3, against λ >= 0.1: 1e-8, and the root of it enters δ.
        expect(relativeError(delta, expected)).toBeLessThan(1e-7);
      }),
      settings,
    );
  });

  test("gives the best step in the span of as many rows of J as its rank", () => {
    fc.assert(
      fc.property(cases, ({ hidden, examples, seed, damping }) => {
        const problem = linearProblem(denseNetwork(2, hidden, 1), examples + 2, seed);
        const { J, residuals, space, linearization, vector } = problem;
        const delta = vector();
        const system = systemOf(nystrom({ rank: 2, rows: choices[name]!, seed }), space);
        system.assemble(linearization, null);
        const step = system.solve(residuals, damping, null, delta);
        const errors = J.flatMap((a, i) =>
          J.slice(0, i).map((b) => relativeError(delta.flat, bestInSpan(J, residuals, damping, a, b))),
        );
        expect(Math.min(...errors)).toBeLessThan(1e-9);
        const linear = J.map((row, i) => residuals[i]! + dotProduct(row, delta.flat));
        const reduction = (dotProduct(residuals, residuals) - dotProduct(linear, linear)) / 2;
        expect(relativeError([step.predictedReduction], [reduction])).toBeLessThan(1e-10);
        expect(step.predictedReduction).toBeGreaterThanOrEqual(0);
      }),
      settings,
    );
  });
});

describe("nystrom", () => {
  test("says so where the Jacobian is not finite", () => {
    const problem = linearProblem(denseNetwork(2, [3], 1), 4, 1);
    const { space, residuals, vector } = problem;
    const system = systemOf(nystrom(), space);
    system.assemble(withUnknownInputs(problem), null);
    expect(system.solve(residuals, 1, null, vector()).method).toBe("failed");
  });

  test("refuses rank 0", () => {
    expect(() => nystrom({ rank: 0 })).toThrow("rank: 0 is out of range");
  });
});

/** The least ½ ‖r + J δ‖² + ½ λ ‖δ‖² over δ in the span of two vectors, by an orthonormal basis of it. */
function bestInSpan(J: number[][], r: ArrayLike<number>, lambda: number, a: number[], b: number[]): number[] {
  const unit = (v: number[]) => v.map((value) => value / Math.sqrt(dotProduct(v, v)));
  const first = unit(a);
  const second = unit(b.map((value, j) => value - dotProduct(first, b) * first[j]!));
  const basis = [first, second];
  const inBasis = J.map((row) => basis.map((v) => dotProduct(row, v)));
  const [x, y] = naiveDampedStep(inBasis, r, lambda);
  return first.map((value, j) => x! * value + y! * second[j]!);
}
