import { performance } from "node:perf_hooks";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { selectKernels } from "../../src/kernels/select-kernels.ts";
import type { Space } from "../../src/linearization/space.ts";
import { initialize } from "../../src/network/initialize.ts";
import type { ParameterVector } from "../../src/network/parameter-vector.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { drawTask, type Task } from "./tasks.ts";
import { openTrainer } from "./trainer.ts";

/** A method with everything that it is run with. */
export interface Method {
  readonly name: string;
  readonly optimizer: Optimizer;
  /** Rows of a batch; null is all of them. */
  readonly batchSize: number | null;
  readonly steps: number;
}

/** A training run: errors are root mean squares in units of the targets' standard deviation. */
export interface TaskRun {
  readonly points: readonly RunPoint[];
  /** The point of the least validation error: the network that would be kept. */
  readonly best: RunPoint;
}

/** Where a run stood after so many steps. */
export interface RunPoint {
  readonly step: number;
  /** The time of the steps alone: the clock stands still while errors are measured. */
  readonly seconds: number;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** Trains a standard network on a task; the seed draws the rows, the network and the order of the batches. */
export function runTask(
  task: Task,
  method: Method,
  seed: number,
  kernels: Kernels = selectKernels("auto", 1),
): TaskRun {
  const { train, validation, test } = drawTask(task, seed);
  const trainer = openTrainer({
    kernels,
    start: { network: task.network, initial: initialize(task.network, seed) },
    examples: train,
    optimizer: method.optimizer,
    batchSize: method.batchSize ?? train.rows,
    shuffleSeed: seed,
  });
  const data = [train, validation, test].map(trainer.load);
  const points: RunPoint[] = [];
  let seconds = 0;
  let step = 0;
  const measure = () => {
    const [ofTrain, ofValidation, ofTest] = data.map(trainer.rms) as [number, number, number];
    points.push({ step, seconds, train: ofTrain, validation: ofValidation, test: ofTest });
  };
  measure();
  for (const next of reportedSteps(method.steps)) {
    const start = performance.now();
    for (; step < next; step++) trainer.step();
    seconds += (performance.now() - start) / 1000;
    measure();
    // NaN and Infinity end a run.
    if (!(points.at(-1)!.train < 1e6)) break;
  }
  return { points, best: points.reduce((a, b) => (b.validation < a.validation ? b : a)) };
}

/** The steps after which errors are measured: all of the first ten, then twenty in each tenfold. */
export function reportedSteps(steps: number): readonly number[] {
  const chosen = new Set<number>();
  for (let step = 1; step < steps; step = Math.max(step + 1, Math.round(step * 10 ** (1 / 20))))
    chosen.add(step);
  return [...chosen, steps];
}

/**
 * Lets the learning rate of a method fall to 0 along half a cosine (Loshchilov and Hutter 2017) over so many steps.
 *
 * @param at The method at a learning rate; its state must not depend on it.
 */
export function cosineSchedule(
  at: (learningRate: number) => Optimizer,
  rate: number,
  steps: number,
): Optimizer {
  const first = at(rate);
  const optimizer: Optimizer<{ inner: unknown; step: number }> = {
    name: first.name,
    init: (space) => ({ inner: first.init(space), step: 0 }),
    plan(space) {
      const kept: ParameterVector[] = [];
      /** A space that gives the same vectors to the plan of each step: nothing in them outlives it. */
      const reuse = (): Space => {
        let used = 0;
        const vector = () => {
          kept[used] ??= space.vector();
          return kept[used++]!;
        };
        return { ...space, vector };
      };
      return (state, problem, parameters) => {
        const share = Math.min(state.step / steps, 1);
        state.step++;
        // Never 0: the methods refuse it.
        const now = Math.max((rate * (1 + Math.cos(Math.PI * share))) / 2, rate * 1e-6);
        return at(now).plan(reuse())(state.inner, problem, parameters);
      };
    },
  };
  return optimizer;
}
