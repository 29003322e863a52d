import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { denseNetwork, parameterBlocks } from "../../src/network/network.ts";
import { chooseForm, type Form } from "../../src/posterior/form.ts";
import { linearProblem, naiveDampedStep, naiveGram, randomWeights } from "../linearization/linear-problem.ts";
import { dotProduct, relativeError, solve, transpose } from "../twins/naive-matrix.ts";

const forms: readonly Form[] = ["gram", "primal"];

const cases = fc.record({
  inputs: fc.integer({ min: 1, max: 3 }),
  hidden: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
  outputs: fc.integer({ min: 1, max: 2 }),
  examples: fc.integer({ min: 1, max: 8 }),
  seed: fc.nat(1000),
  damping: fc.constantFrom(1e-2, 1, 100),
});
const settings = { seed: 2, numRuns: 60 };

describe("the damped step", () => {
  test.each(forms)("in %s form solves (Jᵀ J + λ W⁻¹) δ = -(Jᵀ r + g)", (form) => {
    fc.assert(
      fc.property(cases, ({ inputs, hidden, outputs, examples, seed, damping }) => {
        const problem = linearProblem(denseNetwork(inputs, hidden, outputs), examples, seed);
        const { linearization, residuals, vector, gaussian, J } = problem;
        const { weights, diagonal } = randomWeights(problem);
        const prior = vector();
        prior.flat.set(prior.flat.map(gaussian));
        const delta = vector();
        const system = problem.system(form);
        system.assemble(linearization, weights, null);
        const step = system.solve(residuals, damping, prior, delta);

        const expected = naiveDampedStep(J, residuals, damping, diagonal, prior.flat);
        expect(step.method).toBe("cholesky");
        // Condition of the matrices: entries up to about 100, eigenvalues from 1e-3: 1e5 × 100 ε.
        expect(relativeError(delta.flat, expected)).toBeLessThan(1e-9);

        const linear = J.map((row, i) => residuals[i]! + dotProduct(row, delta.flat));
        const reduction = (dotProduct(residuals, residuals) - dotProduct(linear, linear)) / 2;
        expect(relativeError([step.predictedReduction], [reduction])).toBeLessThan(1e-9);
        const slope = J.reduce((sum, row, i) => sum + residuals[i]! * dotProduct(row, delta.flat), 0);
        expect(relativeError([step.slope], [slope])).toBeLessThan(1e-9);
      }),
      settings,
    );
  });

  test("is the same in both forms to 1e-10", () => {
    fc.assert(
      fc.property(cases, ({ inputs, hidden, outputs, examples, seed, damping }) => {
        const { linearization, residuals, vector, system } = linearProblem(
          denseNetwork(inputs, hidden, outputs),
          examples,
          seed,
        );
        const steps = forms.map((form) => {
          const delta = vector();
          const chosen = system(form);
          chosen.assemble(linearization, null, null);
          chosen.solve(residuals, damping * chosen.meanDiagonal(), null, delta);
          return delta.flat;
        });
        expect(relativeError(steps[0]!, steps[1]!)).toBeLessThan(1e-10);
      }),
      settings,
    );
  });

  test.each(forms)("in %s form without damping solves a linear model exactly", (form) => {
    const network = denseNetwork(3, [], 2);
    const { linearization, residuals, vector, system, J } = linearProblem(
      network,
      form === "gram" ? 4 : 9,
      5,
    );
    const delta = vector();
    const chosen = system(form);
    chosen.assemble(linearization, null, null);
    chosen.solve(residuals, 0, null, delta);
    const left = J.map((row, i) => residuals[i]! + dotProduct(row, delta.flat));
    // The residual of least squares is orthogonal to the columns of J; with n <= p it is 0.
    const gradient = transpose(J).map((column) => dotProduct(column, left));
    expect(
      relativeError(
        gradient,
        gradient.map(() => 0),
      ),
    ).toBeLessThan(1e-12);
    if (form === "gram")
      expect(
        relativeError(
          left,
          left.map(() => 0),
        ),
      ).toBeLessThan(1e-12);
  });

  test("scaling the residuals scales the step", () => {
    const { linearization, residuals, vector, system } = linearProblem(denseNetwork(2, [3], 1), 6, 9);
    const chosen = system("gram");
    chosen.assemble(linearization, null, null);
    const one = vector();
    const many = vector();
    chosen.solve(residuals, 0.1, null, one);
    chosen.solve(
      residuals.map((r) => 1e6 * r),
      0.1,
      null,
      many,
    );
    expect(
      relativeError(
        many.flat.map((d) => d / 1e6),
        one.flat,
      ),
    ).toBeLessThan(1e-14);
  });
});

