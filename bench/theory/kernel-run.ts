import { selectKernels } from "../../src/kernels/select-kernels.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { seededRandom } from "../../src/random/random.ts";
import { fitPowerLaw, type Line, median } from "../statistics.ts";
import { drawFromSphere, type Examples } from "./examples.ts";
import { kernelRegression, relativeDifference } from "./kernel-regression.ts";
import { openTrainer } from "./trainer.ts";
import type { Start } from "./wide-network.ts";

/** Networks of any width. */
export interface KernelFamily {
  readonly name: string;
  /** Draws one where its training starts. */
  draw(inputs: number, width: number, seed: number): Start;
}

/** The sizes of a run. */
export interface KernelSizes {
  readonly examples: number;
  readonly inputs: number;
  readonly testRows: number;
  /** Undamped steps: until quadratic convergence has met the rounding error. */
  readonly steps: number;
  /** The ridge and the damping of the damped step, in units of the mean of the diagonal of G. */
  readonly ridge: number;
}

/** A trained network beside kernel regression with the tangent kernel that it started with. */
export interface KernelRun {
  /** ‖f - y‖ / ‖y‖ after training: 0 is a perfect fit. */
  readonly misfit: number;
  /** Undamped training to a perfect fit, against ridgeless regression: relative difference on test rows. */
  readonly ridgeless: number;
  /** One step with damping, against regression with that ridge: relative difference on test rows. */
  readonly ridge: number;
}

/** The runs of a family at one width, one for each seed. */
export interface KernelCell {
  readonly family: KernelFamily;
  readonly width: number;
  readonly runs: readonly KernelRun[];
}

/** Trains a network to a perfect fit, and another from the same start by one damped step. */
export function runKernel(family: KernelFamily, width: number, seed: number, sizes: KernelSizes): KernelRun {
  const { examples, uniform } = drawExamples(sizes, seed);
  const test = drawFromSphere(sizes.testRows, sizes.inputs, uniform);
  const { misfit, trained, ridgeless, damped, ridge } = compare(family, width, seed, sizes, examples, test);
  return {
    misfit,
    ridgeless: relativeDifference(trained, ridgeless),
    ridge: relativeDifference(damped, ridge),
  };
}

/** A trained network and kernel regression along a great circle of the sphere. */
export interface KernelPath {
  readonly width: number;
  /** Angles in degrees; the first training row is at 0. */
  readonly angles: readonly number[];
  readonly network: readonly number[];
  readonly regression: readonly number[];
}

/** Follows a trained network and kernel regression along the great circle through the first two training rows. */
export function runPath(family: KernelFamily, width: number, seed: number, sizes: KernelSizes): KernelPath {
  const { examples } = drawExamples(sizes, seed);
  const angles = Array.from({ length: 121 }, (_, i) => 3 * i);
  const circle = greatCircle(examples, angles);
  const { trained, ridgeless } = compare(family, width, seed, sizes, examples, circle);
  return { width, angles, network: [...trained], regression: [...ridgeless] };
}

/** The difference of all runs against the width. */
export function fitDifference(cells: readonly KernelCell[], kind: "ridgeless" | "ridge"): Line {
  return fitPowerLaw(
    cells.flatMap(({ width, runs }) => runs.map(() => width)),
    cells.flatMap(({ runs }) => runs.map((run) => run[kind])),
  );
}

/** The median over the seeds. */
export function medianRun({ runs }: KernelCell): KernelRun {
  const of = (key: keyof KernelRun) => median(runs.map((run) => run[key]));
  return { misfit: of("misfit"), ridgeless: of("ridgeless"), ridge: of("ridge") };
}

/** Predictions at test rows: of the two trained networks, and of the two regressions that they should approach. */
function compare(
  family: KernelFamily,
  width: number,
  seed: number,
  { inputs, steps, ridge }: KernelSizes,
  examples: Examples,
  test: Float64Array,
) {
  const kernels = selectKernels("auto", 1);
  const start = family.draw(inputs, width, 1000 * seed + width);
  const regression = kernelRegression(kernels, start, examples, test);
  const alpha = ridge * regression.meanDiagonal;
  const train = (damping: number, count: number) => {
    const optimizer = gramGaussNewton({ lambda: 1, alpha: damping, form: "gram" });
    const batchSize = examples.rows;
    const trainer = openTrainer({ kernels, start, examples, optimizer, batchSize, shuffleSeed: null });
    for (let t = 0; t < count; t++) trainer.step();
    return trainer;
  };
  const trained = train(0, steps);
  return {
    misfit: trained.residualNorm() / Math.hypot(...examples.targets),
    trained: trained.predict(test),
    ridgeless: regression.predict(0),
    damped: train(alpha, 1).predict(test),
    ridge: regression.predict(alpha),
  };
}

/** Training rows of y = sin 3x₁ + 4 x₂ x₃ x₄: odd, as every network of odd σ without biases is. */
function drawExamples({ examples: rows, inputs: columns }: KernelSizes, seed: number) {
  const uniform = seededRandom(seed);
  const inputs = drawFromSphere(rows, columns, uniform);
  const targets = Float64Array.from({ length: rows }, (_, i) => {
    const [a, b, c, d] = inputs.subarray(i * columns) as unknown as [number, number, number, number];
    return Math.sin(3 * a) + 4 * b * c * d;
  });
  return { examples: { rows, columns, inputs, targets }, uniform };
}

/** The points x₁ cos t + v sin t, v the direction from x₁ to x₂ on the sphere. */
function greatCircle({ columns, inputs }: Examples, degrees: readonly number[]): Float64Array {
  const [first, second] = [inputs.subarray(0, columns), inputs.subarray(columns, 2 * columns)];
  const along = first.reduce((sum, value, j) => sum + value * second[j]!, 0);
  const away = second.map((value, j) => value - along * first[j]!);
  const length = Math.hypot(...away);
  return Float64Array.from(
    degrees.flatMap((degree) => {
      const t = (degree * Math.PI) / 180;
      return [...first.map((value, j) => value * Math.cos(t) + (away[j]! / length) * Math.sin(t))];
    }),
  );
}
