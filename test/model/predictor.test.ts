import fc from "fast-check";
import { expect, test } from "vitest";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";
import { planPredictor } from "../../src/model/predictor.ts";
import { initialize } from "../../src/network/initialize.ts";
import { denseNetwork } from "../../src/network/network.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { plainInputs } from "../../src/training/dataset.ts";
import { naiveForward } from "../twins/naive-network.ts";

const cases = fc.record({
  members: fc.integer({ min: 1, max: 5 }),
  rows: fc.integer({ min: 0, max: 6 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(1000),
});

function setUp({
  members,
  rows,
  outputs,
  seed,
}: {
  members: number;
  rows: number;
  outputs: number;
  seed: number;
}) {
  const network = denseNetwork(2, [3], outputs);
  const gaussian = gaussianRandom(seededRandom(seed));
  const xs = Array.from({ length: rows }, () => [gaussian(), gaussian()]);
  const thetas = Array.from({ length: members }, (_, m) => initialize(network, 100 * seed + m));
  const parameters = Float64Array.from(thetas.flatMap((theta) => [...theta]));
  /** Predictions by member, then by row and output. */
  const each = thetas.map((theta) => xs.flatMap((x) => naiveForward(network, theta, x)));
  return { network, xs, parameters, each };
}

test("the mean and the spread of an ensemble are those of its members, in any kernels", () => {
  fc.assert(
    fc.property(cases, (c) => {
      const { network, xs, parameters, each } = setUp(c);
      for (const kernels of [referenceKernels(), wasmKernels()]) {
        const { mean, spread } = planPredictor(kernels, network, "float64")(
          parameters,
          plainInputs(xs.flat(), network.inputs),
          c.rows,
        );
        expect(mean.length).toBe(c.rows * c.outputs);
        // Sums of at most 5 numbers of the order of 1 to 10, each off by as much from 2 layers.
        const tolerance = 500 * Number.EPSILON;
        mean.forEach((value, i) => {
          const values = each.map((member) => member[i]!);
          const average = values.reduce((a, b) => a + b) / c.members;
          expect(Math.abs(value - average)).toBeLessThan(tolerance);
          if (!spread) return;
          // The root of a sum of squares of errors that small, where the members agree.
          const variance = values.reduce((sum, v) => sum + (v - average) ** 2, 0) / (c.members - 1);
          expect(Math.abs(spread[i]! - Math.sqrt(variance))).toBeLessThan(tolerance * Math.max(1, c.members));
        });
        expect(spread === null).toBe(c.members === 1);
        if (spread) expect(spread.length).toBe(mean.length);
      }
    }),
    { seed: 1, numRuns: 60 },
  );
});

test("members that are the same have no spread", () => {
  const { network, parameters, xs } = setUp({ members: 1, rows: 4, outputs: 2, seed: 3 });
  const three = Float64Array.from([...parameters, ...parameters, ...parameters]);
  const { mean, spread } = planPredictor(wasmKernels(), network, "float64")(
    three,
    plainInputs(xs.flat(), network.inputs),
    4,
  );
  // A third, three times, may miss the number by its last bit.
  expect(spread!.every((value) => value < 4 * Number.EPSILON * Math.max(1, ...mean.map(Math.abs)))).toBe(
    true,
  );
});

test("a predictor is used again for other rows and other parameters", () => {
  const a = setUp({ members: 2, rows: 5, outputs: 2, seed: 1 });
  const b = setUp({ members: 1, rows: 3, outputs: 2, seed: 2 });
  const predict = planPredictor(wasmKernels(), a.network, "float64");
  const of = ({ parameters, xs }: typeof a) =>
    predict(parameters, plainInputs(xs.flat(), a.network.inputs), xs.length);
  const first = of(a);
  of(b);
  expect(of(a)).toEqual(first);
});