describe("effective parameters", () => {
  test("are the same in both forms, and together tr(J W Jᵀ (J W Jᵀ + λ I)⁻¹)", () => {
    fc.assert(
      fc.property(cases, ({ inputs, hidden, outputs, examples, seed, damping }) => {
        const problem = linearProblem(denseNetwork(inputs, hidden, outputs), examples, seed);
        const { linearization, blocks, J } = problem;
        const { weights, diagonal } = randomWeights(problem);
        const counts = forms.map((form) => {
          const system = problem.system(form);
          system.assemble(linearization, weights, null);
          const out = new Float64Array(2 * blocks.length);
          expect(system.effectiveParameters(damping, out)).toBe(true);
          return out;
        });
        expect(relativeError(counts[0]!, counts[1]!)).toBeLessThan(1e-9);
        const G = naiveGram(J, diagonal);
        const damped = G.map((row, i) => row.map((g, j) => g + (i === j ? damping : 0)));
        const trace = G.reduce((sum, row, i) => sum + solve(damped, row)[i]!, 0);
        expect(relativeError([counts[0]!.reduce((a, b) => a + b)], [trace])).toBeLessThan(1e-9);
      }),
      settings,
    );
  });

  test("of all parameters together are those of the groups, without weights", () => {
    fc.assert(
      fc.property(cases, ({ inputs, hidden, outputs, examples, seed, damping }) => {
        const problem = linearProblem(denseNetwork(inputs, hidden, outputs), examples, seed);
        for (const form of forms) {
          const system = problem.system(form);
          system.assemble(problem.linearization, null, null);
          const out = new Float64Array(2 * problem.blocks.length);
          system.effectiveParameters(damping, out);
          const total = out.reduce((a, b) => a + b);
          // m - λ tr(...) cancels: m units in the last place of m, against a γ that may be small.
          expect(Math.abs(system.effectiveTotal(damping)! - total)).toBeLessThan(1e-9);
        }
      }),
      settings,
    );
  });
});

describe("the ladder of the damped step", () => {
  test("raises the damping where repeated rows make G singular", () => {
    const { linearization, residuals, vector, system } = linearProblem(denseNetwork(1, [], 1), 6, 1);
    const chosen = system("gram");
    chosen.assemble(linearization, null, null);
    const step = chosen.solve(residuals, 0, null, vector());
    expect(step.method).toBe("raised");
    expect(step.damping).toBeGreaterThan(0);
    expect(step.damping).toBeLessThan(1e-9 * chosen.meanDiagonal());
  });

  test("reports a linearization that is not finite, with a step of 0", () => {
    const { linearization, residuals, vector, system } = linearProblem(denseNetwork(2, [3], 1), 4, 1);
    const chosen = system("gram");
    const broken = {
      ...linearization,
      rows: 4,
      gram: (_: Float64Array | null, out: Float64Array) => out.fill(Number.NaN),
    };
    chosen.assemble(broken, null, null);
    const delta = vector();
    expect(chosen.solve(residuals, 1, null, delta).method).toBe("failed");
    expect(delta.flat.every((value) => value === 0)).toBe(true);
  });
});

describe("chooseForm", () => {
  test("takes the normal equations where there are many more rows than parameters, and the Gram matrix otherwise", () => {
    const small = parameterBlocks(denseNetwork(1, [20], 1));
    expect(chooseForm(small, 1000, 1, "float64").form).toBe("primal");
    const wide = parameterBlocks(denseNetwork(32, [256, 256], 1));
    expect(chooseForm(wide, 128, 1, "float32").form).toBe("gram");
  });

  test("weighs a float64 factorization more beside float32 products", () => {
    const blocks = parameterBlocks(denseNetwork(8, [50], 1));
    const [single, double] = [chooseForm(blocks, 701, 1, "float32"), chooseForm(blocks, 701, 1, "float64")];
    expect(single.flops).toEqual(double.flops);
    expect(single.flops.gram).toBeLessThan(single.flops.primal);
    expect([single.form, double.form]).toEqual(["primal", "gram"]);
  });
});
