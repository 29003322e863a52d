import { describe, expect, test } from "vitest";
import { componentWise } from "../../src/curvatures/component-wise.ts";
import type { Curvature } from "../../src/curvatures/curvature.ts";
import { exactCurvature } from "../../src/curvatures/curvature.ts";
import { curvatureBatch } from "../../src/curvatures/curvature-batch.ts";
import { eigenvalueCutoff } from "../../src/curvatures/eigenvalue-cutoff.ts";
import { kfac } from "../../src/curvatures/kfac.ts";
import { layerwise } from "../../src/curvatures/layerwise.ts";
import { nystrom } from "../../src/curvatures/nystrom.ts";
import { rowsByNorm } from "../../src/curvatures/row-choice.ts";
import { sketchedGradients } from "../../src/curvatures/sketched-gradients.ts";
import type { DType } from "../../src/kernels/kernels.ts";
import { wasmKernels } from "../../src/kernels/wasm/wasm-kernels.ts";
import { denseNetwork } from "../../src/network/network.ts";
import { type GramGaussNewtonOptions, gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { weightDecay } from "../../src/optimizers/prior.ts";
import { stepHalving } from "../../src/optimizers/step-search.ts";
import { planSteps, regressionProblem } from "./regression-problem.ts";

const curvatures: readonly (readonly [string, () => Curvature])[] = [
  ["exactCurvature", () => exactCurvature()],
  ["eigenvalueCutoff", () => eigenvalueCutoff()],
  ["layerwise", () => layerwise()],
  ["layerwise with reuse", () => layerwise({ reuse: 3 })],
  ["nystrom", () => nystrom({ rank: 20 })],
  ["nystrom with rows by their norms", () => nystrom({ rank: 20, rows: rowsByNorm() })],
  ["sketchedGradients", () => sketchedGradients({ tolerance: 1e-4 })],
  ["kfac", () => kfac()],
  ["componentWise", () => componentWise()],
  ["curvatureBatch", () => curvatureBatch({ examples: 20 })],
];

/** The options that name a curvature. */
function withCurvature(curvature: Curvature): GramGaussNewtonOptions {
  return curvature.isExact ? { curvature } : { curvature };
}

/** The objective's data part before each of some steps. */
function losses(options: GramGaussNewtonOptions, dtype: DType, steps: number) {
  const setup = { examples: 30, seed: 4, network: denseNetwork(2, [6, 5], 1), kernels: wasmKernels(), dtype };
  const { problem, parameters, space, kernels } = regressionProblem(setup);
  const optimizer = gramGaussNewton(options);
  const takeStep = planSteps(optimizer, space);
  const path: number[] = [];
  let allocated = 0;
  for (let step = 0; step < steps; step++) {
    problem.linearize(parameters);
    path.push(problem.loss);
    takeStep(problem, parameters);
    if (step === 1) allocated = kernels.bytesAllocated;
  }
  // A step allocates nothing once all buffers are there.
  expect(kernels.bytesAllocated).toBe(allocated);
  return path;
}

describe.each(curvatures)("gramGaussNewton with %s", (_, make) => {
  test.each<DType>(["float64", "float32"])("in %s lowers the loss at every step that it takes", (dtype) => {
    const path = losses(withCurvature(make()), dtype, 25);
    for (let step = 1; step < path.length; step++) expect(path[step]).toBeLessThanOrEqual(path[step - 1]!);
    expect(path.at(-1)).toBeLessThan(0.2 * path[0]!);
  });

  test("combines with a prior, momentum, a bound on the step and a line search", () => {
    const options = { prior: weightDecay(0.01), momentum: 0.5, maxNorm: 1, search: stepHalving(3) };
    const path = losses({ ...withCurvature(make()), ...options }, "float64", 25);
    expect(path.at(-1)).toBeLessThan(0.2 * path[0]!);
  });
});
