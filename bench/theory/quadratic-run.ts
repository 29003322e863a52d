import { selectKernels } from "../../src/kernels/select-kernels.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { seededRandom } from "../../src/random/random.ts";
import { fitPowerLaw, type Line, median } from "../statistics.ts";
import { drawFromSphere, drawNoise } from "./examples.ts";
import { kernelRegression, relativeDifference } from "./kernel-regression.ts";
import { openTrainer } from "./trainer.ts";
import { type TwoLayerFamily, twoLayer } from "./wide-network.ts";

/** The sizes of a run. */
export interface QuadraticSizes {
  readonly examples: number;
  readonly inputs: number;
  readonly testRows: number;
  /** Steps after which a run that has not reached the rounding error is left. */
  readonly maxSteps: number;
}

/** One run: what there was after t = 0, 1, 2 ... steps, until rounding ended it. */
export interface QuadraticRun extends Convergence {
  /** How far the predictions on test rows are from kernel regression, relative to its own. */
  readonly fromKernel: readonly number[];
  /** Whether every step's system was factorized as it stood: no damping was added. */
  readonly undamped: boolean;
}

/** Residual norms above the rounding error, and what can be said of them; entry t belongs to step t. */
export interface Convergence {
  /** e_t = ‖f - y‖ before step t. */
  readonly residuals: readonly number[];
  /** e_t+1 / e_t². */
  readonly ratios: readonly number[];
  /** log(e_t+1 / e_t) / log(e_t / e_t-1), from t = 1: 1 is linear, 2 quadratic convergence. */
  readonly orders: readonly number[];
  /** Whether the sequence went on to below the rounding error. */
  readonly converged: boolean;
}

/** The runs of one family at one width, one for each seed. */
export interface QuadraticCell {
  readonly family: TwoLayerFamily;
  readonly width: number;
  readonly runs: readonly QuadraticRun[];
}

/** Trains a two-layer network on all examples at once, undamped: λ = 1, α = 0. */
export function runQuadratic(
  family: TwoLayerFamily,
  width: number,
  seed: number,
  { examples: n, inputs, testRows, maxSteps }: QuadraticSizes,
): QuadraticRun {
  const kernels = selectKernels("auto", 1);
  const uniform = seededRandom(seed);
  const examples = drawNoise(n, inputs, uniform);
  const test = drawFromSphere(testRows, inputs, uniform);
  const start = twoLayer(family, inputs, width, 1000 * seed + width);
  const regression = kernelRegression(kernels, start, examples, test).predict(0);
  const optimizer = gramGaussNewton({ lambda: 1, alpha: 0, form: "gram" });
  const trainer = openTrainer({ kernels, start, examples, optimizer, batchSize: n, shuffleSeed: null });
  const floor = roundingFloor(n, width);
  const norms = [trainer.residualNorm()];
  const fromKernel = [relativeDifference(trainer.predict(test), regression)];
  let undamped = true;
  while (norms.length <= maxSteps && norms.at(-1)! > floor) {
    undamped = trainer.step().method === "cholesky" && undamped;
    norms.push(trainer.residualNorm());
    fromKernel.push(relativeDifference(trainer.predict(test), regression));
  }
  return { ...describeConvergence(norms, floor), fromKernel, undamped };
}

/**
 * Below this, e_t says more about rounding than about the method: 10 ε √n √m. f is a sum of m numbers of the size
 * of m^(-1/2), so that its rounding error is at most of the size of ε √m for each of the n examples.
 */
function roundingFloor(examples: number, width: number): number {
  return 10 * Number.EPSILON * Math.sqrt(examples * width);
}

/** Describes a sequence of residual norms as far as it is above the floor. */
export function describeConvergence(norms: readonly number[], floor: number): Convergence {
  const end = norms.findIndex((norm) => !(norm > floor));
  const e = end < 0 ? norms : norms.slice(0, end);
  const ratios = e.slice(1).map((next, t) => next / e[t]! ** 2);
  const orders = e.slice(2).map((next, t) => Math.log(next / e[t + 1]!) / Math.log(e[t + 1]! / e[t]!));
  return { residuals: e, ratios, orders, converged: end >= 0 };
}

/** The median over the runs of what is known in most of them; null if it is not. */
export function medianOf(
  runs: readonly QuadraticRun[],
  value: (run: QuadraticRun) => number | undefined,
): number | null {
  const values = runs.map(value).filter((one) => one !== undefined);
  return 2 * values.length > runs.length ? median(values) : null;
}

/** The median of e_t: as far as most runs are above the rounding error. */
export function residualsOf({ runs }: QuadraticCell): readonly number[] {
  const steps = Math.max(...runs.map(({ residuals }) => residuals.length));
  return Array.from({ length: steps }, (_, t) => medianOf(runs, ({ residuals }) => residuals[t])).filter(
    (residual) => residual !== null,
  );
}

/** The last order of each run that converged: the nearest to the limit that float64 can show. */
export function lastOrders(cells: readonly QuadraticCell[]): readonly number[] {
  const runs = cells.flatMap((cell) => cell.runs).filter(({ converged }) => converged);
  return runs.map(({ orders }) => orders.at(-1)).filter((order) => order !== undefined);
}

/** e_1 / e_0² of all runs against the width: the theorem bounds it by a constant times m^(-1/2). */
export function fitFirstRatio(cells: readonly QuadraticCell[]): Line {
  return fitPowerLaw(
    cells.flatMap(({ width, runs }) => runs.map(() => width)),
    cells.flatMap(({ runs }) => runs.map(({ ratios }) => ratios[0]!)),
  );
}
