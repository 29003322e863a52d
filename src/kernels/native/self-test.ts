import type { FloatArray, Kernels } from "../kernels.ts";

/** Odd, so that every edge of a register block is met, and larger than one. */
const size = 37;

/**
 * Compares a library with kernels that are known to be right, on small matrices: some microseconds at start-up.
 * Old builds are known to compute wrong results on processors newer than they are.
 *
 * @returns What is wrong, for example "sgemm", or null.
 */
export function selfTest(kernels: Kernels, trusted: Kernels): string | null {
  for (const dtype of ["float32", "float64"] as const) {
    const a = fill(kernels.allocate(dtype, size * size), 1);
    const b = fill(kernels.allocate(dtype, size * size), 2);
    const found = kernels.allocate(dtype, size * size);
    const expected = kernels.allocate(dtype, size * size);
    // Sums of 37 products of numbers in [-1, 1].
    const tolerance = size * size * (dtype === "float32" ? 2 ** -23 : 2 ** -52);
    const compare = (run: (by: Kernels, out: FloatArray) => void): boolean => {
      run(kernels, found);
      run(trusted, expected);
      return found.every((value, i) => Math.abs(value - expected[i]!) <= tolerance);
    };
    for (const transposed of [false, true]) {
      const right = compare((by, out) =>
        by.gemm(transposed, !transposed, size, size, size, 1, a, size, b, size, 0, out, size),
      );
      if (!right) return `${dtype} matrix product`;
      found.fill(0);
      expected.fill(0);
      if (!compare((by, out) => by.syrk(transposed, size, size, 1, a, size, 0, out, size)))
        return `${dtype} symmetric product`;
    }
  }
  return testCholesky(kernels) ? null : "Cholesky factorization";
}

/** L Lᵀ of a matrix with known L. */
function testCholesky(kernels: Kernels): boolean {
  const l = fill(kernels.allocate("float64", size * size), 3);
  for (let i = 0; i < size; i++) l[i * size + i] = size + i;
  for (let i = 0; i < size; i++) for (let j = i + 1; j < size; j++) l[i * size + j] = 0;
  const a = kernels.allocate("float64", size * size);
  kernels.gemm(false, true, size, size, size, 1, l, size, l, size, 0, a, size);
  if (kernels.cholesky(size, a, size) !== 0) return false;
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) if (!(Math.abs(a[i * size + j]! - l[i * size + j]!) < 1e-8)) return false;
  return true;
}

/** Numbers in [-1, 1] without a pattern that a wrong kernel could keep. */
function fill<T extends FloatArray>(array: T, seed: number): T {
  for (let i = 0; i < array.length; i++) array[i] = Math.sin(seed + 12.9898 * i);
  return array;
}
