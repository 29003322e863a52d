import { requireOption } from "../errors.ts";
import type { Linearization } from "../linearization/linearization.ts";
import { type Space, scaleGroups } from "../linearization/space.ts";
import { randomFrom, seedRandom } from "../random/random.ts";
import { aroundPrior, type PriorlessSystem, type Solved } from "./around-prior.ts";
import { conjugateGradients } from "./conjugate-gradients.ts";
import { type ApproximateCurvature, requireLayers } from "./curvature.ts";
import type { DrawnState } from "./curvature-batch.ts";
import { gramColumns } from "./gram-columns.ts";
import { sketchPreconditioner } from "./sketch-preconditioner.ts";

/** Options of `sketchedGradients`, and their defaults. */
export interface SketchedGradientsOptions {
  /** Columns of the sketch as a multiple of n. 0: conjugate gradients without a preconditioner. */
  readonly sketch: number;
  /** Of the residual of the linear system, relative to r. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** Of the sketch. */
  readonly seed: number;
}

export const sketchedGradientsDefaults: Readonly<SketchedGradientsOptions> = Object.freeze({
  sketch: 0.25,
  tolerance: 1e-6,
  maxIterations: 200,
  seed: 0,
});

/**
 * The exact step without the Gram matrix: conjugate gradients on
 *
 *     (J Jᵀ + λ I) u = r,     δ = -Jᵀ u
 *
 * by products with J and Jᵀ, preconditioned with M Mᵀ + λ I of a random sketch M ≈ J of few columns. With several n
 * columns, as in the paper, the number of iterations hardly depends on G; with fewer the preconditioner is cheaper
 * and the iterations are more. For full batches whose n × n matrix is too large.
 *
 * In float32 a tolerance below 1e-5 is out of reach of the products.
 *
 * Source: Brand, Peng, Song and Weinstein 2020, arXiv:2006.11648.
 *
 * @throws {OptimizerError} If an option is out of its range.
 */
export function sketchedGradients(
  options: Partial<SketchedGradientsOptions> = {},
): ApproximateCurvature<DrawnState> {
  const settings = { ...sketchedGradientsDefaults, ...options };
  const { sketch, tolerance, maxIterations } = settings;
  requireOption("sketch", sketch, sketch >= 0 && Number.isFinite(sketch), "a finite number of at least 0");
  requireOption("tolerance", tolerance, tolerance > 0 && tolerance < 1, "in (0, 1)");
  requireOption(
    "maxIterations",
    maxIterations,
    Number.isInteger(maxIterations) && maxIterations >= 1,
    "a whole number of at least 1",
  );
  return {
    isExact: false,
    init: () => ({ random: seedRandom(settings.seed) }),
    plan(space) {
      const system = aroundPrior(space, iterativeSystem(space, settings));
      return () => system;
    },
  };
}

function iterativeSystem(space: Space, settings: SketchedGradientsOptions): PriorlessSystem<DrawnState> {
  const { kernels, dtype, rows: most } = space;
  const { tolerance, maxIterations } = settings;
  const layers = requireLayers(space, "sketchedGradients");
  const preconditioner = sketchPreconditioner(layers, settings.sketch);
  const gradients = conjugateGradients(kernels, most);
  const columns = gramColumns(layers);
  const pulled = space.vector();
  const pushed = kernels.allocate(dtype, most);
  const right = kernels.allocate("float64", most);
  const u = kernels.allocate("float64", most);
  const result: Solved = { damping: 0, method: "failed" };
  let linearization: Linearization;
  let weights: Float64Array | null = null;
  let lambda = 0;

  /** out <- (J W Jᵀ + λ I) v. */
  const multiply = (v: Float64Array, out: Float64Array): void => {
    linearization.pullback(v, pulled);
    scaleGroups(space, weights, 1, pulled);
    kernels.copy(linearization.rows, linearization.pushforward(pulled, pushed), out);
    kernels.axpy(linearization.rows, lambda, v, out);
  };

  return {
    form: null,
    assemble(next, groupWeights, { random }) {
      linearization = next;
      weights = groupWeights;
      preconditioner.assemble(next, groupWeights, randomFrom(random));
    },
    meanDiagonal() {
      const n = linearization.rows;
      columns.diagonal(linearization, null, right);
      let sum = 0;
      for (let i = 0; i < n; i++) sum += right[i]!;
      return sum / n;
    },
    solve(residuals, damping, out) {
      const n = linearization.rows;
      lambda = damping;
      kernels.copy(n, residuals, right);
      preconditioner.factorize(damping);
      const { residual } = gradients.solve(
        n,
        multiply,
        preconditioner.apply,
        right,
        tolerance,
        maxIterations,
        u,
      );
      result.damping = damping;
      result.method =
        residual <= tolerance ? "iterations" : Number.isFinite(residual) ? "unfinished" : "failed";
      if (result.method === "failed") kernels.scale(n, 0, u);
      linearization.pullback(u, out);
      scaleGroups(space, weights, -1, out);
      return result;
    },
  };
}
