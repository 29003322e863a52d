import fc from "fast-check";
import { expect, test } from "vitest";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { initialize } from "../../src/network/initialize.ts";
import { parameterBlocks } from "../../src/network/network.ts";
import { allocateParameters } from "../../src/network/parameter-vector.ts";
import { forward, planNetwork } from "../../src/network/plan.ts";
import { allocateMatrix } from "../../src/network/plan-matrix.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { relativeError } from "../twins/naive-matrix.ts";
import { naiveForward } from "../twins/naive-network.ts";
import { anyNetwork } from "./networks.ts";

// gelu is left to the contract of the kernels, which has an erf.
const networks = anyNetwork.filter(({ layers }) => layers.every(({ activation }) => activation !== "gelu"));

test("a pass over fewer rows than the plan holds is the network's output of each", () => {
  fc.assert(
    fc.property(networks, fc.integer({ min: 0, max: 5 }), fc.boolean(), (network, count, derivatives) => {
      const kernels = referenceKernels();
      const gaussian = gaussianRandom(seededRandom(count));
      const plan = planNetwork(kernels, network, "float64", 5, derivatives);
      const theta = allocateParameters(kernels, "float64", parameterBlocks(network));
      // Biases too are no longer 0.
      theta.flat.set(initialize(network, 1).map((value) => value + 0.1 * gaussian()));
      const xs = Array.from({ length: count }, () => Array.from({ length: network.inputs }, gaussian));
      const { data, stride } = plan.input;
      // Twice: what a pass leaves in the buffers must not reach the next.
      for (let pass = 0; pass < 2; pass++) {
        xs.forEach((x, i) => {
          x.forEach((value, j) => {
            data[i * stride + j] = value;
          });
        });
        forward(plan, theta, count);
        const f = plan.result.data.subarray(0, count * plan.outputs);
        const expected = xs.flatMap((x) => naiveForward(network, theta.flat, x));
        // Sums of at most 7 products, through at most 4 layers whose factors are at most 2: 2⁴ · 4 · 7 · 2 ε.
        expect(relativeError(f, expected)).toBeLessThan(1000 * Number.EPSILON);
      }
    }),
    { seed: 1, numRuns: 150 },
  );
});

test("rows that fill a line of the cache begin at one", () => {
  const kernels = referenceKernels();
  for (const [dtype, perLine] of [
    ["float32", 16],
    ["float64", 8],
  ] as const)
    for (const columns of [1, perLine - 1, perLine, perLine + 1, 3 * perLine]) {
      const { data, stride } = allocateMatrix(kernels, dtype, 3, columns);
      expect(stride).toBe(columns <= perLine ? columns : Math.ceil(columns / perLine) * perLine);
      expect(data.length).toBe(3 * stride);
    }
});
