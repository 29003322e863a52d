import type { Linearization } from "../linearization/linearization.ts";
import type { SystemSpace } from "../linearization/system-space.ts";
import { trainableCount } from "../network/network.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import type { DampedStep, DampedSystem } from "../posterior/damped-system.ts";
import { predictByPushforward } from "../posterior/step-prediction.ts";
import type { Factorization } from "../posterior/symmetric-solver.ts";
import { withoutCounts } from "./around-prior.ts";

/** An inverse that stands for that of Jᵀ J + λ W⁻¹: C is its Jᵀ J. */
export interface CurvatureInverse {
  /** Takes the C of a linearization. */
  assemble(linearization: Linearization): void;
  /** Takes other weights W, for the same C; called after `assemble` too. */
  weigh(weights: Float64Array | null): void;
  /** tr(C) / n: the unit of damping. */
  meanDiagonal(): number;
  /** g <- (C + λ W⁻¹)⁻¹ g over the trainable parameters. After "failed" g is undefined. */
  apply(damping: number, g: ParameterVector): Factorization;
}

/** The damped system δ = -(C + λ W⁻¹)⁻¹ (Jᵀ r + g): any curvature for the gradient of the batch at hand. */
export function gradientSystem(
  { kernels, dtype, blocks, outputs, capacity }: SystemSpace,
  inverse: CurvatureInverse,
): DampedSystem {
  const p = trainableCount(blocks);
  const pushed = kernels.allocate(dtype, capacity * outputs);
  const result: DampedStep = { damping: 0, slope: 0, predictedReduction: 0, method: "failed" };
  let linearization: Linearization;

  return {
    form: null,
    assemble(next, weights) {
      linearization = next;
      inverse.assemble(next);
      inverse.weigh(weights);
    },
    reweigh: (weights) => inverse.weigh(weights),
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
    ...withoutCounts,
  };
}

/** The worst of two factorizations. */
export function worseOf(a: Factorization, b: Factorization): Factorization {
  return order.indexOf(a) > order.indexOf(b) ? a : b;
}

const order: readonly Factorization[] = ["cholesky", "raised", "eigenvalues", "failed"];
