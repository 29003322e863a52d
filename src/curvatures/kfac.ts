import { requireOption } from "../errors.ts";
import type { Linearization } from "../linearization/linearization.ts";
import type { LayerSpace } from "../linearization/space.ts";
import type { Factorization } from "../posterior/symmetric-solver.ts";
import { type ApproximateCurvature, requireLayers } from "./curvature.ts";
import { type CurvatureInverse, gradientSystem, worseOf } from "./gradient-system.ts";
import { type KroneckerLayer, kroneckerLayer } from "./kronecker-layer.ts";

/** Options of `kfac`, and their defaults. */
export interface KfacOptions {
  /** Of the running means of the factors over the batches, at most, in [0, 1). 0: each batch by itself. */
  readonly decay: number;
  /**
   * Steps that go by the same factors: those in between take no batch into the means and find no eigenvalues, which
   * for layers of many inputs cost more than all else.
   */
  readonly reuse: number;
}

export const kfacDefaults: Readonly<KfacOptions> = Object.freeze({ decay: 0.95, reuse: 1 });

/**
 * A Kronecker product for each layer in place of its block of Jᵀ J (K-FAC),
 *
 *     Σ_ik s² (ã_i ã_iᵀ) ⊗ (d_ik d_ikᵀ)  ≈  A ⊗ S,      A = s²/b Ãᵀ Ã,   S = Dᵀ D
 *
 * as if a layer's inputs and derivatives were independent. For a convolution of P positions (KFC), besides as if the
 * derivatives at two positions were uncorrelated, and as if all positions were alike:
 *
 *     A = s²/(b P) Σ_ip ã_ip ã_ipᵀ,      S = Σ_ikp d_ikp d_ikpᵀ
 *
 * with each group of filters apart. An embedding has the shares of its categories as a diagonal A; a `scale` layer its
 * exact block, which is small. The factors are running means over the batches,
 * A <- ε A + (1 - ε) A_batch with ε = min(1 - 1/update, decay). The damping is exact, by the eigenvalues of both:
 *
 *     (A ⊗ S + λ I)⁻¹ g  =  U (Uᵀ g Q ∘ 1 / (α σᵀ + λ)) Qᵀ,      A = U diag(α) Uᵀ,  S = Q diag(σ) Qᵀ
 *
 * where the papers add √λ to each factor. The exact block of a dense layer for a single example; and for a linear
 * network of one layer, dense, or of convolutions that gives its positions as outputs. For mini-batches of networks
 * too large for any other curvature. Needs damping above 0.
 *
 * Source: Martens and Grosse 2015, arXiv:1503.05671; Grosse and Martens 2016, arXiv:1602.01407, for convolutions; with
 * Gaussian outputs, and with exact derivatives of each output in place of sampled ones.
 *
 * @throws {OptimizerError} If the decay is not in [0, 1), or `reuse` not a whole number of at least 1.
 */
export function kfac(options: Partial<KfacOptions> = {}): ApproximateCurvature<KfacState> {
  const settings = { ...kfacDefaults, ...options };
  const { decay, reuse } = settings;
  requireOption("decay", decay, decay >= 0 && decay < 1, "in [0, 1)");
  requireOption("reuse", reuse, Number.isInteger(reuse) && reuse >= 1, "a whole number of at least 1");
  return {
    isExact: false,
    init: () => ({ steps: 0, updates: 0, means: null }),
    plan(space) {
      const layers = requireLayers(space, "kfac");
      const system = gradientSystem(space, kroneckerInverse(layers, settings));
      return () => system;
    },
  };
}

/** The products of the trainable layers, each with its number among all. */
type NumberedLayers = readonly { readonly l: number; readonly layer: KroneckerLayer }[];

/** What it keeps from step to step. */
export interface KfacState {
  steps: number;
  updates: number;
  /** The running means of all factors; null before the first batch. */
  means: readonly Float64Array[] | null;
}

function kroneckerInverse(space: LayerSpace, { decay, reuse }: KfacOptions): CurvatureInverse<KfacState> {
  const { outputs } = space;
  let layers: NumberedLayers | null = null;
  /** The means whose eigenvalues are known. */
  let diagonalized: KfacState["means"] = null;
  let n = 0;

  /** Takes a batch into the means. */
  const update = (linearization: Linearization, state: KfacState): void => {
    state.updates++;
    const { jacobians, derivatives } = linearization.layers()!;
    const keep = Math.min(1 - 1 / state.updates, decay);
    for (const { l, layer } of layers!) layer.update(jacobians[l]!, derivatives[l]!, n / outputs, keep);
  };

  return {
    assemble(linearization, weights, state) {
      n = linearization.rows;
      layers ??= planKroneckerLayers(space, linearization);
      const factors = layers.flatMap(({ layer }) => layer.factors);
      state.means ??= factors.map(({ allocate }) => allocate());
      for (const [i, factor] of factors.entries()) factor.bind(state.means[i]!);
      const isNew = state.steps++ % reuse === 0;
      if (isNew) update(linearization, state);
      // Weights come with a prior, which may move them in place.
      if (!isNew && !weights && diagonalized === state.means) return;
      for (const { l, layer } of layers) layer.diagonalize(weights?.[2 * l] ?? 1, weights?.[2 * l + 1] ?? 1);
      diagonalized = state.means;
    },
    meanDiagonal: () => layers!.reduce((sum, { layer }) => sum + layer.trace(), 0) / n,
    apply: (damping, g) =>
      layers!.reduce<Factorization>(
        (worst, { l, layer }) => worseOf(worst, layer.apply(damping, g.blocks[l]!)),
        "cholesky",
      ),
  };
}

/** Plans the products for the layers of a linearization, in buffers that they share. */
function planKroneckerLayers(space: LayerSpace, linearization: Linearization): NumberedLayers {
  const { kernels, blocks } = space;
  const { jacobians } = linearization.plannedLayers()!;
  const largest = Math.max(...blocks.map(({ rows, columns }) => rows * columns));
  const scratch = {
    x: kernels.allocate("float64", largest),
    y: kernels.allocate("float64", largest),
  };
  return blocks.flatMap(({ trainable }, l) =>
    trainable ? [{ l, layer: kroneckerLayer(space, jacobians[l]!, scratch) }] : [],
  );
}
