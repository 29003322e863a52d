import { expect, test } from "vitest";
import { stepCase } from "../../bench/step/cases.ts";
import { type MeasuredOptimizer, measuredOptimizer } from "../../bench/step/gramian-contender.ts";
import { gramianStep } from "../../bench/step/gramian-step.ts";
import { predictStep } from "../../bench/step/predict-step.ts";
import { profiledKernels } from "../../bench/step/profiled-kernels.ts";
import { drawStart } from "../../bench/step/shared-start.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";

const small = stepCase("16-32-32-2", 24);

/** At 1e-6 GFLOP/s in both precisions a millisecond is one operation. */
const unitRates = { float32: 1e-6, float64: 1e-6 };

function countStep(optimizer: MeasuredOptimizer): { counted: number; predicted: number } {
  const start = drawStart(small);
  const profiled = profiledKernels(wasmKernels());
  const { step } = gramianStep(
    profiled.kernels,
    "float32",
    start,
    measuredOptimizer(optimizer, start.network),
  );
  step();
  let counted = 0;
  for (const { flops } of profiled.counts.values()) counted += flops.float32 + flops.float64;
  return { counted, predicted: predictStep(start.network, small.batch, optimizer, "float32", unitRates) };
}

test("the operations of a first-order step are those that the formula counts", () => {
  const { counted, predicted } = countStep("sgd");
  // Powers of ten are not exact: a few units in the last place.
  expect(Math.abs(counted / predicted - 1)).toBeLessThan(8 * Number.EPSILON);
});

test("the operations of a Gram-Gauss-Newton step are those that the formula counts, but for the small parts", () => {
  const { counted, predicted } = countStep("gram-gauss-newton");
  const n = 2 * small.batch;
  // Of the formula only: 3 n² for each of 3 layers. Of the counters only: the diagonals of the symmetric products,
  // b rows + n units for each layer, and the triangular solves, 2 n².
  const diagonals = small.batch * (17 + 33 + 33) + n * (32 + 32 + 2);
  expect(Math.abs(counted - predicted)).toBeLessThanOrEqual(9 * n ** 2 + diagonals);
  // Those are much less than the whole.
  expect(9 * n ** 2 + diagonals).toBeLessThan(predicted / 10);
});

test("counters leave the results as they are", () => {
  const start = drawStart(small);
  const losses = [wasmKernels(), profiledKernels(wasmKernels()).kernels].map((kernels) => {
    const run = gramianStep(kernels, "float64", start, measuredOptimizer("gram-gauss-newton", start.network));
    run.step();
    return run.loss();
  });
  expect(losses[0]).toBe(losses[1]);
  expect(losses[0]).toBeGreaterThan(0);
});
