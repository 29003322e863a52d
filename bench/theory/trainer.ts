import type { Kernels } from "../../src/kernels/kernels.ts";
import type { Optimizer, StepReport } from "../../src/optimizers/optimizer.ts";
import { seededRandom } from "../../src/random/random.ts";
import { type Dataset, loadDataset, plainInputs } from "../../src/residuals/dataset.ts";
import { planEvaluator } from "../../src/residuals/evaluator.ts";
import { networkResidual } from "../../src/residuals/network-residual.ts";
import { divideBatches } from "../../src/training/batches.ts";
import { openSteps } from "../steps.ts";
import type { Examples } from "./examples.ts";
import type { Start } from "./wide-network.ts";

/** What is trained, how. */
export interface TrainerOptions {
  readonly kernels: Kernels;
  readonly start: Start;
  readonly examples: Examples;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  /** Of the order of the batches in each epoch; null keeps one order: cyclic batches. */
  readonly shuffleSeed: number | null;
}

/** A training run in float64 that is taken step by step, so that a clock can stand still between the steps. */
export interface Trainer {
  /** Batches in an epoch. */
  readonly batches: number;
  /** Takes the step of the next batch. */
  step(): StepReport;
  /** ‖f - y‖ over all training rows. */
  residualNorm(): number;
  /** Places examples where `rms` can read them. */
  load(examples: Examples): Dataset;
  /** The root of the mean of (f - y)² over loaded examples. */
  rms(dataset: Dataset): number;
  /** f of a row-major matrix of inputs. */
  predict(inputs: Float64Array): Float64Array;
}

/** Prepares a training run. */
export function openTrainer(options: TrainerOptions): Trainer {
  const { kernels, start, examples, optimizer, batchSize, shuffleSeed } = options;
  const { network } = start;
  const load = ({ rows, inputs, targets }: Examples) =>
    loadDataset(kernels, "float64", rows, inputs, targets);
  const dataset = load(examples);
  const evaluator = planEvaluator(kernels, network, "float64");
  const batches = divideBatches(allRows(examples.rows), batchSize, seededRandom(shuffleSeed ?? 0));
  const { parameters, step } = openSteps({
    kernels,
    dtype: "float64",
    residual: networkResidual(network, dataset),
    initial: start.initial,
    optimizer,
    batches,
    shuffles: shuffleSeed !== null,
  });
  const sumOfSquares = (data: Dataset) =>
    evaluator.sumOfSquares(parameters, data, allRows(data.rows), data.rows);
  return {
    batches: batches.count,
    step,
    residualNorm: () => Math.sqrt(sumOfSquares(dataset)),
    load,
    rms: (data) => Math.sqrt(sumOfSquares(data) / data.rows),
    predict(inputs) {
      const rows = inputs.length / network.inputs;
      const source = plainInputs(inputs, network.inputs);
      return evaluator.predict(parameters, source, rows, new Float64Array(rows));
    },
  };
}

function allRows(rows: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => i);
}
