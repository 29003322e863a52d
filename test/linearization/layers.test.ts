import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";
import { checkJacobian } from "../../src/linearization/check-jacobian.ts";
import type { Layer } from "../../src/network/layers.ts";
import type { Network } from "../../src/network/network.ts";
import { layeredNetworks } from "../network/layered-networks.ts";
import { dotProduct, relativeError, transpose } from "../twins/naive-matrix.ts";
import {
  drawCase,
  groupsOf,
  jacobianOf,
  type LayerCase,
  layerProblem,
  loadRows,
  lowerGram,
  lowerOf,
} from "./layer-problem.ts";

const cases: fc.Arbitrary<LayerCase> = fc.record({
  network: layeredNetworks,
  examples: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(1000),
});
const settings = { seed: 2, numRuns: 120 };

// Sums of at most 65 products in a layer and 300 in a product with J, through at most 12 layers whose factors are at
// most 2 in the mean, forward and back: 24 · 300 ε, with a factor of 10 for the sizes of what cancels.
const tolerance = 1e5 * Number.EPSILON;

// The same with the ε of float32 would allow errors of 1 %. The errors of n roundings of random signs add up to √n ε:
// √(24 · 300) ε, with the same factor for sizes and one of 4 for the tail.
const singleTolerance = Math.sqrt(24 * 300) * 40 * 2 ** -24;

/** Asserts a law on random networks, with all rows of J at once and a unit at a time. */
function check(law: (layerCase: LayerCase, rowBytes: number | undefined) => number): void {
  fc.assert(
    fc.property(cases, fc.constantFrom(undefined, 1), (layerCase, rowBytes) => {
      expect(law(layerCase, rowBytes)).toBeLessThan(tolerance);
    }),
    settings,
  );
}

describe("the linearization of all kinds of layers against the twin", () => {
  test("pullback(u) is Jᵀ u, before and after the derivatives are there", () => {
    check((layerCase) => {
      const { linearization, vector, n, gaussian, kernels } = layerProblem(layerCase);
      const u = kernels.allocate("float64", n).map(gaussian);
      const J = jacobianOf(layerCase);
      const expected = transpose(J).map((column) => dotProduct(column, u));
      const pulled = () => linearization.pullback(u, vector()).flat.slice(0, expected.length);
      const before = relativeError(pulled(), expected);
      linearization.gram(null, new Float64Array(n * n));
      return Math.max(before, relativeError(pulled(), expected));
    });
  });

  test("pushforward(d) is J d", () => {
    check((layerCase) => {
      const { linearization, vector, n, gaussian } = layerProblem(layerCase);
      const J = jacobianOf(layerCase);
      const d = vector();
      d.flat.set(J[0]!.map(gaussian));
      const expected = J.map((row) => dotProduct(row, d.flat.subarray(0, row.length)));
      return relativeError(linearization.pushforward(d, new Float64Array(n)), expected);
    });
  });

  test("gram(w) is J W Jᵀ for any weights of the groups, and J Jᵀ without", () => {
    check((layerCase, rowBytes) => {
      const { linearization, n, gaussian, blocks } = layerProblem(layerCase, rowBytes ? { rowBytes } : {});
      const J = jacobianOf(layerCase);
      const groups = groupsOf({ blocks });
      const weights = Float64Array.from({ length: 2 * blocks.length }, () => Math.exp(gaussian()));
      const errorOf = (w: Float64Array | null) =>
        relativeError(
          lowerOf(n, linearization.gram(w, new Float64Array(n * n))),
          lowerGram(J, (c) => w?.[groups[c]!] ?? 1),
        );
      return Math.max(errorOf(null), errorOf(weights));
    });
  });

  test("gramTraces(Z) are tr(Z G) for each group", () => {
    check((layerCase, rowBytes) => {
      const { linearization, n, gaussian, blocks } = layerProblem(layerCase, rowBytes ? { rowBytes } : {});
      const J = jacobianOf(layerCase);
      const groups = groupsOf({ blocks });
      // Symmetric: fill the lower triangle, then mirror it.
      const z = new Float64Array(n * n).map(gaussian);
      for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) z[j * n + i] = z[i * n + j]!;
      const traces = new Float64Array(2 * blocks.length);
      linearization.gramTraces(z, new Float64Array(n * n), traces);
      const expected = Float64Array.from(traces, (_, group) => {
        const G = lowerGram(J, (c) => (groups[c] === group ? 1 : 0));
        return G.reduce((sum, value, e) => sum + (e % n === Math.floor(e / n) ? 1 : 2) * value * z[e]!, 0);
      });
      return relativeError(traces, expected);
    });
  });

  test("normal() is Jᵀ J, and writeRows() gives the rows of J", () => {
    check((layerCase) => {
      const { linearization, n, plan } = layerProblem(layerCase);
      const J = jacobianOf(layerCase);
      const p = J[0]!.length;
      const normal = linearization.normal(new Float64Array(p * p));
      const rows = new Float64Array(n * p).fill(Number.NaN);
      for (let first = 0; first < n; first += plan.outputs)
        linearization.writeRows(first, plan.outputs, rows.subarray(first * p));
      return Math.max(
        relativeError(
          lowerOf(p, normal),
          lowerGram(transpose(J), () => 1),
        ),
        relativeError(rows, J.flat()),
      );
    });
  });
});

