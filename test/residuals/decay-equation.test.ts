import { expect, test } from "vitest";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { seededRandom } from "../../src/random/random.ts";
import { denseResidual } from "../../src/residuals/dense-residual.ts";
import { weightedSum } from "../../src/residuals/weighted-sum.ts";
import { openRun } from "../../src/training/run.ts";
import { stopDefaults } from "../../src/training/stop.ts";

/** u(t) = Σ_j v_j tanh(w_j t + b_j) of eight units: θ = (v, w, b). */
const units = 8;
const points = Float64Array.from({ length: 20 }, (_, i) => (2 * i) / 19);

/** u and u' at t, and their derivatives by θ. */
function solution(theta: ArrayLike<number>, t: number) {
  const [u, slope] = [new Float64Array(3 * units), new Float64Array(3 * units)];
  let value = 0;
  let derivative = 0;
  for (let j = 0; j < units; j++) {
    const [v, w, b] = [theta[j]!, theta[units + j]!, theta[2 * units + j]!];
    const s = Math.tanh(w * t + b);
    const [d, dd] = [1 - s * s, -2 * s * (1 - s * s)];
    value += v * s;
    derivative += v * w * d;
    u.set([s], j);
    u.set([v * t * d], units + j);
    u.set([v * d], 2 * units + j);
    slope.set([w * d], j);
    slope.set([v * (d + w * t * dd)], units + j);
    slope.set([v * w * dd], 2 * units + j);
  }
  return { value, derivative, u, slope };
}

/** u' + u = 0 on [0, 2]. */
const equation = denseResidual({
  parameters: 3 * units,
  examples: points.length,
  evaluate(theta, i, r, jacobian) {
    const { value, derivative, u, slope } = solution(theta, points[i]!);
    r[0] = derivative + value;
    jacobian?.set(u.map((of, c) => of + slope[c]!));
  },
});

/** u(0) = 1. */
const start = denseResidual({
  parameters: 3 * units,
  examples: 1,
  evaluate(theta, _, r, jacobian) {
    const { value, u } = solution(theta, 0);
    r[0] = value - 1;
    jacobian?.set(u);
  },
});

test("a differential equation with an initial value is solved as a sum of two residuals", () => {
  const random = seededRandom(2);
  const run = openRun({
    kernels: referenceKernels(),
    dtype: "float64",
    residual: weightedSum([
      { residual: equation, weight: 1 / points.length },
      { residual: start, weight: 1 },
    ]),
    initial: Float64Array.from({ length: 3 * units }, () => 2 * random() - 1),
    trainRows: Int32Array.from({ length: points.length + 1 }, (_, i) => i),
    validationRows: new Int32Array(),
    optimizer: gramGaussNewton(),
    batchSize: points.length + 1,
    seed: 0,
    limits: { ...stopDefaults, maxSteps: 200, tolerance: 0 },
  });
  while (!run.stop) run.step();
  const { parameters } = run.result();
  const at = (t: number) => solution(parameters, t);
  const times = Array.from({ length: 201 }, (_, i) => i / 100);
  const residual = Math.max(...times.map((t) => Math.abs(at(t).derivative + at(t).value)));
  const error = Math.max(...times.map((t) => Math.abs(at(t).value - Math.exp(-t))));
  // With e = u - exp(-t): e' + e is the residual, so that |e| is at most |e(0)| + ∫ |residual| over [0, 2].
  expect(error).toBeLessThan(Math.abs(at(0).value - 1) + 2 * residual);
  expect(error).toBeLessThan(1e-5);
});
