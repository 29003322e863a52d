import { requireOption } from "../errors.ts";
import { type KeptJacobian, keptJacobians } from "../linearization/kept-jacobian.ts";
import type { LayerSpace } from "../linearization/space.ts";
import { trainableCount } from "../network/network.ts";
import { type RandomState, randomFrom, seedRandom, shuffle } from "../random/random.ts";
import { type ApproximateCurvature, requireLayers } from "./curvature.ts";
import { type CurvatureInverse, gradientSystem } from "./gradient-system.ts";
import { woodburyInverse, woodburyScratch } from "./woodbury.ts";

/** Options of `curvatureBatch`, and their defaults. */
export interface CurvatureBatchOptions {
  /** b₂: examples that the curvature is taken from, at most. */
  readonly examples: number;
  /** Of their choice. */
  readonly seed: number;
}

export const curvatureBatchDefaults: Readonly<CurvatureBatchOptions> = Object.freeze({
  examples: 128,
  seed: 0,
});

/**
 * The gradient from the whole batch, the curvature from some of its b examples, another random choice at each step:
 *
 *     δ = -(b/b₂ J₂ᵀ J₂ + λ I)⁻¹ Jᵀ r
 *
 * by the Gram matrix of these examples. With b₂ >= b it is the exact step. For large or full batches, where n × n
 * is too much and n numbers say more than the curvature needs. Needs damping above 0, in float32 not below about
 * 1e-4.
 *
 * Source: Ren and Goldfarb 2019, arXiv:1906.02353.
 *
 * @throws {OptimizerError} If `examples` is not a whole number of at least 1.
 */
export function curvatureBatch(
  options: Partial<CurvatureBatchOptions> = {},
): ApproximateCurvature<DrawnState> {
  const { examples, seed } = { ...curvatureBatchDefaults, ...options };
  requireOption(
    "examples",
    examples,
    Number.isInteger(examples) && examples >= 1,
    "a whole number of at least 1",
  );
  return {
    isExact: false,
    init: () => ({ random: seedRandom(seed) }),
    plan(space) {
      const layers = requireLayers(space, "curvatureBatch");
      const system = gradientSystem(space, sampledInverse(layers, Math.min(examples, layers.capacity)));
      return () => system;
    },
  };
}

/** Where the random choices of a curvature go on. */
export interface DrawnState {
  readonly random: RandomState;
}

function sampledInverse(space: LayerSpace, size: number): CurvatureInverse<DrawnState> {
  const { kernels, blocks, outputs, capacity } = space;
  const layers = blocks.flatMap(({ trainable }, l) => (trainable ? [l] : []));
  const [kept] = keptJacobians(space, [layers], size) as [KeptJacobian];
  const inverse = woodburyInverse(space, kept, size * outputs, woodburyScratch(space, size * outputs));
  const order = new Int32Array(capacity);
  /** b/b₂. */
  let ratio = 1;
  return {
    assemble(linearization, weights, { random }) {
      const batch = linearization.rows / outputs;
      const count = Math.min(size, batch);
      for (let i = 0; i < batch; i++) order[i] = i;
      if (count < batch) shuffle(order.subarray(0, batch), randomFrom(random));
      kept.keep(linearization, order, count);
      ratio = batch / count;
      inverse.weigh(weights);
    },
    meanDiagonal: () => inverse.trace() / kept.rows,
    // (ratio J₂ᵀ J₂ + λ W⁻¹)⁻¹ = (J₂ᵀ J₂ + λ/ratio W⁻¹)⁻¹ / ratio.
    apply(damping, g) {
      const method = inverse.apply(damping / ratio, g);
      kernels.scale(trainableCount(blocks), 1 / ratio, g.flat);
      return method;
    },
  };
}
