import { expect, test, vi } from "vitest";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { fit } from "../../src/model/fit.ts";
import { quick, surface } from "./surfaces.ts";

const made: Kernels[] = [];

vi.mock(import("../../src/kernels/select-kernels.ts"), async (original) => {
  const actual = await original();
  return {
    ...actual,
    selectKernels: (...options) => {
      const kernels = actual.selectKernels(...options);
      made.push(kernels);
      return kernels;
    },
  };
});

test("the largest memory of an ensemble is that of a single fit", async () => {
  const { inputs, targets } = surface(400);
  const largest = async (ensemble: number) => {
    made.length = 0;
    await fit(inputs, targets, { ...quick, ensemble });
    return Math.max(...made.map(({ bytesAllocated }) => bytesAllocated));
  };
  const one = await largest(1);
  expect(one).toBeGreaterThan(0);
  expect(await largest(4)).toBe(one);
});
