import { OptimizerError, requireOption } from "../errors.ts";
import type { FloatArray } from "../kernels/kernels.ts";
import { type KeptJacobian, keptJacobians } from "../linearization/kept-jacobian.ts";
import type { LayerSpace } from "../linearization/space.ts";
import type { Factorization } from "../posterior/symmetric-solver.ts";
import { type ApproximateCurvature, requireLayers } from "./curvature.ts";
import { type CurvatureInverse, gradientSystem, worseOf } from "./gradient-system.ts";
import { type WoodburyInverse, woodburyInverse, woodburyScratch } from "./woodbury.ts";

/** Options of `layerwise`, and their defaults. */
export interface LayerwiseOptions {
  /** Steps that go by the same Gram matrices: those in between form none, and factorize only for a new damping. */
  readonly reuse: number;
}

export const layerwiseDefaults: Readonly<LayerwiseOptions> = Object.freeze({ reuse: 1 });

/**
 * One Gram matrix for each layer: what two layers have in common is left out of Jᵀ J,
 *
 *     δ_l = -(J_lᵀ J_l + λ I)⁻¹ g_l,      g = Jᵀ r of the present batch
 *
 *     (J_lᵀ J_l + λ I)⁻¹ = (I - J_lᵀ (J_l J_lᵀ + λ I)⁻¹ J_l) / λ
 *
 * with J_l of the present batch, or with `reuse` above 1 of one up to reuse - 1 steps before. With one trainable
 * layer and reuse 1 it is the exact step. For many small batches; needs damping above 0, in float32 not below
 * about 1e-4.
 *
 * Source: Soori et al. 2021, arXiv:2106.03947 (TENGraD).
 *
 * @throws {OptimizerError} If `reuse` is not a whole number of at least 1.
 */
export function layerwise(options: Partial<LayerwiseOptions> = {}): ApproximateCurvature<LayerwiseState> {
  const { reuse } = { ...layerwiseDefaults, ...options };
  requireOption("reuse", reuse, Number.isInteger(reuse) && reuse >= 1, "a whole number of at least 1");
  return {
    isExact: false,
    init: () => ({ steps: 0, examples: 0, factors: [] }),
    plan(space) {
      const system = gradientSystem(space, layerInverses(requireLayers(space, "layerwise"), reuse));
      return () => system;
    },
  };
}

/** What it keeps from step to step. */
export interface LayerwiseState {
  steps: number;
  /** How many examples the factors are of. */
  examples: number;
  /** Copies of the factors of J, those of each layer one after the other. */
  factors: FloatArray[];
}

function layerInverses(space: LayerSpace, reuse: number): CurvatureInverse<LayerwiseState> {
  const { kernels, dtype, blocks, outputs, capacity } = space;
  const rows = capacity * outputs;
  const layers = blocks.flatMap(({ trainable }, l) => (trainable ? [[l]] : []));
  const scratch = woodburyScratch(space, rows);
  const order = kernels.allocateIndices(capacity);
  for (let i = 0; i < capacity; i++) order[i] = i;
  let factors: LayerwiseState["factors"] | null = null;
  let kept: readonly KeptJacobian[] = [];
  let inverses: readonly WoodburyInverse[] = [];

  /** Plans the inverses on the factors of a state; it has none before its first batch. */
  const planOn = (state: LayerwiseState): void => {
    factors = state.factors;
    let next = 0;
    const place = (length: number): FloatArray => {
      const at = next++;
      state.factors[at] ??= kernels.allocate(dtype, length);
      if (state.factors[at].length !== length)
        throw new OptimizerError(
          `layerwise: the state is of batches of another size: ${state.factors[at].length} numbers where this plan has ${length}; plan with the size that it was saved at`,
        );
      return state.factors[at];
    };
    kept = keptJacobians(space, layers, capacity, place);
    inverses = kept.map((jacobian) => woodburyInverse(space, jacobian, rows, scratch));
  };

  return {
    assemble(linearization, weights, state) {
      const isNew = state.steps++ % reuse === 0;
      const isKnown = factors === state.factors;
      if (!isKnown) planOn(state);
      if (isNew) state.examples = linearization.rows / outputs;
      for (const jacobian of kept)
        if (isNew) jacobian.keep(linearization, order, state.examples);
        else if (!isKnown) jacobian.resume(linearization, state.examples);
      // Weights come with a prior, which may move them in place.
      if (isNew || !isKnown || weights) for (const inverse of inverses) inverse.weigh(weights);
    },
    meanDiagonal: () => inverses.reduce((sum, inverse) => sum + inverse.trace(), 0) / kept[0]!.rows,
    apply: (damping, g) =>
      inverses.reduce<Factorization>(
        (worst, inverse) => worseOf(worst, inverse.apply(damping, g)),
        "cholesky",
      ),
  };
}
