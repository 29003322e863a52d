import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { DType, Kernels } from "../../src/kernels/kernels.ts";
import { type WasmKernels, wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";
import { memoryContract } from "../contract/memory-contract.ts";
import { productsContract } from "../contract/products-contract.ts";
import { systemsContract } from "../contract/systems-contract.ts";
import { bundleSource } from "../programs/bundle-source.ts";

/** Shares every product that is cut into tiles, however small. */
const sharing = (threads: number) => wasmKernels(undefined, threads, 0);

/** Kernels whose workers have come up and taken a piece. */
async function withWorkers(threads: number): Promise<WasmKernels> {
  const kernels = sharing(threads);
  await useWorkers(kernels);
  return kernels;
}

async function useWorkers(kernels: WasmKernels): Promise<void> {
  const [a, c] = [kernels.allocate("float64", 4096), kernels.allocate("float64", 4096)];
  while (kernels.piecesByWorkers === 0) {
    kernels.gemm(false, false, 64, 64, 64, 1, a, 64, a, 64, 0, c, 64);
    await new Promise(setImmediate);
  }
}

// What asks for threads, and what shares its memory with theirs; the rest of the contract is of one thread, as without.
describe.each([2, 3])("wasm with %i threads", (threads) => {
  describe("from the start", () => {
    // Workers come up in the midst of it.
    const makeKernels = () => sharing(threads);
    productsContract(makeKernels);
    systemsContract(makeKernels);
    memoryContract(makeKernels);
  });

  describe("with workers that are there", () => {
    let kernels: WasmKernels;
    beforeAll(async () => {
      kernels = await withWorkers(threads);
    });
    productsContract(() => kernels);
    systemsContract(() => kernels);
  });
});

interface Case {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly beta: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly dtype: DType;
}

/** Next to multiples of a tile's 6 rows and 4 or 8 columns, of the 96 rows, 256 steps and 512 or 1024 columns of a block. */
const edges = (...multiples: number[]) =>
  fc.constantFrom(...multiples.flatMap((x) => [x - 1, x, x + 1])).filter((x) => x > 0);

const cases = fc.record<Case>({
  m: edges(6, 12, 24, 96, 192),
  n: edges(8, 16, 48, 120, 512, 1024),
  k: edges(1, 4, 256),
  beta: fc.constantFrom(0, 1, -0.3),
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
  dtype: fc.constantFrom<DType>("float32", "float64"),
});

/** Buffers for all cases of one instance: an allocation for each would fill the memory. */
function buffers(kernels: Kernels, dtype: DType) {
  const make = (seed: number, length: number) => {
    const numbers = kernels.allocate(dtype, length);
    for (let i = 0; i < length; i++) numbers[i] = Math.sin(seed + 12.9898 * i);
    return numbers;
  };
  return { a: make(1, 1025 * 257), b: make(2, 1025 * 257), c: kernels.allocate(dtype, 1025 * 1025) };
}

/** What C holds before. */
const start = Float64Array.from({ length: 1025 * 1025 }, (_, i) => Math.cos(i));

describe("results are the same bit for bit with 1, 2 and 3 threads", () => {
  type Instance = { kernels: WasmKernels } & Record<DType, ReturnType<typeof buffers>>;
  let instances: Instance[];
  beforeAll(async () => {
    instances = [];
    for (const threads of [1, 2, 3]) {
      const kernels = threads === 1 ? wasmKernels(undefined, 1) : await withWorkers(threads);
      instances.push({
        kernels,
        float32: buffers(kernels, "float32"),
        float64: buffers(kernels, "float64"),
      });
    }
  });

  /** Runs on all instances; compares the first `length` numbers of C as bytes, which tells NaN and -0 apart. */
  function compare(
    dtype: DType,
    length: number,
    run: (kernels: Kernels, b: ReturnType<typeof buffers>) => void,
  ) {
    const [one, ...others] = instances.map((instance) => {
      instance[dtype].c.set(start.subarray(0, length));
      run(instance.kernels, instance[dtype]);
      const { buffer, byteOffset, BYTES_PER_ELEMENT } = instance[dtype].c;
      return Buffer.from(buffer, byteOffset, length * BYTES_PER_ELEMENT);
    });
    for (const other of others) expect(one!.equals(other)).toBe(true);
  }

  test("gemm", () => {
    fc.assert(
      fc.property(cases, ({ m, n, k, beta, transposeA, transposeB, dtype }) =>
        compare(dtype, m * n, (kernels, { a, b, c }) =>
          kernels.gemm(
            ...([transposeA, transposeB, m, n, k, 0.7, a, transposeA ? m : k] as const),
            ...([b, transposeB ? k : n, beta, c, n] as const),
          ),
        ),
      ),
      { seed: 31, numRuns: 300 },
    );
  });

  test("syrk", () => {
    fc.assert(
      fc.property(cases, ({ n, k, beta, transposeA, dtype }) =>
        compare(dtype, n * n, (kernels, { a, c }) =>
          kernels.syrk(transposeA, n, k, 0.7, a, transposeA ? n : k, beta, c, n),
        ),
      ),
      { seed: 32, numRuns: 150 },
    );
  });

  test("Cholesky factors and triangular solves", () => {
    fc.assert(
      fc.property(edges(33, 64, 129, 200), edges(8, 32, 100), fc.boolean(), (n, m, transpose) =>
        compare("float64", n * n + n * m, (kernels, { c }) => {
          const [l, b] = [c.subarray(0, n * n), c.subarray(n * n)] as [Float64Array, Float64Array];
          for (let i = 0; i < n; i++) l[i * n + i] = n;
          expect(kernels.cholesky(n, l, n)).toBe(0);
          kernels.solveTriangular(transpose, n, m, l, n, b, m);
        }),
      ),
      { seed: 33, numRuns: 60 },
    );
  });

  test("with the workers' help", () => {
    for (const { kernels } of instances.slice(1)) {
      const before = kernels.piecesByWorkers;
      const { a, b, c } = instances.find((instance) => instance.kernels === kernels)!.float64;
      while (kernels.piecesByWorkers === before)
        kernels.gemm(false, false, 192, 512, 256, 1, a, 256, b, 512, 0, c, 512);
    }
  });
});

/** The kernels as a program by itself: Node before 23 can't run TypeScript. */
const bundledKernels = bundleSource("kernels/wasm/wasm-kernels.ts");

/** Runs a program in a process of its own, which must end by itself; what it printed. */
async function runProgram(program: string): Promise<string> {
  const module = await bundledKernels;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...["--expose-gc", "--input-type=module", "--eval"],
      `import { readdirSync } from "node:fs";
     import { wasmKernels } from ${JSON.stringify(module)};
     const threads = () => readdirSync("/proc/self/task").length;
     const turn = () => new Promise((resolve) => setImmediate(resolve));
     async function useWorkers() {
       const kernels = wasmKernels(undefined, 3, 0);
       const [a, c] = [kernels.allocate("float64", 4096), kernels.allocate("float64", 4096)];
       while (kernels.piecesByWorkers === 0) {
         kernels.gemm(false, false, 64, 64, 64, 1, a, 64, a, 64, 0, c, 64);
         await turn();
       }
     }
     ${program}`,
    ],
    { timeout: 50_000 },
  );
  return stdout;
}

describe("workers", () => {
  test("keep no process alive", async () => {
    expect(await runProgram(`await useWorkers(); console.log("done");`)).toBe("done\n");
  });

  const countsThreads = existsSync("/proc/self/task");

  // Whoever is replaced ends a little later: counted until it has.
  test.skipIf(!countsThreads)("of many kernels are those of four", async () => {
    const program = `
      const before = threads();
      for (let i = 0; i < 8; i++) await useWorkers();
      while (threads() > before + 8) await turn();
      console.log("done");`;
    expect(await runProgram(program)).toBe("done\n");
  });

  test.skipIf(!countsThreads)("end when their kernels are collected", async () => {
    const program = `
      const before = threads();
      await useWorkers();
      while (threads() > before) {
        gc();
        await turn();
      }
      console.log("done");`;
    expect(await runProgram(program)).toBe("done\n");
  });

  test("that were replaced come back with the next product", async () => {
    const kernels = await withWorkers(2);
    for (let i = 0; i < 4; i++) await withWorkers(2);
    expect(kernels.piecesByWorkers).toBe(0);
    await useWorkers(kernels);
  });
});
