import type { Kernels } from "../kernels/kernels.ts";
import { initialize } from "../network/initialize.ts";
import type { Network } from "../network/network.ts";
import { datasetOf } from "../residuals/dataset.ts";
import { networkResidual } from "../residuals/network-residual.ts";
import { type Stop, stopDefaults } from "../training/stop.ts";
import { train } from "../training/train.ts";
import type { Training, TrainingResult } from "../training/training.ts";
import { evidenceFromThere } from "./choose-optimizer.ts";
import { type Examples, knownRows } from "./examples.ts";
import { continued, joinTrainings, notBegun, type Reached } from "./join-trainings.ts";
import { type FitOptions, fitDefaults, type TrainingPlace } from "./options.ts";
import type { Recipe } from "./recipe.ts";

/** What all trainings of a member share. */
export interface MemberTask {
  readonly recipe: Recipe;
  readonly examples: Examples;
  readonly options: FitOptions;
  /** From 0. */
  readonly member: number;
  /** When the time limit ends, on the clock of `performance.now`. */
  readonly deadline: number;
  /** Each training, and each member, gets kernels, and so a memory, of its own: it is given back when that is over. */
  makeKernels(): Kernels;
}

/** What the seeds of two members differ by, so that no two members of neighbouring seeds are the same. */
const seedStride = 7919;

/** A shape that was tried. */
export interface TriedShape {
  readonly network: Network;
  readonly result: TrainingResult;
  /** Steps over all rows that led to the best network; mini-batches before them do not count. */
  readonly stepsOverAll: number;
  /** The least validation error, or training error where nothing validates; in deviations of the target. */
  readonly error: number;
}

/** Whether training ended since it did not get further. */
function endedByItself({ reason }: Stop): boolean {
  return reason === "validation" || reason === "converged" || reason === "stalled";
}

/** Whether training ended from outside. */
export function isCutShort({ reason }: Stop): boolean {
  return reason === "aborted" || reason === "time-limit";
}

/** Trains a network of one shape by the recipe's batches, and polishes what they found over all rows. */
export async function trainShape(
  task: MemberTask,
  network: Network,
  place: TrainingPlace,
): Promise<TriedShape> {
  const { recipe, examples } = task;
  const { optimizer, batchSize, limits, polish } = recipe;
  const seed = (task.options.seed ?? fitDefaults.seed) + place.member * seedStride;
  const shared = { network, ...rowsOf(examples), seed };
  const initial = initialize(network, seed);
  const stage = { ...shared, ...observers(task, place, notBegun), initial, optimizer, batchSize, limits };
  const first = await train(trainingOf(task, stage));
  const steps = limits.maxSteps - first.steps;
  if (!polish || !endedByItself(first.stop) || steps <= 0)
    return triedShape(network, first, polish ? 0 : first.bestEpoch);
  const second = await train(
    trainingOf(task, {
      ...shared,
      ...observers(task, place, first),
      initial: first.parameters,
      optimizer: polish.optimizer,
      batchSize: examples.split.train.length,
      limits: { ...polish.limits, maxSteps: Math.min(polish.limits.maxSteps, steps) },
    }),
  );
  const stepsOverAll = second.stop.reason === "diverged" ? 0 : second.bestEpoch;
  return triedShape(network, joinTrainings(first, second), stepsOverAll);
}

function triedShape(network: Network, result: TrainingResult, stepsOverAll: number): TriedShape {
  return { network, result, stepsOverAll, error: result.history[result.bestEpoch]!.best };
}

function rowsOf({ split }: Examples): Pick<Training, "trainRows" | "validationRows"> {
  return { trainRows: split.train, validationRows: split.validation };
}

/** Who is told about a training that goes on where another ended. */
function observers(
  { options: { onEpoch, onStep, onProgress } }: MemberTask,
  place: TrainingPlace,
  before: Reached,
): Pick<Training, "onEpoch" | "onStep" | "onProgress"> {
  return {
    onEpoch:
      onEpoch &&
      ((event) => {
        // Where the second training begins the first has been reported.
        if (event.epoch > 0 || before === notBegun) onEpoch({ ...continued(event, before), ...place });
      }),
    onStep: onStep && ((event) => onStep({ ...continued(event, before), ...place })),
    onProgress: onProgress && ((progress) => onProgress({ ...continued(progress, before), ...place })),
  };
}

/** What differs between the trainings of a member. */
type Stage = Omit<Training, "kernels" | "dtype" | "residual" | "signal"> & { readonly network: Network };

/** A training in a memory of its own, until the fit's deadline at most. */
function trainingOf(
  { recipe: { dtype }, examples, options, deadline, makeKernels }: MemberTask,
  { network, ...stage }: Stage,
): Training {
  const kernels = makeKernels();
  const inputs = examples.inputs.source(kernels, dtype);
  const dataset = datasetOf(kernels, dtype, examples.rows, inputs, examples.targets);
  return {
    ...stage,
    kernels,
    dtype,
    residual: networkResidual(network, dataset, options.jacobianMemory),
    limits: { ...stage.limits, timeLimitMs: Math.max(0, deadline - performance.now()) },
    signal: options.signal,
  };
}

/** Steps of `refit`, as a share of the steps to the best network, and at most. */
const refitShare = 1 / 3;
const mostRefitSteps = 20;

/**
 * Lets a trained network learn from the validation rows too: from the best network on, over all rows that may teach,
 * with the prior re-estimated first. Where the best network came early, the data are noisy, and more than a few steps
 * would fit the noise: so a third as many as it took to get there. Null where that is none, or no time is left for one,
 * or where the refit diverges.
 */
export async function refit(
  task: MemberTask,
  { network, stepsOverAll, result: { parameters } }: TriedShape,
): Promise<Float64Array | null> {
  const steps = Math.min(Math.round(refitShare * stepsOverAll), mostRefitSteps);
  if (steps === 0) return null;
  const rows = knownRows(task.examples);
  const taught = await train(
    trainingOf(task, {
      network,
      initial: parameters,
      trainRows: rows,
      validationRows: new Int32Array(),
      optimizer: evidenceFromThere(),
      batchSize: rows.length,
      seed: 0,
      limits: { ...stopDefaults, maxSteps: steps, tolerance: 0 },
    }),
  );
  return taught.steps > 0 && taught.stop.reason !== "diverged" ? taught.last : null;
}
