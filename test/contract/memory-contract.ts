import { describe, expect, test } from "vitest";
import { MemoryLimitError } from "../../src/errors.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";

const dtypes = ["float32", "float64"] as const;

export function memoryContract(makeKernels: () => Kernels): void {
  describe("memory", () => {
    test("arrays are zeroed, begin at multiples of 64 bytes and are counted", () => {
      const kernels = makeKernels();
      for (const length of [0, 1, 3, 17, 1000]) {
        for (const dtype of dtypes) {
          const before = kernels.bytesAllocated;
          const array = kernels.allocate(dtype, length);
          expect(array).toBeInstanceOf(dtype === "float32" ? Float32Array : Float64Array);
          expect(array).toHaveLength(length);
          expect(array.byteOffset % 64).toBe(0);
          expect(array.every((x) => x === 0)).toBe(true);
          expect(kernels.bytesAllocated - before).toBeGreaterThanOrEqual(array.byteLength);
        }
        const before = kernels.bytesAllocated;
        const indices = kernels.allocateIndices(length);
        expect(indices).toBeInstanceOf(Int32Array);
        expect(indices).toHaveLength(length);
        expect(indices.byteOffset % 64).toBe(0);
        expect(indices.every((x) => x === 0)).toBe(true);
        expect(kernels.bytesAllocated - before).toBeGreaterThanOrEqual(indices.byteLength);
      }
    });

    test("arrays do not overlap", () => {
      const kernels = makeKernels();
      const arrays = Array.from({ length: 30 }, (_, i) => {
        const array = i % 3 === 2 ? kernels.allocateIndices(i) : kernels.allocate(dtypes[i % 2]!, i);
        return array.fill(i);
      });
      for (const [i, array] of arrays.entries()) expect(array.every((x) => x === i)).toBe(true);
    });

    test("views stay valid when the memory grows", () => {
      const kernels = makeKernels();
      const early = kernels.allocate("float64", 100).fill(1);
      for (let i = 0; i < 4; i++) {
        expect(kernels.allocateIndices(2 ** 18)).toHaveLength(2 ** 18);
        const late = kernels.allocate("float64", 2 ** 18);
        expect(late.every((x) => x === 0)).toBe(true);
        late.fill(2);
        kernels.axpy(100, 1, late, early);
        kernels.copy(100, early, late.subarray(late.length - 100));
        expect(late.at(-1)).toBe(early[99]);
      }
      expect(early.every((x) => x === 1 + 4 * 2)).toBe(true);
    });

    test("instances have memories of their own", () => {
      const [one, other] = [makeKernels(), makeKernels()];
      const bytes = other.bytesAllocated;
      const [x, y] = [one.allocate("float64", 8), other.allocate("float64", 8)];
      x.fill(1);
      expect(y.every((value) => value === 0)).toBe(true);
      one.allocate("float64", 1000);
      expect(other.bytesAllocated - bytes).toBeLessThan(1000);
    });

    test("what does not fit is refused with the sizes, and the rest lives on", () => {
      const kernels = makeKernels();
      const x = kernels.allocate("float64", 8).fill(1);
      const inUse = kernels.bytesAllocated;
      // 8 GiB, and the 4 GiB that would fit if x were not there.
      for (const length of [2 ** 30, 2 ** 29]) {
        const error = caught(() => kernels.allocate("float64", length));
        expect(error.code).toBe("memory-limit");
        expect(error.requestedBytes).toBe(8 * length);
        expect(error.allocatedBytes).toBe(inUse);
        expect(error.requestedBytes + error.allocatedBytes).toBeGreaterThan(error.limitBytes);
        expect(error.message).toContain(`${(8 * length) / 2 ** 20}.0 MiB`);
      }
      expect(caught(() => kernels.allocateIndices(2 ** 30)).requestedBytes).toBe(2 ** 32);
      expect(kernels.bytesAllocated).toBe(inUse);
      const y = kernels.allocate("float64", 8).fill(2);
      kernels.axpy(8, 3, x, y);
      expect([...y]).toEqual(new Array(8).fill(5));
    });
  });
}

function caught(run: () => void): MemoryLimitError {
  try {
    run();
  } catch (error) {
    if (error instanceof MemoryLimitError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
