import type { Activation } from "../../src/kernels/activation.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { selectKernels } from "../../src/kernels/select-kernels.ts";
import { linearize } from "../../src/linearization/linearize.ts";
import { gramGaussNewton } from "../../src/optimizers/gram-gauss-newton.ts";
import { symmetricSolver } from "../../src/posterior/symmetric-solver.ts";
import { seededRandom } from "../../src/random/random.ts";
import { fitLine } from "../statistics.ts";
import { drawNoise, type Examples } from "./examples.ts";
import { openTrainer } from "./trainer.ts";
import { type Start, twoLayer } from "./wide-network.ts";

/** The network and the sizes of a run. */
export interface MiniBatchSizes {
  readonly activation: Activation;
  readonly examples: number;
  readonly inputs: number;
  readonly width: number;
  readonly epochs: number;
}

/** A run on cyclic batches, and what the linear theory says of it. */
export interface MiniBatchRun {
  /** ‖f - y‖ over all examples, before each epoch and after the last. */
  readonly residuals: readonly number[];
  /** The same, were the network linear: by the Gram matrix before training. */
  readonly predicted: readonly number[];
  /** Whether every step's system was factorized as it stood: no damping was added. */
  readonly undamped: boolean;
}

/** Trains a two-layer network of random signs on batches in a fixed order, undamped: λ = 1, α = 0. */
export function runMiniBatch(batchSize: number, seed: number, sizes: MiniBatchSizes): MiniBatchRun {
  const { activation, examples: n, inputs, width, epochs } = sizes;
  const kernels = selectKernels("auto", 1);
  const examples = drawNoise(n, inputs, seededRandom(seed));
  const start = twoLayer({ activation, signs: "random" }, inputs, width, 1000 * seed + width);
  const optimizer = gramGaussNewton({ lambda: 1, alpha: 0, form: "gram" });
  const trainer = openTrainer({ kernels, start, examples, optimizer, batchSize, shuffleSeed: null });
  const residuals = [trainer.residualNorm()];
  let undamped = true;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let b = 0; b < trainer.batches; b++) undamped = trainer.step().method === "cholesky" && undamped;
    residuals.push(trainer.residualNorm());
  }
  return { residuals, predicted: predictResiduals(kernels, start, examples, batchSize, epochs), undamped };
}

/** The factor of the loss ½ ‖f - y‖² in an epoch, and how far from a geometric sequence it is. */
export interface Rate {
  readonly rate: number;
  /** The standard error of log rate. */
  readonly error: number;
}

/** Fits the rate to the second half of the epochs, where the slowest directions are what is left. */
export function fitRate(residuals: readonly number[]): Rate {
  const from = Math.floor(residuals.length / 2);
  const losses = residuals.slice(from).map((norm) => 2 * Math.log(norm));
  const { slope, error } = fitLine([...losses.keys()], losses);
  return { rate: Math.exp(slope), error };
}

/**
 * The residual norms of a linear network: each batch B does r <- r - G[:, B] G[B, B]⁻¹ r[B], the block Gauss-Seidel
 * iteration for G u = r.
 */
function predictResiduals(
  kernels: Kernels,
  { network, initial }: Start,
  { rows: n, columns, inputs, targets }: Examples,
  batchSize: number,
  epochs: number,
): readonly number[] {
  const linearization = linearize(network, initial, { data: inputs, shape: [n, columns] }, { kernels });
  const gram = linearization.gram();
  const r = linearization.outputs.map((f, i) => f - targets[i]!);
  const blocks = Array.from({ length: n / batchSize }, (_, b) => {
    const block = kernels.allocate("float64", batchSize ** 2);
    const place = (b * n + b) * batchSize;
    for (let i = 0; i < batchSize; i++)
      block.set(gram.subarray(place + i * n, place + i * n + batchSize), i * batchSize);
    const solver = symmetricSolver(kernels, batchSize);
    solver.load(batchSize, block);
    solver.factorize(null, 0);
    return solver;
  });
  const u = kernels.allocate("float64", batchSize);
  const norms = [Math.hypot(...r)];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [b, solver] of blocks.entries()) {
      u.set(r.subarray(b * batchSize, (b + 1) * batchSize));
      solver.apply(u);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < batchSize; j++) r[i]! -= gram[i * n + b * batchSize + j]! * u[j]!;
    }
    norms.push(Math.hypot(...r));
  }
  return norms;
}
