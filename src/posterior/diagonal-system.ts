import type { FloatArray } from "../kernels/kernels.ts";
import type { Linearization } from "../linearization/linearization.ts";
import { shiftResiduals } from "../linearization/shift-residuals.ts";
import type { SystemSpace } from "../linearization/system-space.ts";
import { weightedGram } from "../linearization/weighted-gram.ts";
import { trainableCount } from "../network/network.ts";
import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import type { DampedStep } from "./damped-system.ts";
import type { Form } from "./form.ts";
import { predictByPushforward } from "./step-prediction.ts";
import { symmetricSolver } from "./symmetric-solver.ts";

/*
 * The step under any separable regularizer
 * ----------------------------------------
 *
 *     δ  minimizes  ½ ‖r + J δ‖² + gᵀδ + ½ δᵀ H δ,      g = ∇h, H = ∇²h diagonal, a number for each parameter
 *
 *     (J H⁻¹ Jᵀ + I) u = r - J H⁻¹ g      δ = -H⁻¹ (g + Jᵀ u)      Gram form, n × n
 *     (Jᵀ J + H) δ = -(Jᵀ r + g)                                   primal form, p × p
 *
 * An H that differs from parameter to parameter goes through no Hadamard product, so that J H⁻¹ Jᵀ is summed over
 * groups of J's columns, J_c H_c^(-1/2), each of which is written out for a moment: n² p operations, where the Gram
 * matrix with weights by layers takes n² (inputs + units) for each layer.
 */

/** The system of one batch shape, in one form. Assemble it once for a linearization, then solve. */
export interface DiagonalSystem {
  readonly form: Form;
  /** @param curvature The diagonal of H, p numbers above 0. Kept, not copied. */
  assemble(linearization: Linearization, curvature: Float64Array): void;
  /**
   * Solves for the step.
   *
   * @param residuals r, n. @param gradient g, p. @param out δ.
   * @returns The same object at each call; its damping is the factor of H: above 1 where `method` is "raised".
   */
  solve(residuals: FloatArray, gradient: ParameterVector, out: ParameterVector): DampedStep;
}

/** Allocates the system in the form that was chosen, for up to the space's capacity of examples. */
export function diagonalSystem(form: Form, space: SystemSpace): DiagonalSystem {
  return form === "gram" ? gramSystem(space) : primalSystem(space);
}

function gramSystem(space: SystemSpace): DiagonalSystem {
  const { kernels, dtype, blocks, outputs, capacity } = space;
  const p = trainableCount(blocks);
  const n = capacity * outputs;
  const weighted = weightedGram(space);
  const gram = kernels.allocate("float64", n ** 2);
  const solver = symmetricSolver(kernels, n);
  const u = kernels.allocate("float64", n);
  const pushed = kernels.allocate(dtype, n);
  const center = allocateParameters(kernels, dtype, blocks);
  const result = emptyStep();
  let linearization: Linearization;
  let curvature: Float64Array;

  return {
    form: "gram",
    assemble(next, diagonal) {
      linearization = next;
      curvature = diagonal;
      weighted(next, diagonal, gram);
      solver.load(next.rows, gram);
      solver.factorize(null, 1);
    },
    solve(residuals, gradient, out) {
      const factor = solver.damping;
      for (let i = 0; i < p; i++) center.flat[i] = gradient.flat[i]! / (factor * curvature[i]!);
      shiftResiduals(kernels, linearization, residuals, -1, center, pushed, u);
      solver.apply(u);
      linearization.pullback(u, out);
      if (solver.method !== "failed")
        for (let i = 0; i < p; i++) out.flat[i] = -out.flat[i]! / curvature[i]! - center.flat[i]!;
      result.damping = factor;
      result.method = solver.method;
      predictByPushforward(kernels, linearization, residuals, out, pushed, result);
      return result;
    },
  };
}

function primalSystem({ kernels, dtype, blocks, outputs, capacity }: SystemSpace): DiagonalSystem {
  const p = trainableCount(blocks);
  const normal = kernels.allocate("float64", p ** 2);
  const solver = symmetricSolver(kernels, p);
  const delta = kernels.allocate("float64", p);
  const pushed = kernels.allocate(dtype, capacity * outputs);
  const result = emptyStep();
  let linearization: Linearization;

  return {
    form: "primal",
    assemble(next, diagonal) {
      linearization = next;
      next.normal(normal);
      solver.load(p, normal);
      solver.factorize(diagonal, 1);
    },
    solve(residuals, gradient, out) {
      linearization.pullback(residuals, out);
      for (let i = 0; i < p; i++) delta[i] = -out.flat[i]! - gradient.flat[i]!;
      solver.apply(delta);
      kernels.copy(p, delta, out.flat);
      result.damping = solver.damping;
      result.method = solver.method;
      predictByPushforward(kernels, linearization, residuals, out, pushed, result);
      return result;
    },
  };
}

function emptyStep(): DampedStep {
  return { damping: 1, slope: 0, predictedReduction: 0, method: "failed" };
}
