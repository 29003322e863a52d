import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conjugateGradients } from "../../src/curvatures/conjugate-gradients.ts";
import { gramSketch } from "../../src/curvatures/gram-sketch.ts";
import { sketchPreconditioner } from "../../src/curvatures/sketch-preconditioner.ts";
import { sketchedGradients } from "../../src/curvatures/sketched-gradients.ts";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { denseNetwork } from "../../src/network/network.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import {
  curvatureStep,
  expectUnbiasedSketch,
  linearProblem,
  naiveDampedStep,
  systemOf,
} from "../linearization/linear-problem.ts";
import { dotProduct, multiply, relativeError, solve, transpose } from "../twins/naive-matrix.ts";

const cases = fc.record({
  hidden: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
  outputs: fc.integer({ min: 1, max: 2 }),
  examples: fc.integer({ min: 1, max: 8 }),
  seed: fc.nat(1000),
  damping: fc.constantFrom(0.1, 1, 30),
  sketch: fc.constantFrom(0, 0.3, 1, 4),
});
const settings = { seed: 14, numRuns: 40 };

describe("conjugateGradients", () => {
  test("solves in as many iterations as there are eigenvalues, to the tolerance", () => {
    const gaussian = gaussianRandom(seededRandom(3));
    const n = 20;
    const B = Array.from({ length: n }, () => Array.from({ length: 3 }, gaussian));
    // I + B Bᵀ has four different eigenvalues.
    const A = multiply(B, transpose(B)).map((row, i) => row.map((value, j) => value + (i === j ? 1 : 0)));
    const b = Float64Array.from({ length: n }, gaussian);
    const x = new Float64Array(n);
    const { residual, iterations } = conjugateGradients(referenceKernels(), n).solve(
      n,
      (v, out) => out.set(A.map((row) => dotProduct(row, v))),
      (v, out) => out.set(v),
      b,
      1e-10,
      100,
      x,
    );
    expect(iterations).toBeLessThanOrEqual(4);
    expect(residual).toBeLessThanOrEqual(1e-10);
    expect(relativeError(x, solve(A, [...b]))).toBeLessThan(1e-9);
  });
});

describe("gramSketch", () => {
  test("has the expectation M Mᵀ = J W Jᵀ", () => {
    expectUnbiasedSketch(linearProblem(denseNetwork(2, [3], 2), 3, 5), 40_000);
  });
});

describe("sketchPreconditioner", () => {
  test.each([0.4, 1, 3])("with a sketch of %d n columns inverts M Mᵀ + λ I", (sketch) => {
    const n = 10;
    const { space, linearization, gaussian } = linearProblem(denseNetwork(2, [4], 1), n, 3);
    const s = Math.ceil(sketch * n);
    const { matrix, draw } = gramSketch(space.layers!, s);
    draw(linearization, null, s, seededRandom(6));
    const preconditioner = sketchPreconditioner(space.layers!, sketch);
    preconditioner.assemble(linearization, null, seededRandom(6));
    preconditioner.factorize(0.5);
    const v = Float64Array.from({ length: n }, gaussian);
    const x = new Float64Array(n);
    preconditioner.apply(v, x);
    const M = Array.from({ length: n }, (_, i) => [...matrix.subarray(i * s, (i + 1) * s)]);
    const back = multiply(M, transpose(M)).map((row, i) => dotProduct(row, x) + 0.5 * x[i]!);
    // Eigenvalues of M Mᵀ of up to 1e3 against λ = 0.5.
    expect(relativeError(back, v)).toBeLessThan(1e-11);
  });

  test("is the identity where there is no inverse", () => {
    const { space, linearization } = linearProblem(denseNetwork(2, [4], 1), 4, 3);
    const preconditioner = sketchPreconditioner(space.layers!, 0.5);
    preconditioner.assemble(linearization, null, seededRandom(6));
    preconditioner.factorize(0);
    const x = new Float64Array(4);
    preconditioner.apply(Float64Array.of(1, 2, 3, 4), x);
    expect([...x]).toEqual([1, 2, 3, 4]);
  });
});

