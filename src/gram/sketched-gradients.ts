import { allocateParameters } from "../network/parameter-vector.ts";
import { seededRandom } from "../random/random.ts";
import { aroundPrior, type PriorlessSystem, type Solved } from "./around-prior.ts";
import { conjugateGradients } from "./conjugate-gradients.ts";
import type { Curvature, SystemSpace } from "./curvature.ts";
import { gramColumns } from "./gram-columns.ts";
import { gramSketch } from "./gram-sketch.ts";
import { scaleGroups } from "./group-weights.ts";
import type { Linearization } from "./linearization.ts";
import { requireOption } from "./optimizer-error.ts";
import { symmetricSolver } from "./symmetric-solver.ts";

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
export function sketchedGradients(options: Partial<SketchedGradientsOptions> = {}): Curvature {
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
    init(space) {
      const system = aroundPrior(space, iterativeSystem(space, settings));
      return () => system;
    },
  };
}

function iterativeSystem(space: SystemSpace, settings: SketchedGradientsOptions): PriorlessSystem {
  const { kernels, dtype, blocks, outputs, capacity } = space;
  const { tolerance, maxIterations } = settings;
  const most = capacity * outputs;
  const preconditioner = sketchPreconditioner(space, settings);
  const gradients = conjugateGradients(kernels, most);
  const columns = gramColumns(space);
  const pulled = allocateParameters(kernels, dtype, blocks);
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
    scaleGroups(kernels, blocks, weights, 1, pulled);
    kernels.copy(linearization.rows, linearization.pushforward(pulled, pushed), out);
    kernels.axpy(linearization.rows, lambda, v, out);
  };

  return {
    form: null,
    assemble(next, groupWeights) {
      linearization = next;
      weights = groupWeights;
      preconditioner.assemble(next, groupWeights);
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
      scaleGroups(kernels, blocks, weights, -1, out);
      return result;
    },
  };
}

/** (M Mᵀ + λ I)⁻¹ of a sketch M, n × s. */
interface Preconditioner {
  assemble(linearization: Linearization, weights: Float64Array | null): void;
  factorize(damping: number): void;
  /** out <- (M Mᵀ + λ I)⁻¹ v. */
  readonly apply: (v: Float64Array, out: Float64Array) => void;
}

/**
 * By the smaller of two matrices: where s < n, (M Mᵀ + λ I)⁻¹ v = (v - M (Mᵀ M + λ I)⁻¹ Mᵀ v) / λ. Where that has no
 * inverse, the identity: it preconditions nothing.
 */
function sketchPreconditioner(
  space: SystemSpace,
  { sketch, seed }: SketchedGradientsOptions,
): Preconditioner {
  const { kernels, outputs, capacity } = space;
  const width = (rows: number) => Math.ceil(sketch * rows);
  const widest = width(capacity * outputs);
  const smaller = Math.min(widest, capacity * outputs);
  const random = seededRandom(seed);
  const sketched = gramSketch(space, widest, random);
  const square = kernels.allocate("float64", smaller ** 2);
  const solver = symmetricSolver(kernels, smaller);
  const narrow = kernels.allocate("float64", smaller);
  let n = 0;
  let s = 0;
  let isIdentity = true;
  const byColumns = () => s < n;

  return {
    assemble(linearization, weights) {
      n = linearization.rows;
      s = width(n);
      if (s === 0) return;
      sketched.draw(linearization, weights, s);
      const m = Math.min(n, s);
      kernels.syrk(byColumns(), m, Math.max(n, s), 1, sketched.matrix, s, 0, square, m);
    },
    factorize(damping) {
      isIdentity = s === 0 || (byColumns() && !(damping > 0));
      if (isIdentity) return;
      solver.factorize(Math.min(n, s), square, null, damping);
      isIdentity = solver.method === "failed";
    },
    apply(v, out) {
      kernels.copy(n, v, out);
      if (isIdentity) return;
      if (!byColumns()) {
        solver.apply(out);
        return;
      }
      kernels.gemm(true, false, s, 1, n, 1, sketched.matrix, s, v, 1, 0, narrow, 1);
      solver.apply(narrow);
      kernels.gemm(false, false, n, 1, s, -1, sketched.matrix, s, narrow, 1, 1, out, 1);
      // The factor 1 / λ of the whole changes no iterate.
    },
  };
}
