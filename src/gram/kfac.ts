import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { Curvature, SystemSpace } from "./curvature.ts";
import { denseFactors, requireDense } from "./dense-factors.ts";
import { type CurvatureInverse, gradientSystem, worseOf } from "./gradient-system.ts";
import type { JacobianFactors } from "./linearization.ts";
import { requireOption } from "./optimizer-error.ts";
import type { Factorization } from "./symmetric-solver.ts";

/** Options of `kfac`, and their defaults. */
export interface KfacOptions {
  /** Of the running means of the factors over the batches, at most, in [0, 1). 0: each batch by itself. */
  readonly decay: number;
}

export const kfacDefaults: Readonly<KfacOptions> = Object.freeze({ decay: 0.95 });

/**
 * A Kronecker product for each layer in place of its block of Jᵀ J (K-FAC),
 *
 *     Σ_ik s² (ã_i ã_iᵀ) ⊗ (d_ik d_ikᵀ)  ≈  A ⊗ S,      A = s²/b Ãᵀ Ã,   S = Dᵀ D
 *
 * as if a layer's inputs and derivatives were independent. The factors are running means over the batches,
 * A <- ε A + (1 - ε) A_batch with ε = min(1 - 1/step, decay). The damping is exact, by the eigenvalues of both:
 *
 *     (A ⊗ S + λ I)⁻¹ g  =  U (Uᵀ g Q ∘ 1 / (α σᵀ + λ)) Qᵀ,      A = U diag(α) Uᵀ,  S = Q diag(σ) Qᵀ
 *
 * where the paper adds √λ to each factor. The exact block for a single example, and for a linear network of one
 * layer. For mini-batches of networks too large for any other curvature. Needs damping above 0.
 *
 * Source: Martens and Grosse 2015, arXiv:1503.05671; with Gaussian outputs, and with exact derivatives of each
 * output in place of sampled ones.
 *
 * @throws {OptimizerError} If the decay is not in [0, 1).
 */
export function kfac(options: Partial<KfacOptions> = {}): Curvature {
  const { decay } = { ...kfacDefaults, ...options };
  requireOption("decay", decay, decay >= 0 && decay < 1, "in [0, 1)");
  return {
    isExact: false,
    init(space) {
      requireDense("kfac", space.blocks);
      const system = gradientSystem(space, kroneckerInverse(space, decay));
      return () => system;
    },
  };
}

function kroneckerInverse(space: SystemSpace, decay: number): CurvatureInverse {
  const { outputs, blocks } = space;
  const layers = blocks.flatMap((block, l) =>
    block.trainable ? [{ l, factor: layerFactor(space, block) }] : [],
  );
  let weights: Float64Array | null = null;
  let steps = 0;
  let n = 0;
  return {
    assemble(linearization) {
      n = linearization.rows;
      steps++;
      const factors = denseFactors(linearization);
      const keep = Math.min(1 - 1 / steps, decay);
      for (const { l, factor } of layers) factor.update(factors[l]!, n / outputs, n, keep);
    },
    weigh(groupWeights) {
      weights = groupWeights;
      for (const { l, factor } of layers)
        factor.diagonalize(weights?.[2 * l] ?? 1, weights?.[2 * l + 1] ?? 1);
    },
    meanDiagonal: () => layers.reduce((sum, { factor }) => sum + factor.trace(), 0) / n,
    apply: (damping, g) =>
      layers.reduce<Factorization>(
        (worst, { l, factor }) => worseOf(worst, factor.apply(damping, g.blocks[l]!)),
        "cholesky",
      ),
  };
}

/** The two factors of one layer. */
interface LayerFactor {
  /** Takes a batch into the running means, of which the share `keep` stays. */
  update(factors: JacobianFactors, examples: number, n: number, keep: number): void;
  /** Finds the eigenvalues of W_a^½ A W_a^½ and of S. */
  diagonalize(w: number, v: number): void;
  /** tr(A ⊗ S). */
  trace(): number;
  /** g <- (A ⊗ S + λ W⁻¹)⁻¹ g, rows × columns. */
  apply(damping: number, g: FloatArray): Factorization;
}

