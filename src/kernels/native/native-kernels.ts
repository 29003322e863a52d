import { BlasNotFoundError } from "../../errors.ts";
import type { FloatArray, Kernels } from "../kernels.ts";
import { physicalCores } from "../physical-cores.ts";
import { wasmKernels } from "../wasm/wasm-kernels.ts";
import { type BlasLibrary, loadBlas, type NativeFunction } from "./blas-library.ts";
import { selfTest } from "./self-test.ts";

/* The constants of CBLAS. */
const rowMajor = 101;
const noTranspose = 111;
const transposed = 112;
const lower = 122;
const left = 141;
const nonUnit = 131;

/** Floating-point operations from which a second thread gains: below, waking it costs more (measured: it loses at 128³ and wins at 512³). */
const threadedFlops = 3e7;

/** Right-hand sides from which the library's triangular solve is the faster one. */
const fewRightHandSides = 8;

let loaded: BlasLibrary | BlasNotFoundError | null = null;

/**
 * Matrix products and factorizations by the system's BLAS and LAPACK, on the very addresses of a WebAssembly
 * memory; everything else by the WebAssembly kernels of that memory. Node only.
 *
 * @param threads Threads of large products; by default the physical cores. Small ones always run on one.
 * @throws {BlasNotFoundError} If there is no library, or it gives wrong results on a small test.
 */
export function nativeKernels(threads?: number): Kernels {
  const blas = sharedBlas();
  return bindKernels(wasmKernels(undefined, 1), blas, threads ?? physicalCores());
}

/** The library, loaded and tested once for the process; a failure is remembered too. */
function sharedBlas(): BlasLibrary {
  loaded ??= loadTestedBlas();
  if (loaded instanceof BlasNotFoundError) throw loaded;
  return loaded;
}

function loadTestedBlas(): BlasLibrary | BlasNotFoundError {
  try {
    const blas = loadBlas();
    const wasm = wasmKernels(undefined, 1);
    const fault = selfTest(bindKernels(wasm, blas, 1), wasm);
    if (!fault) return blas;
    return new BlasNotFoundError(
      `native kernels: ${blas.path} (${blas.description}) gives a wrong ${fault}; set GRAMIAN_BLAS to another library`,
    );
  } catch (error) {
    if (error instanceof BlasNotFoundError) return error;
    throw error;
  }
}

function bindKernels(wasm: Kernels, blas: BlasLibrary, threads: number): Kernels {
  const { functions } = blas;
  const useThreads = threadSwitch(blas, threads);
  const integers = integerWriter(blas.integerBytes);
  const products = { s: [functions.sgemm, functions.ssyrk], d: [functions.dgemm, functions.dsyrk] } as const;
  const pick = (a: FloatArray): readonly [NativeFunction, NativeFunction] =>
    a instanceof Float32Array ? products.s : products.d;

  return {
    ...wasm,
    name: "native",
    description: `${blas.description}; ${threads} ${threads === 1 ? "thread" : "threads"}; the rest ${wasm.description}`,
    get bytesAllocated() {
      return wasm.bytesAllocated;
    },
    gemm(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
      // CBLAS refuses leading dimensions of 0, which empty matrices have.
      if (m === 0 || n === 0 || k === 0) {
        wasm.gemm(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        return;
      }
      useThreads(2 * m * n * k);
      const ta = transposeA ? transposed : noTranspose;
      const tb = transposeB ? transposed : noTranspose;
      pick(a)[0](rowMajor, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    },
    syrk(transpose, n, k, alpha, a, lda, beta, c, ldc) {
      if (n === 0 || k === 0) {
        wasm.syrk(transpose, n, k, alpha, a, lda, beta, c, ldc);
        return;
      }
      useThreads(n * n * k);
      pick(a)[1](rowMajor, lower, transpose ? transposed : noTranspose, n, k, alpha, a, lda, beta, c, ldc);
    },
    cholesky(n, a, lda) {
      if (n === 0) return 0;
      useThreads(n ** 3 / 3);
      // Row-major lower is LAPACK's column-major upper: A = UᵀU with U = Lᵀ.
      const [order, stride, info] = integers(n, lda, 0);
      functions.dpotrf("U", order, a, stride, info);
      // LAPACK lets NaN and ∞ pass, and may then fail at a later column.
      const failed = Number(info![0]);
      return firstNotFinite(failed > 0 ? failed - 1 : n, a, lda) || failed;
    },
    solveTriangular(transpose, n, m, l, ldl, b, ldb) {
      if (n === 0 || m === 0) return;
      // With one right-hand side dtrsm is no faster than a plain loop: 7.4 µs against 1.8 µs at n = 128.
      if (m < fewRightHandSides) {
        wasm.solveTriangular(transpose, n, m, l, ldl, b, ldb);
        return;
      }
      useThreads(n * n * m);
      const op = transpose ? transposed : noTranspose;
      functions.dtrsm(rowMajor, left, lower, op, nonUnit, n, m, 1, l, ldl, b, ldb);
    },
    symmetricEigen(n, a, lda, values) {
      if (n === 0) return true;
      // LAPACK may answer NaN with success and some finite values.
      if (!isLowerFinite(n, a, lda)) return false;
      useThreads(9 * n ** 3);
      const work = new Float64Array(1 + 6 * n + 2 * n * n);
      const [order, stride, size, integerSize, info] = integers(n, lda, work.length, 3 + 5 * n, 0);
      const integerWork = blas.integerBytes === 8 ? new BigInt64Array(3 + 5 * n) : new Int32Array(3 + 5 * n);
      functions.dsyevd("V", "U", order, a, stride, values, work, size, integerWork, integerSize, info);
      return Number(info![0]) === 0;
    },
  };
}

/** Switches the library's threads where a product is large enough; remembers the last setting. */
function threadSwitch({ setThreads }: BlasLibrary, threads: number): (flops: number) => void {
  return (flops) => {
    const wanted = flops >= threadedFlops ? threads : 1;
    if (wanted === currentThreads || !setThreads) return;
    setThreads(wanted);
    currentThreads = wanted;
  };
}

/** The setting of the library, which the whole process shares. */
let currentThreads = 0;

type Integers = Int32Array | BigInt64Array;

/** Writes integers into arrays that LAPACK can take by address; the arrays are made once. */
function integerWriter(bytes: 4 | 8): (...values: number[]) => Integers[] {
  const cells: Integers[] = Array.from({ length: 5 }, () =>
    bytes === 8 ? new BigInt64Array(1) : new Int32Array(1),
  );
  return (...values) => {
    for (const [i, value] of values.entries()) {
      const cell = cells[i]!;
      if (cell instanceof BigInt64Array) cell[0] = BigInt(value);
      else cell[0] = value;
    }
    return cells;
  };
}

/** j + 1 for the first pivot among n that is NaN or ∞, or 0. */
function firstNotFinite(n: number, a: Float64Array, lda: number): number {
  for (let j = 0; j < n; j++) if (!(a[j * lda + j]! < Number.POSITIVE_INFINITY)) return j + 1;
  return 0;
}

/** Whether lower A holds neither NaN nor ∞. */
function isLowerFinite(n: number, a: Float64Array, lda: number): boolean {
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) if (!Number.isFinite(a[i * lda + j])) return false;
  return true;
}
