import type { Kernels } from "../kernels/kernels.ts";

/** What conjugate gradients found. */
export interface GradientsResult {
  /** ‖b - A x‖ / ‖b‖, by the recursion. */
  residual: number;
  iterations: number;
}

/** Solves A x = b for a positive definite A that is known by its products. */
export interface ConjugateGradients {
  /**
   * x <- A⁻¹ b, n, from x = 0, until ‖b - A x‖ <= tolerance ‖b‖ or after `most` iterations.
   *
   * @param multiply out <- A v.
   * @param precondition out <- P⁻¹ v, P positive definite and near A.
   * @returns The same object at each call.
   */
  solve(
    n: number,
    multiply: (v: Float64Array, out: Float64Array) => void,
    precondition: (v: Float64Array, out: Float64Array) => void,
    b: Float64Array,
    tolerance: number,
    most: number,
    x: Float64Array,
  ): GradientsResult;
}

/**
 * Preconditioned conjugate gradients.
 *
 * Source: Hestenes and Stiefel 1952; Nocedal and Wright 2006, algorithm 5.3.
 *
 * @param capacity The largest n.
 */
export function conjugateGradients(kernels: Kernels, capacity: number): ConjugateGradients {
  const r = kernels.allocate("float64", capacity);
  const z = kernels.allocate("float64", capacity);
  const direction = kernels.allocate("float64", capacity);
  const product = kernels.allocate("float64", capacity);
  const result: GradientsResult = { residual: 0, iterations: 0 };
  return {
    solve(n, multiply, precondition, b, tolerance, most, x) {
      kernels.scale(n, 0, x);
      kernels.copy(n, b, r);
      const size = Math.sqrt(kernels.dot(n, b, b));
      let rho = 0;
      result.iterations = 0;
      result.residual = size > 0 ? 1 : size;
      // Written so that NaN ends it.
      while (result.residual > tolerance && result.iterations < most) {
        precondition(r, z);
        const next = kernels.dot(n, r, z);
        kernels.scale(n, result.iterations === 0 ? 0 : next / rho, direction);
        kernels.axpy(n, 1, z, direction);
        rho = next;
        multiply(direction, product);
        const length = rho / kernels.dot(n, direction, product);
        kernels.axpy(n, length, direction, x);
        kernels.axpy(n, -length, product, r);
        result.residual = Math.sqrt(kernels.dot(n, r, r)) / size;
        result.iterations++;
      }
      return result;
    },
  };
}
