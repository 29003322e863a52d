import { performance } from "node:perf_hooks";
import type { DType, FloatArray, Kernels } from "../src/kernels/kernels.ts";
import { physicalCores } from "../src/kernels/physical-cores.ts";
import { referenceKernels } from "../src/kernels/reference/reference-kernels.ts";
import { wasmKernels } from "../src/kernels/wasm/wasm-kernels.ts";
import { wasmBuilds } from "../src/kernels/wasm/wasm-module.ts";
import type { Benchmark, BenchmarkContext } from "./benchmark.ts";
import { median } from "./statistics.ts";
import { timeSteps } from "./step/time-steps.ts";

/** m, n, k: a square product, two layers of a network forward, its gradient, one output, one input. */
const shapes: readonly (readonly [number, number, number])[] = [
  [512, 512, 512],
  [128, 256, 256],
  [256, 1024, 784],
  [128, 32, 256],
  [1024, 1, 256],
  [1024, 256, 1],
];

const repeats = 7;

/** Each measurement runs a product as often as takes about this long. */
const measurementMs = 30;

/**
 * C = A B on one core, in GFLOP/s: 2 m n k operations by the median time. The repeats of all implementations are
 * interleaved, so that a disturbance of the machine meets all of them.
 */
export const gemm: Benchmark = {
  name: "gemm",
  summary: "matrix products on one core, and the gain of threads in WebAssembly, in GFLOP/s",
  async run({ row, note, flags, option }) {
    if (!wasmBuilds().includes("relaxed-simd")) note("gemm: this engine has no relaxed SIMD");
    if (flags.has("--threads")) {
      await compareThreads(Number(option("threads")) || physicalCores(), row);
      return;
    }
    for (const dtype of ["float32", "float64"] as const)
      for (const shape of shapes) {
        const speeds = measure(dtype, shape);
        row({ precision: dtype, "m × n × k": shape.join(" × "), ...speeds });
      }
  },
};

/** m, n, k from where threads lose to where they gain: cubes, layers forward, a gradient. */
const threadedShapes: readonly (readonly [number, number, number])[] = [
  [64, 64, 64],
  [96, 96, 96],
  [128, 128, 128],
  [160, 160, 160],
  [192, 192, 192],
  [256, 256, 256],
  [384, 384, 384],
  [512, 512, 512],
  [128, 32, 256],
  [128, 256, 256],
  [256, 256, 64],
  [256, 1024, 784],
];

/** Products by one thread and by several, however small they are: where the second column overtakes, threads are worth it. */
async function compareThreads(threads: number, row: BenchmarkContext["row"]): Promise<void> {
  const one = wasmKernels(undefined, 1);
  const several = wasmKernels(undefined, threads, 0);
  for (const dtype of ["float32", "float64"] as const)
    for (const [m, n, k] of threadedShapes) {
      const flops = 2 * m * n * k;
      const products = { one: product(one, dtype, m, n, k), several: product(several, dtype, m, n, k) };
      const pieces = several.piecesByWorkers;
      while (several.piecesByWorkers === pieces) {
        products.several();
        await new Promise(setImmediate);
      }
      const times = interleave(products);
      const [single, shared] = [times.get(products.one)!, times.get(products.several)!];
      row({
        precision: dtype,
        "m × n × k": `${m} × ${n} × ${k}`,
        Mflop: flops / 1e6,
        "1 thread": flops / median(single) / 1e6,
        [`${threads} threads`]: flops / median(shared) / 1e6,
        gain: median(single.map((time, i) => time / shared[i]!)),
        "gain, least times": Math.min(...single) / Math.min(...shared),
      });
    }
}

type Product = () => void;

/** GFLOP/s of each implementation; null where the engine can't run it. */
function measure(dtype: DType, [m, n, k]: (typeof shapes)[number]): Record<string, number | null> {
  const flops = 2 * m * n * k;
  const products: Record<string, Product | null> = {
    "plain JavaScript": product(referenceKernels(), dtype, m, n, k, tripleLoop),
    reference: product(referenceKernels(), dtype, m, n, k),
    "wasm simd": product(wasmKernels("simd"), dtype, m, n, k),
    "wasm relaxed-simd": wasmBuilds().includes("relaxed-simd")
      ? product(wasmKernels("relaxed-simd"), dtype, m, n, k)
      : null,
  };
  const times = interleave(products);
  return Object.fromEntries(
    Object.entries(products).map(([name, run]) => [name, run && flops / median(times.get(run)!) / 1e6]),
  );
}

type Gemm = (m: number, n: number, k: number, a: FloatArray, b: FloatArray, c: FloatArray) => void;

/** A product of random matrices in the memory of the given kernels. */
function product(kernels: Kernels, dtype: DType, m: number, n: number, k: number, multiply?: Gemm): Product {
  const random = (length: number) => {
    const data = kernels.allocate(dtype, length);
    // Not zeros: subnormal numbers and their like have times of their own.
    for (let i = 0; i < length; i++) data[i] = Math.sin(i + 1);
    return data;
  };
  const [a, b, c] = [random(m * k), random(k * n), random(m * n)];
  if (multiply) return () => multiply(m, n, k, a, b, c);
  return () => kernels.gemm(false, false, m, n, k, 1, a, k, b, n, 0, c, n);
}

/** The product as one would write it without a library, its inner loop along rows. */
function tripleLoop(m: number, n: number, k: number, a: FloatArray, b: FloatArray, c: FloatArray): void {
  for (let i = 0; i < m; i++) {
    c.fill(0, i * n, (i + 1) * n);
    for (let l = 0; l < k; l++) {
      const factor = a[i * k + l]!;
      for (let j = 0; j < n; j++) c[i * n + j]! += factor * b[l * n + j]!;
    }
  }
}

/** Milliseconds per run of each product, over all repeats. */
function interleave(products: Record<string, Product | null>): Map<Product, number[]> {
  const runs = Object.values(products).filter((run) => run !== null);
  const counts = runs.map((run) => Math.ceil(measurementMs / Math.max(warmUp(run), 1e-3)));
  const times = new Map<Product, number[]>(runs.map((run) => [run, []]));
  for (let repeat = 0; repeat < repeats; repeat++)
    for (const [i, run] of runs.entries()) times.get(run)!.push(timeSteps(counts[i]!, run));
  return times;
}

/** Runs until the engine has compiled the product for speed; milliseconds of the last run. */
function warmUp(run: Product): number {
  const start = performance.now();
  let last: number;
  do last = timeSteps(1, run);
  while (performance.now() - start < measurementMs);
  return last;
}
