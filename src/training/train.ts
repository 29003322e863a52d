import type { DType, Kernels } from "../kernels/kernels.ts";
import type { Network } from "../network/network.ts";
import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import {
  type Optimizer,
  type ParameterSpace,
  parameterSpace,
  type StepReport,
} from "../optimizers/optimizer.ts";
import { seededRandom } from "../random/random.ts";
import { type BatchProblem, batchProblem } from "./batch-problem.ts";
import { type Batches, divideBatches } from "./batches.ts";
import { type Best, keepBest } from "./best.ts";
import type { Dataset } from "./dataset.ts";
import {
  type EpochProgress,
  type ProgressReporter,
  progressReporter,
  secondsLeft,
} from "./epoch-progress.ts";
import { type Evaluator, planEvaluator } from "./evaluator.ts";
import { type Stop, type StopLimits, stopAfterEpoch, stopAfterStep } from "./stop.ts";

/** What is trained, on what, how. */
export interface Training {
  readonly kernels: Kernels;
  readonly dtype: DType;
  readonly network: Network;
  /** Where training starts; left as it is. */
  readonly initial: Float64Array;
  readonly dataset: Dataset;
  readonly trainRows: Int32Array;
  /** Rows that choose the best network and stop the training; may be empty. */
  readonly validationRows: Int32Array;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  /** Bytes that the rows of J of one layer may take at once. Default 256 MiB. */
  readonly rowBytes?: number | undefined;
  /** Of the order of the batches. */
  readonly seed: number;
  readonly limits: StopLimits;
  readonly signal?: AbortSignal | undefined;
  readonly onEpoch?: ((event: EpochEvent) => void) | undefined;
  /** Called after each step. */
  readonly onStep?: ((event: StepEvent) => void) | undefined;
  /** Called within epochs that take a while, a few times a second. */
  readonly onProgress?: ((progress: EpochProgress) => void) | undefined;
}

/** An epoch, for people to follow: errors are root mean squares of standardized residuals. */
export interface EpochEvent {
  readonly step: number;
  readonly epoch: number;
  readonly seconds: number;
  /** Until the nearest limit on steps or time; null where there is none. */
  readonly secondsLeft: number | null;
  readonly train: number;
  readonly validation: number | null;
  /** The least so far of `validation`, or of `train` where there are no validation rows. */
  readonly best: number;
  readonly damping: number | null;
  readonly gainRatio: number | null;
  readonly learningRate: number;
  /** ‖Jᵀ r‖ / n on the epoch's last batch, where its step last linearized: before it, for most methods. */
  readonly gradientNorm: number;
  readonly form: "gram" | "primal" | null;
}

/** A step, told at once: it costs next to nothing. */
export interface StepEvent {
  /** Steps until now, this one counted. */
  readonly step: number;
  /** The epoch that it belongs to, from 1. */
  readonly epoch: number;
  readonly seconds: number;
  /** ½ ‖r‖² / n of its batch where it began, of standardized residuals. */
  readonly loss: number;
  readonly damping: number | null;
  readonly gainRatio: number | null;
  readonly learningRate: number;
}

/** What training left. */
export interface TrainingResult {
  /** The best network, never the last one if that was worse. */
  readonly parameters: Float64Array;
  /** The network where training ended. */
  readonly last: Float64Array;
  readonly stop: Stop;
  readonly steps: number;
  readonly epochs: number;
  readonly seconds: number;
  /** Of `seconds`, those of the steps: without the errors that are measured after each epoch. */
  readonly stepSeconds: number;
  readonly history: readonly EpochEvent[];
  readonly bestEpoch: number;
}

/**
 * Time after which the loop lets other work run: progress, Ctrl-C, a page's events. Not at each step: a promise
 * costs more than a small step.
 */
const breathMs = 40;

/**
 * Trains a network:
 *
 *     data -> batch -> linearize -> damp and solve -> step -> report
 *
 * until a rule of `stop.ts` ends it, and keeps the best network. Numerical failure is a reason to stop, never an
 * exception.
 */
export async function train(training: Training): Promise<TrainingResult> {
  const run = prepare(training);
  const { problem, batches, parameters } = run;
  const state = training.optimizer.init(run.space);
  let stop: Stop | null = null;
  recordEpoch(run, null);

  while (!stop) {
    let report: StepReport | null = null;
    batches.shuffle();
    run.progress.begin(run.epoch + 1, batches.count);
    for (let b = 0; b < batches.count && !stop; b++) {
      loadBatch(run, b);
      problem.linearize(parameters);
      const { loss } = problem;
      report = training.optimizer.step(state, problem, parameters);
      run.step++;
      if (training.onStep) training.onStep(stepEvent(run, report, loss));
      stop = stopAfterStep(
        training.limits,
        progressOf(run, report),
        training.signal?.aborted === true,
        batches.count,
      );
      const now = performance.now();
      run.progress.report(b + 1, run.step, now);
      if (now - run.lastBreath > breathMs) await breathe(run);
    }
    run.epoch++;
    recordEpoch(run, report);
    stop ??= stopAfterEpoch(training.limits, epochProgressOf(run));
  }
  return finish(run, stop);
}

function stepEvent({ step, epoch, start, problem, space }: Run, report: StepReport, loss: number): StepEvent {
  const { damping, gainRatio, learningRate } = report;
  const seconds = (performance.now() - start) / 1000;
  const n = problem.examples * space.outputs;
  return { step, epoch: epoch + 1, seconds, loss: loss / n, damping, gainRatio, learningRate };
}

