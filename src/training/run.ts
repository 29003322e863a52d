import type { PlannedResidual } from "../linearization/residual.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import type { Step, StepReport } from "../optimizers/optimizer.ts";
import type { PriorState } from "../optimizers/prior.ts";
import { type RandomState, randomFrom, seedRandom } from "../random/random.ts";
import { type Batches, divideBatches } from "./batches.ts";
import { type Best, keepBest } from "./best.ts";
import { type ProgressReporter, progressReporter, secondsLeft } from "./epoch-progress.ts";
import { copyPlain, placePlain } from "./plain.ts";
import { type Stop, stopAfterEpoch, stopAfterStep } from "./stop.ts";
import type { EpochEvent, StepEvent, Training, TrainingResult } from "./training.ts";

/** All that a training goes on from, as plain data: the same numbers follow as if it had never been saved. */
export interface SavedRun {
  readonly step: number;
  readonly epoch: number;
  /** Batches of the epoch that are done. */
  readonly batch: number;
  readonly parameters: Float64Array;
  /** Of the optimizer. */
  readonly state: unknown;
  readonly order: Int32Array;
  readonly random: RandomState;
  /** Of the changes of examples; null where there are none. */
  readonly changes: RandomState | null;
  readonly best: { readonly error: number; readonly epoch: number; readonly parameters: Float64Array };
  readonly bestTrainLosses: readonly number[];
  readonly history: readonly EpochEvent[];
  readonly elapsedMs: number;
  readonly recordingMs: number;
  /** Why it ended; null while it goes on. Opened again, a run goes on where a limit ended it that was raised. */
  readonly stop: Stop | null;
}

/** A training that can be held after each step, saved, and gone on with. */
export interface Run {
  /** The parameters now. */
  readonly parameters: ParameterVector;
  /** Why it ended; null as long as it goes on. */
  readonly stop: Stop | null;
  /**
   * Takes the next batch and makes a step; after the last batch of an epoch measures the errors, and keeps the best network.
   * To be called while `stop` is null.
   *
   * @returns What the step did, in an object that the next one overwrites.
   */
  step(): StepReport;
  /** A copy of all that it goes on from. */
  save(): SavedRun;
  /** What it has led to until now. @throws {Error} As long as `stop` is null. */
  result(): TrainingResult;
}

/**
 * Begins a training, or goes on with one that was saved, of the same data with the same options:
 *
 *     data -> batch -> linearize -> damp and solve -> step -> report
 *
 * Numerical failure is a reason to stop, never an exception.
 */
export function openRun(training: Training, saved: SavedRun | null = null): Run {
  const loop = prepare(training, saved);
  const { residual, batches, parameters } = loop;
  if (!saved) recordEpoch(loop, null);
  return {
    parameters,
    get stop() {
      return loop.stop;
    },
    step() {
      if (loop.batch === 0) beginEpoch(loop);
      loadBatch(loop);
      residual.linearize(parameters);
      const { loss } = residual;
      const report = loop.takeStep(loop.state, residual, parameters);
      loop.step++;
      loop.batch++;
      training.onStep?.(stepEvent(loop, report, loss));
      loop.stop = stopAfterStep(
        training.limits,
        { step: loop.step, elapsedMs: elapsedOf(loop), failure: report.failure },
        training.signal?.aborted === true,
        batches.count,
      );
      loop.progress.report(loop.batch, loop.step, performance.now());
      // What it goes on from within an epoch is as if nothing had been measured there.
      if (loop.stop && loop.batch < batches.count) loop.held = save(loop);
      if (loop.stop || loop.batch === batches.count) endEpoch(loop, report);
      return report;
    },
    save: () => loop.held ?? save(loop),
    result: () => resultOf(loop),
  };
}

/** Everything that a run holds. */
interface Loop {
  readonly training: Training;
  readonly residual: PlannedResidual;
  readonly parameters: ParameterVector;
  readonly scratch: ParameterVector;
  readonly state: unknown;
  readonly takeStep: Step;
  readonly random: RandomState;
  readonly batches: Batches;
  readonly best: Best;
  readonly progress: ProgressReporter;
  readonly history: EpochEvent[];
  /** After each epoch, the least training loss until then. */
  readonly bestTrainLosses: number[];
  /** When it would have begun, had it run without a break. */
  readonly start: number;
  /** Time spent in `recordEpoch`. */
  recordingMs: number;
  step: number;
  epoch: number;
  /** Batches of the epoch that are done. */
  batch: number;
  stop: Stop | null;
  /** What a run that was stopped within an epoch goes on from. */
  held: SavedRun | null;
}

function prepare(training: Training, saved: SavedRun | null): Loop {
  const { kernels, dtype, trainRows, batchSize, seed, optimizer } = training;
  const random = saved ? saved.random.slice() : seedRandom(seed);
  const batches = divideBatches(saved?.order ?? trainRows, batchSize, randomFrom(random));
  const residual = training.residual.plan(kernels, dtype, batches.largest);
  const { space } = residual;
  const parameters = space.vector();
  parameters.flat.set(saved?.parameters ?? training.initial);
  if (saved?.changes) residual.random!.set(saved.changes);
  if (batches.count === 1 && !residual.varies) residual.load(batches.order, 0, batches.order.length);
  const start = performance.now() - (saved?.elapsedMs ?? 0);
  return {
    training,
    residual,
    parameters,
    scratch: space.vector(),
    state: saved ? placePlain(kernels, saved.state) : optimizer.init(space),
    takeStep: optimizer.plan(space),
    random,
    batches,
    best: keepBest(parameters.flat, saved?.best),
    progress: progressReporter(training.limits, start, training.onProgress),
    history: [...(saved?.history ?? [])],
    bestTrainLosses: [...(saved?.bestTrainLosses ?? [])],
    start,
    recordingMs: saved?.recordingMs ?? 0,
    step: saved?.step ?? 0,
    epoch: saved?.epoch ?? 0,
    batch: saved?.batch ?? 0,
    stop: saved?.stop ? stopThatHolds(training, saved.stop, saved, batches) : null,
    held: null,
  };
}

