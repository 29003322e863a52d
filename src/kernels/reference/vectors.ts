import type { FloatArray } from "../kernels.ts";

/** x · y; see `Kernels`. */
export function dot(n: number, x: FloatArray, y: FloatArray): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += x[i]! * y[i]!;
  return sum;
}

/** y <- α x + y; see `Kernels`. */
export function axpy(n: number, alpha: number, x: FloatArray, y: FloatArray): void {
  for (let i = 0; i < n; i++) y[i]! += alpha * x[i]!;
}

/** x <- α x; see `Kernels`. */
export function scale(n: number, alpha: number, x: FloatArray): void {
  for (let i = 0; i < n; i++) x[i] = alpha === 0 ? 0 : alpha * x[i]!;
}

/** y <- x; see `Kernels`. */
export function copy(n: number, x: FloatArray, y: FloatArray): void {
  for (let i = 0; i < n; i++) y[i] = x[i]!;
}

/** One update of Adam; see `Kernels`. */
export function adam(
  n: number,
  rate: number,
  beta1: number,
  beta2: number,
  epsilon: number,
  g: FloatArray,
  m: FloatArray,
  v: FloatArray,
  theta: FloatArray,
): void {
  for (let i = 0; i < n; i++) {
    m[i] = beta1 * m[i]! + (1 - beta1) * g[i]!;
    v[i] = beta2 * v[i]! + (1 - beta2) * g[i]! ** 2;
    theta[i]! -= (rate * m[i]!) / (Math.sqrt(v[i]!) + epsilon);
  }
}
