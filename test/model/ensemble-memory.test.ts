import { expect, test } from "vitest";
import { splitRows } from "../../src/data/split-rows.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";
import { type Examples, matrixInputs } from "../../src/model/examples.ts";
import { fitExamples } from "../../src/model/fit-examples.ts";
import { splitOptions } from "../../src/model/options.ts";
import { chooseRecipe } from "../../src/model/recipe.ts";
import { quick, surface } from "./surfaces.ts";

/** The bytes of the largest memory that a fit makes. */
async function largestMemory(ensemble: number): Promise<number> {
  const rows = 400;
  const { inputs, targets } = surface(rows);
  const options = { ...quick, ensemble };
  const examples: Examples = {
    rows,
    inputs: matrixInputs(Float64Array.from(inputs.flat()), rows),
    targets: Float64Array.from(targets.flat()),
    outputs: 1,
    targetNames: ["y"],
    split: splitRows(
      "inputs",
      Int32Array.from({ length: rows }, (_, i) => i),
      rows,
      splitOptions(options),
    ),
    restore: (values) => values,
  };
  const made: Kernels[] = [];
  const recipe = chooseRecipe(examples.split.train.length, 2, 1, options);
  await fitExamples(examples, options, recipe, () => {
    const kernels = wasmKernels();
    made.push(kernels);
    return kernels;
  });
  return Math.max(...made.map(({ bytesAllocated }) => bytesAllocated));
}

test("the largest memory of an ensemble is that of a single fit", async () => {
  const one = await largestMemory(1);
  expect(one).toBeGreaterThan(0);
  expect(await largestMemory(4)).toBe(one);
});