describe("the linearization of all kinds of layers", () => {
  test("forgets the batch before, also one with more examples", () => {
    check((layerCase, rowBytes) => {
      const large = { ...layerCase, examples: layerCase.examples + 1 };
      const { linearization, parameters, plan, n } = layerProblem(large, rowBytes ? { rowBytes } : {});
      linearization.gram(null, new Float64Array(n * n));
      // The first examples are others now, with the same parameters; the last one is left out.
      const { theta, xs } = drawCase(layerCase);
      loadRows(plan, xs);
      parameters.flat.set(theta);
      linearization.at(parameters, layerCase.examples);
      const m = layerCase.examples * plan.outputs;
      const J = jacobianOf(layerCase);
      const z = new Float64Array(m * m).fill(1);
      const traces = linearization.gramTraces(
        z,
        new Float64Array(m * m),
        new Float64Array(2 * plan.blocks.length),
      );
      // tr(1 1ᵀ G), summed over all groups.
      const total = lowerGram(J, () => 1).reduce(
        (sum, value, e) => sum + (e % m === Math.floor(e / m) ? 1 : 2) * value,
        0,
      );
      const G = lowerOf(m, linearization.gram(null, new Float64Array(m * m)));
      return Math.max(
        relativeError(
          G,
          lowerGram(J, () => 1),
        ),
        relativeError([traces.reduce((a, b) => a + b, 0)], [total]),
      );
    });
  });

  test("is the same with WebAssembly kernels", () => {
    const kernels = wasmKernels();
    fc.assert(
      fc.property(cases, (layerCase) => {
        const { linearization, n, vector } = layerProblem(layerCase, { kernels });
        const J = jacobianOf(layerCase);
        const G = linearization.gram(null, kernels.allocate("float64", n * n));
        expect(
          relativeError(
            lowerOf(n, G),
            lowerGram(J, () => 1),
          ),
        ).toBeLessThan(tolerance);
        const u = kernels.allocate("float64", n).fill(1);
        const sums = transpose(J).map((column) => column.reduce((a, b) => a + b));
        const pulled = linearization.pullback(u, vector()).flat.subarray(0, sums.length);
        expect(relativeError(pulled, sums)).toBeLessThan(tolerance);
      }),
      { ...settings, numRuns: 60 },
    );
  });

  test("in float32 agrees to its precision", () => {
    fc.assert(
      fc.property(smoothCases, (layerCase) => {
        const { linearization, n, kernels } = layerProblem(layerCase, { dtype: "float32" });
        const G = linearization.gram(null, kernels.allocate("float64", n * n));
        const expected = lowerGram(jacobianOf(layerCase), () => 1);
        expect(relativeError(lowerOf(n, G), expected)).toBeLessThan(singleTolerance);
      }),
      { ...settings, numRuns: 60 },
    );
  });
});

/** In float32 the larger of two numbers, or the side of a kink, may be another: those layers are left out. */
const smoothCases = cases.filter(
  ({ network }) => !/max-pool|"(leaky-)?relu"|"elu"/.test(JSON.stringify(network.layers)),
);

const oneOfEach: [string, Network][] = (
  [
    ["conv2d", { kind: "conv2d", filters: 2, kernel: 2, activation: "tanh" }],
    ["conv2d in groups", { kind: "conv2d", filters: 2, kernel: 3, groups: 2, stride: 2, activation: "sine" }],
    ["scale", { kind: "scale", activation: "sigmoid" }],
    ["group-norm", { kind: "group-norm", groups: 2 }],
    ["layer-norm", { kind: "layer-norm" }],
    ["average-pool", { kind: "average-pool", size: 2 }],
    ["max-pool", { kind: "max-pool", size: 2 }],
    ["residual", { kind: "residual", body: [{ kind: "conv2d", filters: 2, kernel: 3 }], activation: "tanh" }],
  ] satisfies [string, Layer][]
).map(([name, layer]) => [
  name,
  {
    inputs: 24,
    shape: [3, 4, 2],
    layers: [
      { kind: "conv2d", filters: 2, kernel: 2, activation: "tanh" },
      layer,
      { kind: "flatten" },
      { kind: "dense", units: 2, activation: "identity" },
    ],
  },
]);

test.each(oneOfEach)("the Jacobian through %s agrees with finite differences", (_, network) => {
  const { theta, xs } = drawCase({ network, examples: 3, seed: 1 });
  const { checked, largestError } = checkJacobian(network, theta, xs, referenceKernels());
  expect(checked).toBe(theta.length);
  // ε^(2/3) = 4e-11 times third derivatives, and rounding of f over 2 h.
  expect(largestError).toBeLessThan(1e-8);
});
