import { expect, test } from "vitest";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { lbfgs } from "../../src/optimizers/lbfgs.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { denseResidual } from "../../src/residuals/dense-residual.ts";
import { openRun } from "../../src/training/run.ts";
import { stopDefaults } from "../../src/training/stop.ts";

/** NIST StRD, Misra1a: y = b1 (1 - exp(-b2 x)), lower level of difficulty; x, y. */
const data = [
  [77.6, 10.07],
  [114.9, 14.73],
  [141.1, 17.94],
  [190.8, 23.93],
  [239.9, 29.61],
  [289.0, 35.18],
  [332.8, 40.02],
  [378.4, 44.82],
  [434.8, 50.76],
  [477.3, 55.05],
  [536.8, 61.01],
  [593.1, 66.4],
  [689.1, 75.47],
  [760.0, 81.78],
] as const;

const certified = { b1: 2.3894212918e2, b2: 5.5015643181e-4, squares: 1.2455138894e-1 };

/** The formula's residuals; b2 in units of 1e-6, so that both parameters are of the same size. */
const misra1a = denseResidual({
  parameters: 2,
  examples: data.length,
  evaluate(theta, example, r, jacobian) {
    const [b1, b2] = [theta[0]!, theta[1]! * 1e-6];
    const [x, y] = data[example]!;
    const decay = Math.exp(-b2 * x);
    r[0] = b1 * (1 - decay) - y;
    jacobian?.set([1 - decay, b1 * x * decay * 1e-6]);
  },
});

function solve(optimizer: Optimizer) {
  const run = openRun({
    kernels: referenceKernels(),
    dtype: "float64",
    residual: misra1a,
    initial: Float64Array.of(500, 100),
    trainRows: Int32Array.from(data, (_, i) => i),
    validationRows: new Int32Array(),
    optimizer,
    batchSize: data.length,
    seed: 0,
    limits: { ...stopDefaults, maxSteps: 3000, tolerance: 0 },
  });
  while (!run.stop) run.step();
  const { parameters, history, bestEpoch } = run.result();
  return {
    b1: parameters[0]!,
    b2: parameters[1]! * 1e-6,
    squares: history[bestEpoch]!.train ** 2 * data.length,
  };
}

/** A step is taken as long as the sum of squares falls, which is known to ε: the parameters are then known to about √ε. */
const rootOfRounding = Math.sqrt(Number.EPSILON);

test.each<[string, Optimizer, number]>([
  ["Gram-Gauss-Newton, primal form", gramGaussNewton({ form: "primal" }), rootOfRounding],
  ["Gram-Gauss-Newton, Gram form", gramGaussNewton({ form: "gram" }), rootOfRounding],
  ["L-BFGS", lbfgs(), 1e-4],
])("a curve without a network is fitted by %s to the certified values", (_, optimizer, tolerance) => {
  const { b1, b2, squares } = solve(optimizer);
  expect(Math.abs(b1 / certified.b1 - 1)).toBeLessThan(tolerance);
  expect(Math.abs(b2 / certified.b2 - 1)).toBeLessThan(tolerance);
  // Certified to eleven digits.
  expect(Math.abs(squares / certified.squares - 1)).toBeLessThan(Math.max(tolerance ** 2, 1e-10));
});
