import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DType } from "../../src/kernels/kernels.ts";
import { linearizationBuffers, planLinearization } from "../../src/linearization/linearization.ts";
import type { Layer } from "../../src/network/layers.ts";
import type { Network } from "../../src/network/network.ts";
import { layeredNetworks } from "../network/layered-networks.ts";
import { relativeError } from "../twins/naive-matrix.ts";
import { drawCase, groupsOf, jacobianOf, type LayerCase, loadCase, lowerOf } from "./layer-problem.ts";

/** Some examples of a case on one batch, the others on another one, each in buffers of its own. */
function twoBatches(layerCase: LayerCase, first: number, options: { dtype?: DType; rowBytes?: number }) {
  const { network, examples } = layerCase;
  const drawn = drawCase(layerCase);
  const linearized = (from: number, to: number) => {
    const part = { network, examples: to - from, seed: 0 };
    const { plan, parameters } = loadCase(part, { ...drawn, xs: drawn.xs.slice(from, to) }, options);
    return planLinearization(plan, linearizationBuffers(plan, options.rowBytes)).at(parameters, to - from);
  };
  const { plan } = loadCase(layerCase, drawn);
  const { outputs, blocks } = plan;
  const weights = Float64Array.from({ length: 2 * blocks.length }, () => Math.exp(drawn.gaussian()));
  const own = linearized(0, first);
  const other = linearized(first, examples);
  return { own, other, blocks, weights, n: first * outputs, m: (examples - first) * outputs };
}

/** J W J'ᵀ by the twin's rows of J, of which the first n are of J, the others of J'. */
function naiveCross(J: number[][], n: number, weightOf: (column: number) => number): number[] {
  const [own, other] = [J.slice(0, n), J.slice(n)];
  return own.flatMap((a) =>
    other.map((b) => a.reduce((sum, value, c) => sum + weightOf(c) * value * b[c]!, 0)),
  );
}

/** How far J W J'ᵀ of a case is from the twin, with and without weights; and of a batch and itself from its Gram matrix. */
function errorOf(layerCase: LayerCase, first: number, options: { dtype?: DType; rowBytes?: number }): number {
  const { own, other, blocks, weights, n, m } = twoBatches(layerCase, first, options);
  const J = jacobianOf(layerCase);
  const groups = groupsOf({ blocks });
  const errors = [null, weights].flatMap((w) => {
    const found = own.cross(other, w, new Float64Array(n * m).fill(Number.NaN));
    const itself = own.cross(own, w, new Float64Array(n * n));
    const gram = lowerOf(n, own.gram(w, new Float64Array(n * n)));
    const transposed = itself.map((_, e) => itself[(e % n) * n + Math.floor(e / n)]!);
    return [
      relativeError(
        found,
        naiveCross(J, n, (c) => w?.[groups[c]!] ?? 1),
      ),
      relativeError(lowerOf(n, itself), gram),
      relativeError(lowerOf(n, transposed), gram),
    ];
  });
  return Math.max(...errors);
}

const sizes = fc.constantFrom([1, 2], [2, 1], [2, 2], [3, 1]);

// As in the tests of the linearization of all kinds of layers.
const tolerance = { float64: 1e5 * Number.EPSILON, float32: Math.sqrt(24 * 300) * 40 * 2 ** -24 };

describe("the Gram matrix between two batches", () => {
  test("is J W J'ᵀ for all kinds of layers, with all rows of J at once and a unit at a time", () => {
    fc.assert(
      fc.property(
        layeredNetworks,
        sizes,
        fc.nat(1000),
        fc.constantFrom({}, { rowBytes: 1 }),
        (network, [a, b], seed, options) => {
          expect(errorOf({ network, examples: a + b, seed }, a, options)).toBeLessThan(tolerance.float64);
        },
      ),
      { seed: 4, numRuns: 40 },
    );
  });

  test("in float32 agrees to its precision", () => {
    // In float32 the larger of two numbers, or the side of a kink, may be another: those layers are left out.
    const smooth = layeredNetworks.filter(
      ({ layers }) => !/max-pool|"(leaky-)?relu"|"elu"/.test(JSON.stringify(layers)),
    );
    fc.assert(
      fc.property(smooth, sizes, fc.nat(1000), (network, [a, b], seed) => {
        const error = errorOf({ network, examples: a + b, seed }, a, { dtype: "float32" });
        expect(error).toBeLessThan(tolerance.float32);
      }),
      { seed: 4, numRuns: 40 },
    );
  });

  const dense: Layer = { kind: "dense", units: 2, activation: "tanh" };
  const narrow: Network = { inputs: 2, layers: [{ kind: "scale" }, dense, { ...dense, units: 3 }] };

  test.each([
    [150, 130],
    [40, 170],
    [170, 20],
  ])("of %i and %i examples of several outputs goes panel by panel", (a, b) => {
    expect(errorOf({ network: narrow, examples: a + b, seed: 1 }, a, {})).toBeLessThan(tolerance.float64);
  });
});