describe("sketchedGradients", () => {
  test("solves (J W Jᵀ + λ I) u = r - J W g / λ to the tolerance, by any sketch", () => {
    fc.assert(
      fc.property(cases, ({ hidden, outputs, examples, seed, damping, sketch }) => {
        const problem = linearProblem(denseNetwork(2, hidden, outputs), examples, seed);
        const { J, residuals } = problem;
        const curvature = sketchedGradients({ sketch, tolerance: 1e-10, maxIterations: 500 });
        const { delta, step, diagonal, prior } = curvatureStep(curvature, problem, damping);
        expect(step.method).toBe("iterations");
        const expected = naiveDampedStep(J, residuals, damping, diagonal, prior);
        // The error of u is at most the residual, 1e-10 ‖r - J W g / λ‖, over λ >= 0.1; J, W and g are of the order of 10.
        expect(relativeError(delta, expected)).toBeLessThan(1e-6);
      }),
      settings,
    );
  });

  test("leaves a residual of the linear system below the tolerance", () => {
    for (let seed = 0; seed < 10; seed++) {
      const { J, residuals, space, linearization, vector, n } = linearProblem(
        denseNetwork(2, [4], 1),
        12,
        seed,
      );
      const system = systemOf(sketchedGradients({ tolerance: 1e-3 }), space);
      const delta = vector();
      system.assemble(linearization, null);
      expect(system.solve(residuals, 0.01, null, delta).method).toBe("iterations");
      // δ = -Jᵀ u determines u up to what J does not see: with λ u = r + J δ - (residual), of the whole equation
      // times Jᵀ, (Jᵀ J + λ I) δ + Jᵀ r = -Jᵀ residual, at most ‖J‖ 1e-3 ‖r‖.
      const left = transpose(J).map(
        (column, j) =>
          dotProduct(
            column,
            J.map((row, i) => residuals[i]! + dotProduct(row, delta.flat)),
          ) +
          0.01 * delta.flat[j]!,
      );
      const norm = (v: ArrayLike<number>) => Math.sqrt(dotProduct(v, v));
      const frobenius = Math.sqrt(J.reduce((sum, row) => sum + dotProduct(row, row), 0));
      expect(norm(left)).toBeLessThan(1e-3 * frobenius * norm(residuals.subarray(0, n)));
    }
  });

  test("needs few iterations with a sketch of many columns, whatever the condition", () => {
    const { space, linearization, residuals, vector } = linearProblem(denseNetwork(3, [8], 1), 24, 2);
    const method = (sketch: number) => {
      const system = systemOf(sketchedGradients({ sketch, tolerance: 1e-6, maxIterations: 12 }), space);
      system.assemble(linearization, null);
      return system.solve(residuals, 1e-9, null, vector()).method;
    };
    expect(method(100)).toBe("iterations");
    expect(method(0)).toBe("unfinished");
  });

  test("says so where the residuals are not finite", () => {
    const { space, linearization, vector } = linearProblem(denseNetwork(2, [3], 1), 4, 1);
    const system = systemOf(sketchedGradients(), space);
    system.assemble(linearization, null);
    const delta = vector();
    expect(system.solve(new Float64Array(4).fill(Number.NaN), 1, null, delta).method).toBe("failed");
    expect(delta.flat.every((value) => value === 0)).toBe(true);
  });

  test.each([
    [{ sketch: -1 }, "sketch: -1 is out of range"],
    [{ tolerance: 0 }, "tolerance: 0 is out of range; it must be in (0, 1)"],
    [{ maxIterations: 0.5 }, "maxIterations: 0.5 is out of range"],
  ])("refuses %o", (options, message) => {
    expect(() => sketchedGradients(options)).toThrow(message);
  });
});
