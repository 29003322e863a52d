import fc from "fast-check";
import { expect, test } from "vitest";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";
import { type Member, planPredictor } from "../../src/model/predictor.ts";
import { initialize } from "../../src/network/initialize.ts";
import { denseNetwork } from "../../src/network/network.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { plainInputs } from "../../src/residuals/dataset.ts";
import { naiveForward } from "../twins/naive-network.ts";

const cases = fc.record({
  members: fc.integer({ min: 1, max: 5 }),
  rows: fc.integer({ min: 0, max: 6 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(1000),
});

/** Members of two shapes in turn, every other blended with a linear model. */
function setUp({
  members: count,
  rows,
  outputs,
  seed,
}: Record<"members" | "rows" | "outputs" | "seed", number>) {
  const gaussian = gaussianRandom(seededRandom(seed));
  const draw = (length: number) => Array.from({ length }, gaussian);
  const xs = Array.from({ length: rows }, () => draw(2));
  const members: Member[] = Array.from({ length: count }, (_, m) => ({
    network: denseNetwork(2, m % 3 === 0 ? [3] : [2, 2], outputs),
    blend: m % 2 === 0 ? null : { share: 0.25, weights: draw(2 * outputs), bias: draw(outputs) },
  }));
  const thetas = members.map(({ network }, m) => initialize(network, 100 * seed + m));
  const parameters = Float64Array.from(thetas.flatMap((theta) => [...theta]));
  /** Predictions by member, then by row and output. */
  const each = members.map(({ network, blend }, m) =>
    xs.flatMap((x) => {
      const ours = naiveForward(network, thetas[m]!, x);
      if (!blend) return ours;
      const { share, weights, bias } = blend;
      const line = bias.map((b, k) => b + x[0]! * weights[k]! + x[1]! * weights[outputs + k]!);
      return ours.map((value, k) => share * value + (1 - share) * line[k]!);
    }),
  );
  return {
    members,
    parameters,
    each,
    rows,
    inputs: { source: plainInputs(xs.flat(), 2), matrix: Float64Array.from(xs.flat()) },
  };
}

test("the mean and the spread of an ensemble are those of its members, in any kernels", () => {
  fc.assert(
    fc.property(cases, (c) => {
      const { members, parameters, each, inputs } = setUp(c);
      for (const kernels of [referenceKernels(), wasmKernels()]) {
        const { mean, spread } = planPredictor(kernels, members, parameters, "float64")(inputs, c.rows);
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
  const { members, parameters, inputs, rows } = setUp({ members: 1, rows: 4, outputs: 2, seed: 3 });
  const three = Float64Array.from([...parameters, ...parameters, ...parameters]);
  const same = [members[0]!, members[0]!, members[0]!];
  const { mean, spread } = planPredictor(wasmKernels(), same, three, "float64")(inputs, rows);
  // A third, three times, may miss the number by its last bit.
  expect(spread!.every((value) => value < 4 * Number.EPSILON * Math.max(1, ...mean.map(Math.abs)))).toBe(
    true,
  );
});

test("a predictor is used again for other rows", () => {
  const { members, parameters, inputs } = setUp({ members: 3, rows: 5, outputs: 2, seed: 1 });
  const predict = planPredictor(wasmKernels(), members, parameters, "float64");
  const first = predict(inputs, 5);
  predict(inputs, 2);
  expect(predict(inputs, 5)).toEqual(first);
});