/** Why a saved run has ended, if it still has: a limit may have been raised, and a signal is of its own run. */
function stopThatHolds(
  { limits }: Training,
  stop: Stop,
  { step, elapsedMs }: SavedRun,
  { count }: Batches,
): Stop | null {
  const isLimit = stop.reason === "max-steps" || stop.reason === "time-limit" || stop.reason === "aborted";
  return isLimit ? stopAfterStep(limits, { step, elapsedMs, failure: null }, false, count) : stop;
}

function save(loop: Loop): SavedRun {
  const { parameters, state, batches, random, residual, best, bestTrainLosses, history } = loop;
  return {
    step: loop.step,
    epoch: loop.epoch,
    batch: loop.batch,
    parameters: Float64Array.from(parameters.flat),
    state: copyPlain(state),
    order: batches.order.slice(),
    random: random.slice(),
    changes: residual.random?.slice() ?? null,
    best: { error: best.error, epoch: best.epoch, parameters: Float64Array.from(best.parameters) },
    bestTrainLosses: [...bestTrainLosses],
    history: [...history],
    elapsedMs: elapsedOf(loop),
    recordingMs: loop.recordingMs,
    stop: loop.stop,
  };
}

function elapsedOf({ start }: Loop): number {
  return performance.now() - start;
}

function stepEvent(loop: Loop, report: StepReport, loss: number): StepEvent {
  const { damping, gainRatio, learningRate } = report;
  const { step, epoch, residual } = loop;
  const meanLoss = loss / residual.linearization.rows;
  const seconds = elapsedOf(loop) / 1000;
  return { step, epoch: epoch + 1, seconds, loss: meanLoss, damping, gainRatio, learningRate };
}

function beginEpoch({ batches, progress, epoch }: Loop): void {
  batches.shuffle();
  progress.begin(epoch + 1, batches.count);
}

function endEpoch(loop: Loop, report: StepReport): void {
  loop.epoch++;
  loop.batch = 0;
  recordEpoch(loop, report);
  loop.stop ??= stopAfterEpoch(loop.training.limits, epochProgressOf(loop));
}

/** Takes the next batch, and says which comes after it: reading that can begin. All rows in one batch stay where they are. */
function loadBatch({ residual, batches, batch }: Loop): void {
  const { order, count, start } = batches;
  if (count === 1 && !residual.varies) return;
  const [begin, end] = [start(batch), start(batch + 1)];
  residual.load(order, begin, end - begin);
  if (batch + 1 < count) residual.prefetch(order, end, start(batch + 2) - end);
}

/** Measures the errors, keeps the best network, and reports. */
function recordEpoch(loop: Loop, report: StepReport | null): void {
  const { training, parameters, history, bestTrainLosses } = loop;
  const begin = performance.now();
  const train = rootMeanSquare(loop, training.trainRows)!;
  const validation = rootMeanSquare(loop, training.validationRows);
  const least = bestTrainLosses.at(-1) ?? Number.POSITIVE_INFINITY;
  // A NaN loss is no new least; Math.min would let it pass.
  bestTrainLosses.push(Number.isNaN(train) ? least : Math.min(train ** 2, least));
  loop.best.offer(validation ?? train, loop.epoch, parameters.flat);
  const seconds = elapsedOf(loop) / 1000;
  const event: EpochEvent = {
    step: loop.step,
    epoch: loop.epoch,
    seconds,
    secondsLeft: secondsLeft(training.limits, loop.step, seconds),
    train,
    validation,
    best: loop.best.error,
    damping: report?.damping ?? null,
    gainRatio: report?.gainRatio ?? null,
    learningRate: report?.learningRate ?? 0,
    gradientNorm: report ? gradientNorm(loop) : 0,
    form: report?.form ?? null,
  };
  history.push(event);
  training.onEpoch?.(event);
  loop.recordingMs += performance.now() - begin;
}

function rootMeanSquare({ residual, parameters }: Loop, rows: Int32Array): number | null {
  const { length } = rows;
  if (length === 0) return null;
  return Math.sqrt(residual.sumOfSquares(parameters, rows, length) / residual.rowsOf(rows, length));
}

/** ‖Jᵀ r‖ / n of the last batch, where the step left its linearization: where it began, but for a few methods. */
function gradientNorm({ residual, scratch }: Loop): number {
  const { linearization, residuals, space } = residual;
  linearization.pullback(residuals, scratch);
  return Math.sqrt(space.kernels.dot(space.parameters, scratch.flat, scratch.flat)) / linearization.rows;
}

function epochProgressOf({ epoch, bestTrainLosses, best, history }: Loop) {
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

function resultOf(loop: Loop): TrainingResult {
  const { training, state, best, parameters, stop, history } = loop;
  if (!stop) throw new Error("bug: a training has no result before it has ended");
  const elapsedMs = elapsedOf(loop);
  return {
    parameters: Float64Array.from(best.parameters),
    last: Float64Array.from(parameters.flat),
    stop,
    steps: loop.step,
    epochs: loop.epoch,
    seconds: elapsedMs / 1000,
    stepSeconds: (elapsedMs - loop.recordingMs) / 1000,
    history,
    bestEpoch: best.epoch,
    prior: copyPlain(training.optimizer.prior?.(state) ?? null) as PriorState | null,
  };
}
