import { describe, expect, test } from "vitest";
import type { FloatArray } from "../../src/kernels/kernels.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";
import { copyPlain, placePlain } from "../../src/training/plain.ts";

/** All that an optimizer may keep. */
function state() {
  return {
    steps: 3,
    none: null,
    isFirst: false,
    wide: Float64Array.of(1, -0, Number.NaN),
    narrow: Float32Array.of(0.1, 2),
    whole: Int32Array.of(-1, 5),
    inner: { list: [Float64Array.of(7), { damping: 0.5 }] as [Float64Array, { damping: number }] },
  };
}

const copies: readonly (readonly [string, (value: unknown) => unknown])[] = [
  ["copyPlain", copyPlain],
  ["placePlain", (value) => placePlain(wasmKernels(), value)],
];

describe.each(copies)("%s", (_, copy) => {
  test("gives the same numbers, arrays of the same kind, and records", () => {
    expect(copy(state())).toStrictEqual(state());
  });

  test("gives them apart: a change of one is none of the other", () => {
    const original = state();
    const copied = copy(original) as ReturnType<typeof state>;
    for (const array of [copied.wide, copied.narrow, copied.whole, copied.inner.list[0]]) array.fill(9);
    copied.steps = 9;
    copied.inner.list[1].damping = 9;
    expect(original).toStrictEqual(state());
    original.wide.fill(8);
    expect([...copied.wide]).toEqual([9, 9, 9]);
  });

  test("takes no part of a larger array for the whole", () => {
    const part = new Float64Array(10).fill(4).subarray(2, 5);
    expect((copy({ part }) as { part: Float64Array }).part).toStrictEqual(Float64Array.of(4, 4, 4));
  });

  class Counter {
    count = 0;
  }

  test.each<[string, unknown, string]>([
    ["a function", { next: () => 1 }, "() => 1"],
    ["an instance of a class", { list: [new Counter()] }, "[object Object]"],
    ["a map", new Map(), "[object Map]"],
    ["a string", { name: "adam" }, "adam"],
    ["nothing", { missing: undefined }, "undefined"],
    ["an array of another kind", new Uint8Array(2), "0,0"],
  ])("refuses %s", (__, value, shown) => {
    expect(() => copy(value)).toThrow(
      new TypeError(
        `state: ${shown} is no number, typed array or record; an optimizer keeps nothing else from step to step`,
      ),
    );
  });
});

test("placePlain puts arrays of floating-point numbers into the memory of the kernels", () => {
  const kernels = wasmKernels();
  const before = kernels.bytesAllocated;
  const placed = placePlain(kernels, state()) as { wide: FloatArray; narrow: FloatArray };
  expect(kernels.bytesAllocated - before).toBeGreaterThanOrEqual(8 * 4 + 4 * 2);
  expect(placed.wide.buffer).toBe(kernels.allocate("float64", 1).buffer);
  expect(kernels.dot(2, placed.narrow, placed.narrow)).toBeCloseTo(4.01, 6);
});
