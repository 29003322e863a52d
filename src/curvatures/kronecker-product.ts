import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { Factorization } from "../posterior/symmetric-solver.ts";
import type { RunningFactor } from "./running-factor.ts";

/** A ⊗ S over a rows × columns part of the parameters, and its damped inverse. */
export interface KroneckerProduct {
  /** A and S. */
  readonly factors: readonly RunningFactor[];
  /** M <- keep M + (1 - keep) the batch's matrix, of both factors. */
  take(keep: number): void;
  /** Finds the eigenvalues of R_a A R_a and of R_s S R_s, where R² = W. null is I. */
  diagonalize(rootsOfA: Float64Array | null, rootsOfS: Float64Array | null): void;
  /** tr(A ⊗ S). */
  trace(): number;
  /** g <- (A ⊗ S + λ W⁻¹)⁻¹ g for the columns of g from the first on, whose rows are ld apart. */
  apply(damping: number, g: FloatArray, first: number, ld: number): Factorization;
}

/** Buffers of rows × columns numbers, which several products may use one after the other. */
export interface KroneckerScratch {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * Inverts by the eigenvalues of both factors, A = U diag(α) Uᵀ, S = Q diag(σ) Qᵀ:
 *
 *     (A ⊗ S + λ I)⁻¹ g  =  U (Uᵀ g Q ∘ 1 / (α σᵀ + λ)) Qᵀ
 */
export function kroneckerProduct(
  kernels: Kernels,
  a: RunningFactor,
  s: RunningFactor,
  { x, y }: KroneckerScratch,
): KroneckerProduct {
  const [rows, columns] = [a.size, s.size];
  const size = rows * columns;
  let rootsOfA: Float64Array | null = null;
  let rootsOfS: Float64Array | null = null;
  let isDiagonal = false;

  /** y <- V x, or Vᵀ x, V with the eigenvectors of A in its rows. */
  const fromLeft = (transposed: boolean): void => {
    if (!a.vectors) kernels.copy(size, x, y);
    else kernels.gemm(transposed, false, rows, columns, rows, 1, a.vectors, rows, x, columns, 0, y, columns);
  };
  /** x <- y Vᵀ, or y V, V with the eigenvectors of S in its rows. */
  const fromRight = (transposed: boolean): void => {
    if (!s.vectors) kernels.copy(size, y, x);
    else
      kernels.gemm(
        false,
        transposed,
        rows,
        columns,
        columns,
        1,
        y,
        columns,
        s.vectors,
        columns,
        0,
        x,
        columns,
      );
  };
  const rootOf = (i: number, j: number): number => (rootsOfA?.[i] ?? 1) * (rootsOfS?.[j] ?? 1);

  return {
    factors: [a, s],
    take(keep) {
      a.take(keep);
      s.take(keep);
    },
    diagonalize(ofA, ofS) {
      rootsOfA = ofA;
      rootsOfS = ofS;
      isDiagonal = a.diagonalize(ofA) && s.diagonalize(ofS);
    },
    trace: () => a.trace() * s.trace(),
    apply(damping, g, first, ld) {
      if (!isDiagonal || !(damping > 0)) return "failed";
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) x[i * columns + j] = rootOf(i, j) * g[i * ld + first + j]!;
      fromLeft(false);
      fromRight(true);
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) x[i * columns + j]! /= a.values[i]! * s.values[j]! + damping;
      fromLeft(true);
      fromRight(false);
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) g[i * ld + first + j] = rootOf(i, j) * x[i * columns + j]!;
      return "eigenvalues";
    },
  };
}
