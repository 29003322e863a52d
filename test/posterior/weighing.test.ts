import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { denseNetwork, type Network } from "../../src/network/network.ts";
import { separableSystem } from "../../src/posterior/damped-system.ts";
import type { Form } from "../../src/posterior/form.ts";
import { linearProblem, naiveDampedStep } from "../linearization/linear-problem.ts";
import { multiply, relativeError } from "../twins/naive-matrix.ts";

const cases = fc.record({
  hidden: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  examples: fc.integer({ min: 1, max: 8 }),
  seed: fc.nat(1000),
});
const settings = { seed: 3, numRuns: 40 };

/** A system's step with a random diagonal and a random gradient, beside the naive one, -(Jᵀ J + H)⁻¹ (Jᵀ r + g). */
function stepsOf(form: Form, network: Network, examples: number, seed: number) {
  const problem = linearProblem(network, examples, seed);
  const { J, residuals, space, linearization, vector, gaussian } = problem;
  const p = J[0]!.length;
  const curvature = Float64Array.from({ length: p }, () => Math.exp(gaussian()));
  const gradient = vector();
  gradient.flat.set(gradient.flat.map(gaussian));
  const delta = vector();
  const system = separableSystem(form, space);
  system.assemble(linearization, curvature, null);
  const step = { ...system.solve(residuals, 1, gradient, delta) };
  const inverse = curvature.map((value) => 1 / value);
  const expected = naiveDampedStep(J, residuals, 1, inverse, gradient.flat);
  return { problem, delta: delta.flat.subarray(0, p), expected, step };
}

describe.each<Form>(["gram", "primal"])("a damped system by parameters in %s form", (form) => {
  test("gives the step of Jᵀ J + H, and what the linear model says of it", () => {
    fc.assert(
      fc.property(cases, ({ hidden, outputs, examples, seed }) => {
        const network = denseNetwork(3, hidden, outputs);
        const { problem, delta, expected, step } = stepsOf(form, network, examples, seed);
        // Systems of condition up to (tr JᵀJ + max H) / min H: below 10⁵ here. 10⁵ · 100 ε = 2e-9.
        expect(relativeError(delta, expected)).toBeLessThan(2e-9);
        expect(step.method).toBe("cholesky");
        const { J, residuals } = problem;
        const pushed = multiply(
          J,
          expected.map((value) => [value]),
        ).map(([value]) => value!);
        const slope = pushed.reduce((sum, value, i) => sum + value * residuals[i]!, 0);
        const reduction = -slope - pushed.reduce((sum, value) => sum + value ** 2, 0) / 2;
        expect(relativeError([step.slope, step.predictedReduction], [slope, reduction])).toBeLessThan(1e-8);
      }),
      settings,
    );
  });

  test("does so for layers that are wider than what is written at once", () => {
    const { delta, expected } = stepsOf(form, denseNetwork(9, [30], 1), 5, 4);
    expect(relativeError(delta, expected)).toBeLessThan(2e-9);
  });

  test("leaves frozen layers out", () => {
    const [first, last] = denseNetwork(2, [3], 2).layers;
    const network: Network = { inputs: 2, layers: [{ ...first!, trainable: false }, last!] };
    const { delta, expected } = stepsOf(form, network, 6, 5);
    expect(expected).toHaveLength(8);
    expect(relativeError(delta, expected)).toBeLessThan(2e-9);
  });

  test("takes no step where the curvature is not finite", () => {
    const { linearization, space, residuals, vector, J } = linearProblem(denseNetwork(2, [3], 1), 4, 1);
    const system = separableSystem(form, space);
    system.assemble(linearization, new Float64Array(J[0]!.length).fill(Number.NaN), null);
    const delta = vector();
    expect(system.solve(residuals, 1, vector(), delta).method).toBe("failed");
    expect(delta.flat.every((value) => value === 0)).toBe(true);
  });
});
