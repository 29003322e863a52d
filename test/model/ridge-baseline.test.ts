import { expect, test } from "vitest";
import { turnSplit } from "../../src/data/split-rows.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";
import { matrixInputs } from "../../src/model/examples.ts";
import { fitBaseline } from "../../src/model/ridge-baseline.ts";
import { surface } from "./surfaces.ts";

const { inputs, targets } = surface(20);
const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
const split = { train: range(0, 12), validation: range(12, 16), test: range(16, 20) };
const examples = {
  rows: 20,
  inputs: matrixInputs(Float64Array.from(inputs.flat()), 20),
  targets: Float64Array.from(targets.flat()),
  outputs: 1,
  targetNames: ["y"],
  split,
  restore: (values: Float64Array) => values,
};
const turned = { ...examples, split: turnSplit(split, 1, { seed: 0, by: "random" }) };

test("the linear model of all rows that may teach is that of any turn, and is not fitted again", () => {
  const first = fitBaseline(wasmKernels(), examples)!;
  const alone = fitBaseline(wasmKernels(), turned)!;
  const after = fitBaseline(wasmKernels(), turned, first)!;
  expect(after).toEqual(alone);
  expect(after.linear).toBe(first.linear);
  expect(after.unseen).not.toEqual(first.unseen);
});
