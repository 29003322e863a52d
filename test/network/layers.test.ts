import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { initialize } from "../../src/network/initialize.ts";
import type { Layer } from "../../src/network/layers.ts";
import { type Network, parameterBlocks } from "../../src/network/network.ts";
import { allocateParameters } from "../../src/network/parameter-vector.ts";
import { forward, planNetwork } from "../../src/network/plan.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { naiveOutputs } from "../twins/naive-layers.ts";
import { relativeError } from "../twins/naive-matrix.ts";
import { examplesFor, kindsOf, layeredNetworks } from "./layered-networks.ts";

/** Outputs of a plan for 5 examples beside those of the twin, twice in a row, which must be the same. */
function compare(network: Network, count: number, derivatives: boolean, seed = count): number {
  const kernels = referenceKernels();
  const gaussian = gaussianRandom(seededRandom(seed));
  const plan = planNetwork(kernels, network, "float64", 5, derivatives);
  const theta = allocateParameters(kernels, "float64", parameterBlocks(network));
  theta.flat.set(initialize(network, seed).map((value) => value + 0.1 * gaussian()));
  const xs = examplesFor(network, count, gaussian);
  const { data, stride } = plan.input;
  const errors = [1, 2].map(() => {
    for (const [i, x] of xs.entries()) for (const [j, value] of x.entries()) data[i * stride + j] = value;
    forward(plan, theta, count);
    const f = plan.result.data.subarray(0, count * plan.outputs);
    return relativeError(
      f,
      xs.flatMap((x) => naiveOutputs(network, theta.flat, x)),
    );
  });
  return Math.max(...errors);
}

// Sums of at most 37 products (3 × 3 × 4 and a bias) in a convolution and 65 in a dense layer, through at most
// 4 × 3 layers one after the other whose factors are at most 2 in the mean: 12 · 65 · ε, with a factor of 10 for the
// sizes of what cancels.
const tolerance = 1e4 * Number.EPSILON;

describe("the forward pass", () => {
  test("of networks of all kinds of layers is the twin's, over fewer rows than the plan holds, twice in a row", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(layeredNetworks, fc.integer({ min: 0, max: 5 }), fc.boolean(), (network, count, back) => {
        for (const kind of kindsOf(network.layers)) seen.add(kind);
        expect(compare(network, count, back)).toBeLessThan(tolerance);
      }),
      { seed: 1, numRuns: 300 },
    );
    expect(seen.size).toBe(14);
  });

  test("of a norm without groups and epsilon has 8 channels a group, and 1e-5", () => {
    for (const channels of [3, 8, 16]) {
      const layers: Layer[] = [{ kind: "group-norm" }, { kind: "scale" }];
      const network: Network = { inputs: 6 * channels, shape: [3, 2, channels], layers };
      // Normal numbers have a variance near 1 over 48 of them: no rounding error is enlarged.
      expect(compare(network, 3, true)).toBeLessThan(tolerance);
    }
  });

  test("of a large image takes several chunks of its windows", () => {
    // 40 × 40 × 91 numbers of windows: no two examples in 131,072.
    const layers: Layer[] = [
      { kind: "conv2d", filters: 2, kernel: 3 },
      { kind: "global-pool" },
      { kind: "dense", units: 1, activation: "identity" },
    ];
    const network: Network = { inputs: 40 * 40 * 10, shape: [40, 40, 10], layers };
    expect(compare(network, 3, true)).toBeLessThan(tolerance);
  });
});