/** Takes batch b, and says which comes next: reading it can begin. */
function loadBatch({ problem, batches, training }: Run, b: number): void {
  const { order, count, start } = batches;
  const [begin, end] = [start(b), start(b + 1)];
  problem.load(order, begin, end - begin);
  if (b + 1 < count) training.dataset.inputs.prefetch?.(order, end, start(b + 2) - end);
}

/** Everything that a run holds. */
interface Run {
  readonly training: Training;
  readonly space: ParameterSpace;
  readonly parameters: ParameterVector;
  readonly scratch: ParameterVector;
  readonly problem: BatchProblem;
  readonly evaluator: Evaluator;
  readonly batches: Batches;
  readonly best: Best;
  readonly progress: ProgressReporter;
  readonly history: EpochEvent[];
  /** After each epoch, the least training loss until then. */
  readonly bestTrainLosses: number[];
  readonly start: number;
  lastBreath: number;
  /** Time spent in `recordEpoch`. */
  recordingMs: number;
  step: number;
  epoch: number;
}

function prepare(training: Training): Run {
  const { kernels, dtype, network, dataset, trainRows, batchSize, rowBytes, seed } = training;
  const batches = divideBatches(trainRows, batchSize, seededRandom(seed));
  const space = parameterSpace(kernels, dtype, network, batches.largest);
  const evaluator = planEvaluator(kernels, network, dtype);
  const parameters = allocateParameters(kernels, dtype, space.blocks);
  parameters.flat.set(training.initial);
  const now = performance.now();
  return {
    training,
    space,
    parameters,
    scratch: allocateParameters(kernels, dtype, space.blocks),
    problem: batchProblem(kernels, network, dtype, dataset, evaluator, batches.largest, rowBytes),
    evaluator,
    batches,
    best: keepBest(parameters.flat),
    progress: progressReporter(training.limits, now, training.onProgress),
    history: [],
    bestTrainLosses: [],
    start: now,
    lastBreath: now,
    recordingMs: 0,
    step: 0,
    epoch: 0,
  };
}

/** Measures the errors, keeps the best network, and reports. */
function recordEpoch(run: Run, report: StepReport | null): void {
  const { training, parameters, history, bestTrainLosses } = run;
  const begin = performance.now();
  const train = rootMeanSquare(run, training.trainRows)!;
  const validation = rootMeanSquare(run, training.validationRows);
  const least = bestTrainLosses.at(-1) ?? Number.POSITIVE_INFINITY;
  // A NaN loss is no new least; Math.min would let it pass.
  bestTrainLosses.push(Number.isNaN(train) ? least : Math.min(train ** 2, least));
  run.best.offer(validation ?? train, run.epoch, parameters.flat);
  const seconds = (performance.now() - run.start) / 1000;
  const event: EpochEvent = {
    step: run.step,
    epoch: run.epoch,
    seconds,
    secondsLeft: secondsLeft(training.limits, run.step, seconds),
    train,
    validation,
    best: run.best.error,
    damping: report?.damping ?? null,
    gainRatio: report?.gainRatio ?? null,
    learningRate: report?.learningRate ?? 0,
    gradientNorm: report ? gradientNorm(run) : 0,
    form: report?.form ?? null,
  };
  history.push(event);
  training.onEpoch?.(event);
  run.recordingMs += performance.now() - begin;
}

function rootMeanSquare({ training, evaluator, parameters }: Run, rows: Int32Array): number | null {
  if (rows.length === 0) return null;
  const sum = evaluator.sumOfSquares(parameters, training.dataset, rows, rows.length);
  return Math.sqrt(sum / (rows.length * training.dataset.outputs));
}

/** ‖Jᵀ r‖ / n of the last batch, where the step left its linearization: where it began, but for a few methods. */
function gradientNorm({ problem, scratch, space }: Run): number {
  problem.linearization.pullback(problem.residuals, scratch);
  const n = problem.examples * space.outputs;
  return Math.sqrt(space.kernels.dot(space.count, scratch.flat, scratch.flat)) / n;
}

function progressOf(run: Run, report: StepReport) {
  return {
    step: run.step,
    epoch: run.epoch,
    elapsedMs: performance.now() - run.start,
    failure: report.failure,
  };
}

function epochProgressOf(run: Run) {
  const { epoch, bestTrainLosses, best, history } = run;
  const { train, validation } = history[history.length - 1]!;
  return {
    epoch,
    trainLoss: train ** 2,
    bestTrainLosses,
    validationLoss: validation,
    bestValidationLoss: best.error,
    bestEpoch: best.epoch,
  };
}

/** Lets other work run. */
async function breathe(run: Run): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  run.lastBreath = performance.now();
}

function finish(run: Run, stop: Stop): TrainingResult {
  const elapsedMs = performance.now() - run.start;
  return {
    parameters: Float64Array.from(run.best.parameters),
    last: Float64Array.from(run.parameters.flat),
    stop,
    steps: run.step,
    epochs: run.epoch,
    seconds: elapsedMs / 1000,
    stepSeconds: (elapsedMs - run.recordingMs) / 1000,
    history: run.history,
    bestEpoch: run.best.epoch,
  };
}
