import type { Linearization } from "../linearization/linearization.ts";
import type { Space } from "../linearization/space.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import { predictByPushforward } from "../posterior/step-prediction.ts";
import type { Factorization } from "../posterior/symmetric-solver.ts";
import { emptyStep, type System } from "../posterior/system.ts";

/** An inverse that stands for that of Jᵀ J + λ W⁻¹: C is its Jᵀ J. */
export interface CurvatureInverse<State> {
  /** Takes the C of a linearization, with the weights W. */
  assemble(linearization: Linearization, weights: Float64Array | null, state: State): void;
  /** tr(C) / n: the unit of damping. */
  meanDiagonal(): number;
  /** g <- (C + λ W⁻¹)⁻¹ g over the trainable parameters. After "failed" g is undefined. */
  apply(damping: number, g: ParameterVector): Factorization;
}

/** The damped system δ = -(C + λ W⁻¹)⁻¹ (Jᵀ r + g): any curvature for the gradient of the batch at hand. */
export function gradientSystem<State>(
  { kernels, dtype, rows, parameters: p }: Space,
  inverse: CurvatureInverse<State>,
): System<State> {
  const pushed = kernels.allocate(dtype, rows);
  const result = emptyStep();
  let linearization: Linearization;

  return {
    form: null,
    assemble(next, weights, state) {
      linearization = next;
      inverse.assemble(next, weights, state);
    },
    meanDiagonal: () => inverse.meanDiagonal(),
    solve(residuals, damping, prior, out) {
      linearization.pullback(residuals, out);
      if (prior) kernels.axpy(p, 1, prior.flat, out.flat);
      result.damping = damping;
      result.method = inverse.apply(damping, out);
      kernels.scale(p, result.method === "failed" ? 0 : -1, out.flat);
      predictByPushforward(kernels, linearization, residuals, out, pushed, result);
      return result;
    },
  };
}

/** The worst of two factorizations. */
export function worseOf(a: Factorization, b: Factorization): Factorization {
  return order.indexOf(a) > order.indexOf(b) ? a : b;
}

const order: readonly Factorization[] = ["cholesky", "raised", "eigenvalues", "failed"];
