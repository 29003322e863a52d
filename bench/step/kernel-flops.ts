import type { DType, FloatArray, Kernels } from "../../src/kernels/kernels.ts";

/** Floating-point operations of one call and their precision; of those kernels that are all arithmetic. */
export interface CallFlops {
  readonly flops: number;
  readonly dtype: DType;
}

type KernelName = keyof Kernels;
type Counter = (...args: never[]) => CallFlops;

const precision = (array: FloatArray): DType => (array instanceof Float32Array ? "float32" : "float64");

type Arguments<Name extends KernelName> = Kernels[Name] extends (...args: infer Args) => unknown
  ? Args
  : never;

const gemm = (...[, , m, n, k, , a]: Arguments<"gemm">) => ({ flops: 2 * m * n * k, dtype: precision(a) });
const syrk = (...[, n, k, , a]: Arguments<"syrk">) => ({ flops: n * (n + 1) * k, dtype: precision(a) });
const cholesky = (...[n]: Arguments<"cholesky">) => ({ flops: n ** 3 / 3, dtype: "float64" as const });
const solve = (...[, n, m]: Arguments<"solveTriangular">) => ({
  flops: n ** 2 * m,
  dtype: "float64" as const,
});

/**
 * A product and a sum count as 2; symmetric results count half. Kernels whose time is that of the memory, or of
 * functions like tanh, are not counted: they lower the fraction of the peak that a step reaches.
 */
export const kernelFlops: Readonly<Partial<Record<KernelName, Counter>>> = {
  gemm,
  syrk,
  cholesky,
  solveTriangular: solve,
};
