import { activations } from "../activation.ts";
import type { DType, FloatArray, Kernels } from "../kernels.ts";
import { binary as relaxedBinary } from "./generated/relaxed-simd.ts";
import { binary as simdBinary } from "./generated/simd.ts";
import { createMemory, type WasmMemory } from "./wasm-memory.ts";

export type WasmBuild = "simd" | "relaxed-simd";

type Exports = Record<string, (...values: (number | boolean)[]) => number>;

/** f32x4.relaxed_madd in a function: valid where the engine has relaxed SIMD. */
const relaxedProbe = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32,
  1, 32, 2, 253, 133, 2, 11,
]);

/** Compiled once for the process. */
const modules = new Map<WasmBuild, WebAssembly.Module>();

/** The builds that this engine can run, best first. */
export function wasmBuilds(): readonly WasmBuild[] {
  return WebAssembly.validate(relaxedProbe) ? ["relaxed-simd", "simd"] : ["simd"];
}

/** Kernels in WebAssembly with 128-bit SIMD, in a memory of their own. */
export function wasmKernels(build: WasmBuild = wasmBuilds()[0]!): Kernels {
  const memory = createMemory();
  return bindKernels(build, memory, instantiate(build, memory));
}

function instantiate(build: WasmBuild, memory: WasmMemory): Exports {
  let module = modules.get(build);
  if (!module) {
    const text = atob(build === "simd" ? simdBinary : relaxedBinary);
    module = new WebAssembly.Module(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
    modules.set(build, module);
  }
  const abort = () => {
    throw new Error("the WebAssembly kernels came to a point that they should never reach");
  };
  const instance = new WebAssembly.Instance(module, { env: { memory: memory.memory, abort } });
  const exports = instance.exports as unknown as Exports;
  memory.skip(exports.heapBase!());
  exports.setWorkspace!(memory.reserve(exports.workspaceBytes!()));
  return exports;
}

const bits = (array: FloatArray): "32" | "64" => (array instanceof Float32Array ? "32" : "64");

/** The address of an array; 0 of none. */
const at = (array: FloatArray | Int32Array | null): number => array?.byteOffset ?? 0;

function bindKernels(build: WasmBuild, memory: WasmMemory, exports: Exports): Kernels {
  /** The export of an operation for the precisions of the given arrays. */
  const of = (name: string, ...arrays: FloatArray[]) =>
    exports[arrays.reduce((text, a) => text + bits(a), name)]!;

  function allocate(dtype: "float32", length: number): Float32Array;
  function allocate(dtype: "float64", length: number): Float64Array;
  function allocate(dtype: DType, length: number): FloatArray;
  function allocate(dtype: DType, length: number): FloatArray {
    const Numbers = dtype === "float32" ? Float32Array : Float64Array;
    const address = memory.reserve(length * Numbers.BYTES_PER_ELEMENT);
    return new Numbers(memory.memory.buffer, address, length);
  }

  return {
    name: "wasm",
    description: `WebAssembly, 128-bit ${build === "simd" ? "SIMD" : "SIMD with fused multiply-add"}`,
    get bytesAllocated() {
      return memory.bytesAllocated;
    },
    allocate,
    allocateIndices: (length) => new Int32Array(memory.memory.buffer, memory.reserve(4 * length), length),
    gemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
      of("gemm", a)(ta, tb, m, n, k, alpha, at(a), lda, at(b), ldb, beta, at(c), ldc);
    },
    syrk(transpose, n, k, alpha, a, lda, beta, c, ldc) {
      of("syrk", a)(transpose, n, k, alpha, at(a), lda, beta, at(c), ldc);
    },
    activate(activation, m, n, z, ldz, a, lda, slope, ldSlope, curvature, ldCurvature) {
      const code = activations.indexOf(activation);
      of("activate", z)(code, m, n, at(z), ldz, at(a), lda, at(slope), ldSlope, at(curvature), ldCurvature);
    },
    scaleRows(m, repeat, n, s, lds, d, ldd) {
      of("scaleRows", d)(m, repeat, n, at(s), lds, at(d), ldd);
    },
    contractRows(m, repeat, n, u, d, ldd, out, ldOut) {
      of("contractRows", d)(m, repeat, n, at(u), at(d), ldd, at(out), ldOut);
    },
    rowDots(m, repeat, n, alpha, d, ldd, t, ldt, out) {
      of("rowDots", d)(m, repeat, n, alpha, at(d), ldd, at(t), ldt, at(out));
    },
    faceSplit(m, repeat, an, dn, s, a, lda, d, ldd, out, ldOut) {
      of("faceSplit", a)(m, repeat, an, dn, s, at(a), lda, at(d), ldd, at(out), ldOut);
    },
    accumulateGram(m, repeat, s, t, p, ldp, q, ldq, g, ldg) {
      of("accumulateGram", p, g)(m, repeat, s, t, at(p), ldp, at(q), ldq, at(g), ldg);
    },
    gatherRows(m, n, source, lds, rows, out, ldOut) {
      of("gatherRows", source, out)(m, n, at(source), lds, at(rows), at(out), ldOut);
    },
    dot: (n, x, y) => of("dot", x)(n, at(x), at(y)),
    axpy(n, alpha, x, y) {
      (bits(x) === bits(y) ? of("axpy", x) : of("axpy", x, y))(n, alpha, at(x), at(y));
    },
    scale(n, alpha, x) {
      of("scale", x)(n, alpha, at(x));
    },
    copy(n, x, y) {
      of("copy", x, y)(n, at(x), at(y));
    },
    adam(n, rate, beta1, beta2, epsilon, g, m, v, theta) {
      of("adam", g)(n, rate, beta1, beta2, 1 - beta1, 1 - beta2, epsilon, at(g), at(m), at(v), at(theta));
    },
    cholesky: (n, a, lda) => exports.cholesky!(n, at(a), lda),
    solveTriangular(transpose, n, m, l, ldl, b, ldb) {
      exports.solveTriangular!(transpose, n, m, at(l), ldl, at(b), ldb);
    },
    symmetricEigen: (n, a, lda, values) => exports.symmetricEigen!(n, at(a), lda, at(values)) !== 0,
  };
}
