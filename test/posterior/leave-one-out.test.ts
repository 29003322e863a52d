import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { denseNetwork, type Network } from "../../src/network/network.ts";
import type { Form } from "../../src/posterior/form.ts";
import { linearProblem, naiveDampedStep, randomWeights } from "../linearization/linear-problem.ts";
import { dotProduct, relativeError } from "../twins/naive-matrix.ts";

/** Some outputs, of which the last parameters say nothing: a column for all of them. */
const scaled = (inputs: number, units: number): Network => ({
  inputs,
  layers: [
    { kind: "dense", units, activation: "tanh" },
    { kind: "scale", per: "layer" },
  ],
});

const cases = fc.record({
  isDense: fc.boolean(),
  form: fc.constantFrom<Form>("gram", "primal"),
  inputs: fc.integer({ min: 1, max: 3 }),
  hidden: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  // Above 32, the primal form works on several chunks of rows.
  examples: fc.constantFrom(2, 3, 5, 8, 35),
  seed: fc.nat(1000),
  damping: fc.constantFrom(0.03, 1, 30),
});

describe("leaveOneOut", () => {
  test("is the error of each example under the step found without it", () => {
    fc.assert(
      fc.property(cases, ({ isDense, form, inputs, hidden, outputs, examples, seed, damping }) => {
        const network = isDense ? denseNetwork(inputs, hidden, outputs) : scaled(inputs, outputs);
        const problem = linearProblem(network, examples, seed);
        const { J, residuals, vector, gaussian, n, linearization } = problem;
        const { weights, diagonal } = randomWeights(problem);
        const prior = vector();
        prior.flat.set(prior.flat.map(gaussian));
        const system = problem.system(form);
        system.assemble(linearization, weights, null);

        let squares = 0;
        for (let i = 0; i < examples; i++) {
          const isLeft = (_: unknown, row: number) => Math.floor(row / outputs) !== i;
          const step = naiveDampedStep(
            J.filter(isLeft),
            residuals.filter(isLeft),
            damping,
            diagonal,
            prior.flat,
          );
          for (let row = i * outputs; row < (i + 1) * outputs; row++)
            squares += (residuals[row]! + dotProduct(J[row]!, step)) ** 2;
        }
        const error = system.leaveOneOut(residuals, damping, prior);
        // The condition of the damped matrices is below 1e5 (as in the test of the step), and 1 - h is above 1e-4.
        expect(relativeError([error!], [squares / n])).toBeLessThan(1e-8);
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  test.each<Form>(["gram", "primal"])("is null in %s form where the matrix is not finite", (form) => {
    const { linearization, residuals, system } = linearProblem(denseNetwork(2, [3], 1), 4, 1);
    const broken = {
      ...linearization,
      rows: 4,
      gram: (_: Float64Array | null, out: Float64Array) => out.fill(Number.NaN),
      normal: (out: Float64Array) => out.fill(Number.NaN),
    };
    const chosen = system(form);
    chosen.assemble(broken, null, null);
    expect(chosen.leaveOneOut(residuals, 1, null)).toBe(null);
  });
});