function layerFactor({ kernels, dtype }: SystemSpace, block: ParameterBlock): LayerFactor {
  const { rows, columns, scale, inputs } = block;
  const a = runningSquare(kernels, dtype, rows);
  const s = runningSquare(kernels, dtype, columns);
  const x = kernels.allocate("float64", rows * columns);
  const y = kernels.allocate("float64", rows * columns);
  const roots = kernels.allocate("float64", rows);
  let isDiagonal = false;

  /** x <- W_a^½ x. */
  const weighRows = (): void => {
    for (let i = 0; i < rows; i++)
      kernels.scale(columns, roots[i]!, x.subarray(i * columns, (i + 1) * columns));
  };

  return {
    update({ inputs: features, derivatives: d }, examples, n, keep) {
      a.update(features.data, features.stride, examples, scale ** 2 / examples, keep);
      s.update(d!.data, d!.stride, n, 1, keep);
    },
    diagonalize(w, v) {
      roots.fill(Math.sqrt(w), 0, inputs).fill(Math.sqrt(v), inputs);
      isDiagonal = a.diagonalize(roots) && s.diagonalize(null);
    },
    trace: () => a.trace() * s.trace(),
    apply(damping, g) {
      if (!isDiagonal || !(damping > 0)) return "failed";
      kernels.copy(rows * columns, g, x);
      weighRows();
      // The kernels give eigenvectors as rows: y = Uᵀ x Q is V_A x V_Sᵀ.
      kernels.gemm(false, false, rows, columns, rows, 1, a.vectors, rows, x, columns, 0, y, columns);
      kernels.gemm(false, true, rows, columns, columns, 1, y, columns, s.vectors, columns, 0, x, columns);
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) x[i * columns + j]! /= a.values[i]! * s.values[j]! + damping;
      kernels.gemm(true, false, rows, columns, rows, 1, a.vectors, rows, x, columns, 0, y, columns);
      kernels.gemm(false, false, rows, columns, columns, 1, y, columns, s.vectors, columns, 0, x, columns);
      weighRows();
      kernels.copy(rows * columns, x, g);
      return "eigenvalues";
    },
  };
}

/** The running mean of a matrix factor Xᵀ X, and its eigenvalues. */
interface RunningSquare {
  /** Eigenvectors in rows. */
  readonly vectors: Float64Array;
  /** Eigenvalues, at least 0. */
  readonly values: Float64Array;
  /** mean <- keep mean + (1 - keep) factor Xᵀ X, X count × size. */
  update(x: FloatArray, stride: number, count: number, factor: number, keep: number): void;
  /** Diagonalizes R mean R, R diagonal, null for I; false if it is not finite. */
  diagonalize(roots: Float64Array | null): boolean;
  trace(): number;
}

function runningSquare(kernels: Kernels, dtype: DType, size: number): RunningSquare {
  const square = kernels.allocate(dtype, size ** 2);
  const mean = kernels.allocate("float64", size ** 2);
  const vectors = kernels.allocate("float64", size ** 2);
  const values = kernels.allocate("float64", size);
  const trace = () => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += mean[i * size + i]!;
    return sum;
  };
  return {
    vectors,
    values,
    trace,
    update(x, stride, count, factor, keep) {
      kernels.syrk(true, size, count, factor, x, stride, 0, square, size);
      kernels.scale(size ** 2, keep, mean);
      kernels.axpy(size ** 2, 1 - keep, square, mean);
    },
    diagonalize(roots) {
      for (let i = 0; i < size; i++)
        for (let j = 0; j <= i; j++)
          vectors[i * size + j] = mean[i * size + j]! * (roots?.[i] ?? 1) * (roots?.[j] ?? 1);
      if (!Number.isFinite(trace()) || !kernels.symmetricEigen(size, vectors, size, values)) return false;
      // Rounding errors put eigenvalues below 0.
      for (let i = 0; i < size; i++) values[i] = Math.max(values[i]!, 0);
      return true;
    },
  };
}
