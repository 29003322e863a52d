import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { LayerSpace } from "../linearization/space.ts";

/** A positive semidefinite matrix M, the running mean of one for each batch, and its eigenvalues. */
export interface RunningFactor {
  readonly size: number;
  /** Makes what M is kept in: M as it is before the first batch. */
  readonly allocate: () => Float64Array;
  /** Works on the M that is kept there. */
  bind(kept: Float64Array): void;
  /** Eigenvectors of R M R in rows; null where it is diagonal. */
  readonly vectors: Float64Array | null;
  /** Its eigenvalues, at least 0. */
  readonly values: Float64Array;
  /** M <- keep M + (1 - keep) the batch's matrix. */
  take(keep: number): void;
  /** Diagonalizes R M R, R diagonal, null for I; false if it is not finite. */
  diagonalize(roots: Float64Array | null): boolean;
  /** tr(M). */
  trace(): number;
}

/** A matrix of products, Xᵀ X. */
export interface RunningSquare extends RunningFactor {
  /** Batch's matrix <- factor Xᵀ X + itself, X count × size; without itself where `isFirst`. */
  add(x: FloatArray, stride: number, count: number, factor: number, isFirst: boolean): void;
}

export function runningSquare(
  { kernels, dtype }: Pick<LayerSpace, "kernels" | "dtype">,
  size: number,
): RunningSquare {
  const square = kernels.allocate(dtype, size ** 2);
  const allocate = () => kernels.allocate("float64", size ** 2) as Float64Array;
  let mean: Float64Array;
  const vectors = kernels.allocate("float64", size ** 2);
  const values = kernels.allocate("float64", size);
  const trace = () => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += mean[i * size + i]!;
    return sum;
  };
  return {
    size,
    allocate,
    bind(kept) {
      mean = kept;
    },
    vectors,
    values,
    trace,
    add(x, stride, count, scale, isFirst) {
      kernels.syrk(true, size, count, scale, x, stride, isFirst ? 0 : 1, square, size);
    },
    take(keep) {
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

/** A diagonal matrix; a new one is I. */
export interface RunningDiagonal extends RunningFactor {
  /** The batch's diagonal, to be written. */
  readonly batch: Float64Array;
}

export function runningDiagonal(kernels: Kernels, size: number): RunningDiagonal {
  const batch = kernels.allocate("float64", size).fill(1);
  const allocate = () => kernels.allocate("float64", size).fill(1) as Float64Array;
  let mean: Float64Array;
  const values = kernels.allocate("float64", size);
  return {
    size,
    allocate,
    bind(kept) {
      mean = kept;
    },
    vectors: null,
    values,
    batch,
    take(keep) {
      kernels.scale(size, keep, mean);
      kernels.axpy(size, 1 - keep, batch, mean);
    },
    diagonalize(roots) {
      for (let i = 0; i < size; i++) values[i] = mean[i]! * (roots?.[i] ?? 1) ** 2;
      return true;
    },
    trace: () => mean.reduce((sum, value) => sum + value, 0),
  };
}
