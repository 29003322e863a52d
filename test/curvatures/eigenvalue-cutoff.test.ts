import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eigenvalueCutoff } from "../../src/curvatures/eigenvalue-cutoff.ts";
import { denseNetwork } from "../../src/network/network.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { leaveOneOutDamping } from "../../src/optimizers/leave-one-out-damping.ts";
import { evidence } from "../../src/optimizers/prior.ts";
import type { Form } from "../../src/posterior/form.ts";
import { linearProblem, naiveDampedStep, randomWeights, systemOf } from "../linearization/linear-problem.ts";
import { dotProduct, multiply, relativeError, transpose } from "../twins/naive-matrix.ts";

const cases = fc.record({
  form: fc.constantFrom<Form>("gram", "primal"),
  hidden: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
  outputs: fc.integer({ min: 1, max: 2 }),
  examples: fc.integer({ min: 1, max: 8 }),
  seed: fc.nat(1000),
});
const settings = { seed: 8, numRuns: 40 };

function assembled(
  {
    form,
    hidden,
    outputs,
    examples,
    seed,
  }: { form: Form; hidden: number[]; outputs: number; examples: number; seed: number },
  cutoff: number,
) {
  const problem = linearProblem(denseNetwork(2, hidden, outputs), examples, seed);
  const system = systemOf(eigenvalueCutoff({ cutoff, form }), problem.space);
  return { problem, system };
}

describe("eigenvalueCutoff", () => {
  test("with cutoff 0 gives the exact step, with weights and a prior", () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { problem, system } = assembled(c, 0);
        const { linearization, residuals, vector, gaussian, J } = problem;
        const { weights, diagonal } = randomWeights(problem);
        const prior = vector();
        prior.flat.set(prior.flat.map(gaussian));
        const delta = vector();
        system.assemble(linearization, weights);
        const step = system.solve(residuals, 0.1, prior, delta);
        expect(step.method).toBe("eigenvalues");
        // As for the step by Cholesky.
        expect(
          relativeError(delta.flat, naiveDampedStep(J, residuals, 0.1, diagonal, prior.flat)),
        ).toBeLessThan(1e-9);
        const linear = J.map((row, i) => residuals[i]! + dotProduct(row, delta.flat));
        const reduction = (dotProduct(residuals, residuals) - dotProduct(linear, linear)) / 2;
        expect(relativeError([step.predictedReduction], [reduction])).toBeLessThan(1e-9);
      }),
      settings,
    );
  });

  test("without damping takes away the projection of the residuals on the large eigenvectors", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(0.5, 0.05, 1e-3), (c, cutoff) => {
        const { problem, system } = assembled(c, cutoff);
        const { linearization, vector, kernels, J, n } = problem;
        system.assemble(linearization, null);
        /** Column i of the matrix of r ↦ -J δ(r). */
        const column = (_: unknown, i: number) => {
          const unit = new Float64Array(n);
          unit[i] = 1;
          const delta = vector();
          system.solve(unit, 0, null, delta);
          return J.map((row) => -dotProduct(row, delta.flat));
        };
        const P = Array.from({ length: n }, column);
        const G = multiply(J, transpose(J));
        const values = kernels.allocate("float64", n);
        kernels.symmetricEigen(n, Float64Array.from(G.flat()), n, values);
        const largest = values[n - 1]!;

        // Eigenvalues of at least 1e-3 of the largest are kept: rounding errors grow by 1e3, of 8 × 8 matrices.
        expect(relativeError(multiply(P, P).flat(), P.flat())).toBeLessThan(1e-10);
        expect(relativeError(transpose(P).flat(), P.flat())).toBeLessThan(1e-10);
        expect(relativeError(multiply(P, G).flat(), multiply(G, P).flat())).toBeLessThan(1e-10 * largest);
        const rank = values.filter((w) => w > cutoff * largest).length;
        expect(Math.abs(P.reduce((sum, row, i) => sum + row[i]!, 0) - rank)).toBeLessThan(1e-9);
      }),
      settings,
    );
  });

  test("is a curvature of gramGaussNewton, which refuses what it can't give", () => {
    const curvature = eigenvalueCutoff({ cutoff: 1e-6 });
    expect(gramGaussNewton({ curvature, damping: 0 }).name).toBe("gram-gauss-newton");
    // @ts-expect-error
    expect(() => gramGaussNewton({ curvature, prior: evidence() })).toThrow(
      "the evidence needs exactCurvature()",
    );
    // @ts-expect-error
    expect(() => gramGaussNewton({ curvature, damping: leaveOneOutDamping() })).toThrow(
      "leave-one-out errors need exactCurvature()",
    );
    expect(() => gramGaussNewton({ curvature, form: "gram" })).toThrow("form, curvature: can't be mixed");
    expect(() => eigenvalueCutoff({ cutoff: 1 })).toThrow("cutoff: 1 is out of range; it must be in [0, 1)");
  });
});
