import type { FloatArray } from "../kernels/kernels.ts";
import type { KeptJacobian } from "../linearization/kept-jacobian.ts";
import type { LayerSpace } from "../linearization/space.ts";
import { forEachGroup } from "../network/network.ts";
import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import { type Factorization, symmetricSolver } from "../posterior/symmetric-solver.ts";

/** The inverse of a kept Jacobian's Jᵀ J + λ W⁻¹ over the parameters of its layers. */
export interface WoodburyInverse {
  /** Forms J W Jᵀ. */
  weigh(weights: Float64Array | null): void;
  /** tr(J W Jᵀ). */
  trace(): number;
  /** g <- (Jᵀ J + λ W⁻¹)⁻¹ g; leaves other layers. Factorizes only where J, W or λ has changed. */
  apply(damping: number, g: ParameterVector): Factorization;
}

/** Buffers of an inverse, which several may use one after the other. */
export interface WoodburyScratch {
  readonly v: ParameterVector;
  readonly pulled: ParameterVector;
  readonly pushed: FloatArray;
  readonly u: Float64Array;
}

/** @param capacity The most rows of J. */
export function woodburyScratch({ kernels, dtype, blocks }: LayerSpace, capacity: number): WoodburyScratch {
  return {
    v: allocateParameters(kernels, dtype, blocks),
    pulled: allocateParameters(kernels, dtype, blocks),
    pushed: kernels.allocate(dtype, capacity),
    u: kernels.allocate("float64", capacity),
  };
}

/**
 * Solves with the n × n matrix of a kept Jacobian for any gradient g, of whatever batch (Woodbury's identity):
 *
 *     (Jᵀ J + λ W⁻¹)⁻¹ g = (v - W Jᵀ (J W Jᵀ + λ I)⁻¹ J v) / λ,      v = W g
 *
 * λ must be above 0. The difference cancels: of the precision of J and g, about λ / max(eigenvalue) is left.
 *
 * @param capacity The most rows of J.
 */
export function woodburyInverse(
  { kernels }: Pick<LayerSpace, "kernels">,
  kept: KeptJacobian,
  capacity: number,
  { v, pulled, pushed, u }: WoodburyScratch,
): WoodburyInverse {
  const gram = kernels.allocate("float64", capacity ** 2);
  const solver = symmetricSolver(kernels, capacity);
  let weights: Float64Array | null = null;
  let factorizedAt = Number.NaN;
  return {
    weigh(groupWeights) {
      weights = groupWeights;
      factorizedAt = Number.NaN;
      kept.gram(weights, gram);
      solver.load(kept.rows, gram);
    },
    trace: () => solver.trace,
    apply(damping, g) {
      if (!(damping > 0)) return "failed";
      if (damping !== factorizedAt) solver.factorize(null, damping);
      factorizedAt = damping;
      const factor = (group: number) => weights?.[group] ?? 1;
      forEachGroup(kept.blocks, (group, start, end) => {
        const w = factor(group);
        for (let i = start; i < end; i++) v.flat[i] = w * g.flat[i]!;
      });
      kernels.copy(kept.rows, kept.pushforward(v, pushed), u);
      solver.apply(u);
      kept.pullback(u, pulled);
      forEachGroup(kept.blocks, (group, start, end) => {
        const w = factor(group);
        for (let i = start; i < end; i++) g.flat[i] = (v.flat[i]! - w * pulled.flat[i]!) / solver.damping;
      });
      return solver.method;
    },
  };
}
