import type { DType, FloatArray, Kernels } from "./kernels.ts";

const bytesOf: Readonly<Record<DType, number>> = { float32: 4, float64: 8 };

const none = (): void => {};

/**
 * Kernels that count what would be allocated, and have nothing: their arrays are empty, and they compute nothing. To
 * learn what memory something takes, make it with these.
 */
export function countingKernels(): Kernels {
  let bytesAllocated = 0;
  const arrays = { float32: new Float32Array(), float64: new Float64Array() };
  function allocate(dtype: "float32", length: number): Float32Array;
  function allocate(dtype: "float64", length: number): Float64Array;
  function allocate(dtype: DType, length: number): FloatArray;
  function allocate(dtype: DType, length: number): FloatArray {
    bytesAllocated += length * bytesOf[dtype];
    return arrays[dtype];
  }
  return {
    name: "counting",
    description: "counts bytes, computes nothing",
    get bytesAllocated() {
      return bytesAllocated;
    },
    allocate,
    allocateIndices(length) {
      bytesAllocated += length * Int32Array.BYTES_PER_ELEMENT;
      return new Int32Array();
    },
    gemm: none,
    syrk: none,
    activate: none,
    scaleRows: none,
    contractRows: none,
    rowDots: none,
    faceSplit: none,
    accumulateGram: none,
    gatherRows: none,
    dot: () => 0,
    axpy: none,
    scale: none,
    copy: none,
    adam: none,
    cholesky: () => 0,
    solveTriangular: none,
    symmetricEigen: () => true,
    unfold: none,
    fold: none,
    maxPool: none,
    maxUnpool: none,
    averagePool: none,
    averageUnpool: none,
    normalizeGroups: none,
    denormalizeGroups: none,
    scaleChannels: none,
    channelDots: none,
  };
}
