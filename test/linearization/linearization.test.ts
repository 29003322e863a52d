import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { activations } from "../../src/kernels/activation.ts";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { checkJacobian } from "../../src/linearization/check-jacobian.ts";
import { linearize } from "../../src/linearization/linearize.ts";
import { initialize } from "../../src/network/initialize.ts";
import type { DenseLayer } from "../../src/network/layers/dense.ts";
import {
  type DenseNetwork,
  denseNetwork,
  parameterBlocks,
  trainableCount,
} from "../../src/network/network.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { dotProduct, multiply, relativeError, transpose } from "../twins/naive-matrix.ts";
import { naiveForward, naiveJacobian } from "../twins/naive-network.ts";

const smooth = activations.filter((name) => !["gelu", "relu", "leaky-relu", "elu"].includes(name));

/** Networks of up to three layers with every feature that a layer has. */
const networks: fc.Arbitrary<DenseNetwork> = fc
  .tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.array(
      fc.record({
        kind: fc.constant("dense" as const),
        units: fc.integer({ min: 1, max: 5 }),
        activation: fc.constantFrom(...smooth),
        bias: fc.boolean(),
        scale: fc.constantFrom(1, 0.5, 2),
        trainable: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([inputs, layers]) => ({ inputs, layers: withOneTrainable(layers) }));

function withOneTrainable(layers: DenseLayer[]): DenseLayer[] {
  return layers.some((layer) => layer.trainable)
    ? layers
    : layers.map((layer) => ({ ...layer, trainable: true }));
}

const cases = fc.record({ network: networks, examples: fc.integer({ min: 1, max: 6 }), seed: fc.nat(1000) });
const settings = { seed: 1, numRuns: 60 };

function make({ network, examples, seed }: { network: DenseNetwork; examples: number; seed: number }) {
  const gaussian = gaussianRandom(seededRandom(seed + 7));
  const theta = initialize(network, seed).map((value) => value + 0.1 * gaussian());
  const xs = Array.from({ length: examples }, () => Array.from({ length: network.inputs }, gaussian));
  return {
    theta,
    xs,
    gaussian,
    linearization: linearize(network, theta, xs, { kernels: referenceKernels() }),
    J: naiveJacobian(network, theta, xs),
    p: trainableCount(parameterBlocks(network)),
  };
}

// Sums of fewer than 100 products of numbers of the order of 1, through at most three layers: 100 × 3 ε, with a
// factor of 10 for the sizes.
const tolerance = 3000 * Number.EPSILON;

describe("a linearization against the naive twin", () => {
  test("outputs are those of the network", () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { theta, xs, linearization } = make(c);
        const expected = xs.flatMap((x) => naiveForward(c.network, theta, x));
        expect(relativeError(linearization.outputs, expected)).toBeLessThan(tolerance);
      }),
      settings,
    );
  });

  test("gram() is J Jᵀ and normal() is Jᵀ J", () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { linearization, J } = make(c);
        expect(relativeError(linearization.gram(), multiply(J, transpose(J)).flat())).toBeLessThan(tolerance);
        expect(relativeError(linearization.normal(), multiply(transpose(J), J).flat())).toBeLessThan(
          tolerance,
        );
      }),
      settings,
    );
  });

  test("pullback(u) is Jᵀ u, before and after the factors are known", () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { linearization, J, gaussian } = make(c);
        const u = J.map(() => gaussian());
        const expected = transpose(J).map((column) => dotProduct(column, u));
        expect(relativeError(linearization.pullback(u), expected)).toBeLessThan(tolerance);
        linearization.gram();
        expect(relativeError(linearization.pullback(u), expected)).toBeLessThan(tolerance);
      }),
      settings,
    );
  });

  test("pushforward(d) is J d", () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { linearization, J, gaussian, p } = make(c);
        const d = Array.from({ length: p }, gaussian);
        const expected = J.map((row) => dotProduct(row, d));
        expect(relativeError(linearization.pushforward(d), expected)).toBeLessThan(tolerance);
      }),
      settings,
    );
  });

  test("blocks() are the factors of the rows of J", () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { linearization, J } = make(c);
        const outputs = c.network.layers[c.network.layers.length - 1]!.units;
        const factors = linearization.blocks();
        parameterBlocks(c.network).forEach((block, l) => {
          if (!block.trainable) return;
          J.forEach((row, ik) => {
            const i = Math.floor(ik / outputs);
            const expected = row.slice(block.offset, block.offset + block.rows * block.columns);
            const outer = expected.map((_, index) => {
              const input = factors[l]!.inputs[i * block.rows + Math.floor(index / block.columns)]!;
              return (
                block.scale * input * factors[l]!.derivatives[ik * block.columns + (index % block.columns)]!
              );
            });
            expect(relativeError(outer, expected)).toBeLessThan(tolerance);
          });
        });
      }),
      settings,
    );
  });
});

