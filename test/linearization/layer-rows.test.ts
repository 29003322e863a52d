import { expect, test } from "vitest";
import { denseNetwork, type Network } from "../../src/network/network.ts";
import { dotProduct, relativeError } from "../twins/naive-matrix.ts";
import { linearProblem, randomWeights } from "./linear-problem.ts";

// More residual rows than the 128 that are formed at once, and not a multiple of them: two whole panels and a part, of
// one output and of 42 examples' three; and panels of a single example, which has more rows.
const wide = [
  [1, 300],
  [3, 100],
  [150, 2],
] as const;

/** Lower J W Jᵀ, W with this diagonal; zeros above. */
function lowerGramOf(J: number[][], diagonal: readonly number[]): number[] {
  const weighted = J.map((row) => row.map((value, k) => value * diagonal[k]!));
  return weighted.flatMap((row, i) => J.map((other, j) => (j > i ? 0 : dotProduct(row, other))));
}

test.each(wide)("J W Jᵀ of %i outputs and %i examples, a panel of rows at a time", (outputs, examples) => {
  const problem = linearProblem(denseNetwork(2, [3], outputs), examples, 1);
  const { linearization, kernels, n, J } = problem;
  const { weights, diagonal } = randomWeights(problem);
  const G = linearization.gram(weights, kernels.allocate("float64", n * n));
  const found = G.map((value, e) => (e % n > Math.floor(e / n) ? 0 : value));
  const expected = lowerGramOf(J, diagonal);
  // Sums of p < 2000 products, mostly zeros.
  expect(relativeError(found, expected)).toBeLessThan(2000 * Number.EPSILON);
});

test.each(wide.slice(0, 2))("tr(Z J W Jᵀ) by groups, %i outputs and %i examples", (outputs, examples) => {
  const problem = linearProblem(denseNetwork(2, [3], outputs), examples, 2);
  const { linearization, kernels, n, gaussian, blocks } = problem;
  const { weights } = randomWeights(problem);
  const G = linearization.gram(weights, kernels.allocate("float64", n * n));
  const Z = kernels.allocate("float64", n * n).map(gaussian);
  const parts = new Float64Array(2 * blocks.length);
  linearization.gramTraces(Z, kernels.allocate("float64", n * n), parts);
  let [trace, size] = [0, 0];
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const value = (i === j ? 1 : 2) * G[i * n + j]! * Z[i * n + j]!;
      trace += value;
      size += Math.abs(value);
    }
  const sum = parts.reduce((total, part, group) => total + part * weights[group]!, 0);
  // Sums of n² / 2 terms of either sign: rounding errors of the terms' size.
  expect(Math.abs(sum - trace)).toBeLessThan(size * n * Number.EPSILON);
});

test.each(wide.slice(0, 2))(
  "J W Jᵀ of embeddings of %i outputs and %i examples, a panel of rows at a time",
  (outputs, examples) => {
    // Levels 0 to 2 and none, in an order that makes chains through all panels.
    const network: Network = {
      inputs: 2,
      layers: [
        { kind: "embedding", column: 1, levels: 3, units: 2 },
        { kind: "dense", units: outputs, activation: "tanh" },
      ],
    };
    const level = (i: number) => ((i * i) % 7) - 1;
    const problem = linearProblem(network, examples, 3, (i, j) => (j === 1 ? level(i) : null));
    const { linearization, kernels, n, J } = problem;
    const { weights, diagonal } = randomWeights(problem);
    const G = linearization.gram(weights, kernels.allocate("float64", n * n));
    const again = linearization.gram(weights, kernels.allocate("float64", n * n));
    expect(relativeError(G, lowerGramOf(J, diagonal))).toBeLessThan(2000 * Number.EPSILON);
    expect(again).toEqual(G);
  },
);