describe("laws of the linearization", () => {
  test("permuting the batch permutes the Gram matrix", () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { theta, xs, linearization } = make(c);
        const outputs = c.network.layers[c.network.layers.length - 1]!.units;
        const reversed = linearize(c.network, theta, [...xs].reverse(), { kernels: referenceKernels() });
        const n = xs.length * outputs;
        const place = (row: number) =>
          (xs.length - 1 - Math.floor(row / outputs)) * outputs + (row % outputs);
        const G = linearization.gram();
        const permuted = Float64Array.from(
          { length: n * n },
          (_, e) => G[place(Math.floor(e / n)) * n + place(e % n)]!,
        );
        expect(relativeError(reversed.gram(), permuted)).toBeLessThan(tolerance);
      }),
      settings,
    );
  });

  test("float32 agrees with float64 to its own precision", () => {
    const network = denseNetwork(3, [8, 8], 2, "tanh");
    const { theta, xs, linearization } = make({ network, examples: 6, seed: 3 });
    const single = linearize(network, theta, xs, { dtype: "float32", kernels: referenceKernels() });
    expect(relativeError(single.gram(), linearization.gram())).toBeLessThan(100 * 2 ** -23);
  });

  test.each(activations)("the Jacobian of %s agrees with finite differences", (activation) => {
    const network = denseNetwork(2, [4, 3], 2, activation);
    const { theta, xs } = make({ network: denseNetwork(2, [4, 3], 2, "tanh"), examples: 5, seed: 11 });
    const check = checkJacobian(network, theta, xs, referenceKernels());
    expect(check.checked).toBe(theta.length);
    // ε^(2/3) = 4e-11 times third derivatives, and rounding of f over 2 h.
    expect(check.largestError).toBeLessThan(1e-8);
  });

  test("checkJacobian finds a wrong derivative", () => {
    const kernels = referenceKernels();
    const wrong = {
      ...kernels,
      scaleRows: (...[m, repeat, n, s, lds, d, ldd]: Parameters<typeof kernels.scaleRows>) => {
        kernels.scaleRows(m, repeat, n, s, lds, d, ldd);
        kernels.scale(m * repeat * ldd, 1.001, d);
      },
    };
    const network = denseNetwork(2, [4], 1, "tanh");
    const { theta, xs } = make({ network, examples: 5, seed: 11 });
    expect(checkJacobian(network, theta, xs, wrong).largestError).toBeGreaterThan(1e-6);
  });

  test("sizes that do not fit are refused with both numbers", () => {
    const network = denseNetwork(2, [4], 1);
    const run = (parameters: number[], batch: number[][]) => () =>
      linearize(network, parameters, batch, { kernels: referenceKernels() });
    expect(run([1, 2], [[1, 2]])).toThrow("parameters: has length 2; the network needs 17");
    expect(run(new Array(17).fill(0), [[1, 2], [1]])).toThrow("batch[1]: has length 1; the network needs 2");
  });
});
