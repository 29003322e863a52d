import type { Kernels } from "../kernels/kernels.ts";
import { initialize } from "../network/initialize.ts";
import type { Network } from "../network/network.ts";
import { datasetOf } from "../training/dataset.ts";
import type { EpochProgress } from "../training/epoch-progress.ts";
import { type Stop, stopDefaults } from "../training/stop.ts";
import {
  type EpochEvent,
  type StepEvent,
  type Training,
  type TrainingResult,
  train,
} from "../training/train.ts";
import { evidenceFromThere } from "./choose-optimizer.ts";
import { type Examples, knownRows } from "./examples.ts";
import { continued, joinTrainings, notBegun, type Reached } from "./join-trainings.ts";
import { type FitOptions, fitDefaults, type TrainingPlace } from "./options.ts";
import type { Recipe } from "./recipe.ts";

/** What all trainings of a member share. */
export interface Trainer {
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

/** Trains one network of each shape; the best comes first. Without validation rows, the first shape alone. */
export async function trainShapes(trainer: Trainer): Promise<readonly [TriedShape, ...TriedShape[]]> {
  const { recipe, examples } = trainer;
  const shapes = examples.split.validation.length > 0 ? recipe.networks : [recipe.networks[0]];
  const tried: TriedShape[] = [];
  for (const [shape, network] of shapes.entries()) {
    const place = { member: trainer.member, members: recipe.members, shape, shapes: shapes.length };
    const trained = await trainShape(trainer, network, place);
    const { history, bestEpoch, stop } = trained.result;
    tried.push({ network, ...trained, error: history[bestEpoch]!.best });
    if (isCutShort(stop)) break;
  }
  const last = tried.at(-1)!.result.stop;
  const [best, ...others] = tried.sort((a, b) => a.error - b.error);
  // Whichever is best: what cut the last one short ends all that would follow.
  const stop = isCutShort(last) ? last : best!.result.stop;
  return [{ ...best!, result: { ...best!.result, stop } }, ...others];
}

/** Whether training ended since it did not get further. */
function endedByItself({ reason }: Stop): boolean {
  return reason === "validation" || reason === "converged" || reason === "stalled";
}

/** Whether training ended from outside. */
export function isCutShort({ reason }: Stop): boolean {
  return reason === "aborted" || reason === "time-limit";
}

/** Trains by the recipe's batches, and polishes what they found over all rows. */
async function trainShape(
  trainer: Trainer,
  network: Network,
  place: TrainingPlace,
): Promise<Omit<TriedShape, "error" | "network">> {
  const { recipe, examples, options } = trainer;
  const seed = (options.seed ?? fitDefaults.seed) + place.member * seedStride;
  const { onEpoch, onStep, onProgress } = options;
  const { polish } = recipe;
  const { train: trainRows, validation: validationRows } = examples.split;
  const part = (before: Reached) => ({
    network,
    trainRows,
    validationRows,
    seed,
    onEpoch:
      onEpoch &&
      ((event: EpochEvent) => {
        // Where the second training begins the first has been reported.
        if (event.epoch > 0 || before === notBegun) onEpoch({ ...continued(event, before), ...place });
      }),
    onStep: onStep && ((event: StepEvent) => onStep({ ...continued(event, before), ...place })),
    onProgress:
      onProgress && ((progress: EpochProgress) => onProgress({ ...continued(progress, before), ...place })),
  });
  const initial = initialize(network, seed);
  const { optimizer, batchSize, limits } = recipe;
  const first = await trainFrom(trainer, { ...part(notBegun), initial, optimizer, batchSize, limits });
  const steps = limits.maxSteps - first.steps;
  if (!polish || !endedByItself(first.stop) || steps <= 0)
    return { result: first, stepsOverAll: polish ? 0 : first.bestEpoch };
  const second = await trainFrom(trainer, {
    ...part(first),
    initial: first.parameters,
    optimizer: polish.optimizer,
    batchSize: trainRows.length,
    limits: { ...polish.limits, maxSteps: Math.min(polish.limits.maxSteps, steps) },
  });
  const stepsOverAll = second.stop.reason === "diverged" ? 0 : second.bestEpoch;
  return { result: joinTrainings(first, second), stepsOverAll };
}

/** What differs between the trainings of a member. */
type Part = Omit<Training, "kernels" | "dtype" | "dataset" | "signal">;

/** Trains in a memory of its own, until the fit's deadline at most. */
function trainFrom(
  { recipe, examples, options, deadline, makeKernels }: Trainer,
  part: Part,
): Promise<TrainingResult> {
  const kernels = makeKernels();
  return train({
    ...part,
    kernels,
    dtype: recipe.dtype,
    rowBytes: options.jacobianMemory,
    dataset: datasetOf(
      kernels,
      recipe.dtype,
      examples.rows,
      examples.inputs.source(kernels, recipe.dtype),
      examples.targets,
    ),
    limits: { ...part.limits, timeLimitMs: Math.max(0, deadline - performance.now()) },
    signal: options.signal,
  });
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
  trainer: Trainer,
  { network, stepsOverAll, result: { parameters } }: TriedShape,
): Promise<Float64Array | null> {
  const steps = Math.min(Math.round(refitShare * stepsOverAll), mostRefitSteps);
  if (steps === 0) return null;
  const rows = knownRows(trainer.examples);
  const taught = await trainFrom(trainer, {
    network,
    initial: parameters,
    trainRows: rows,
    validationRows: new Int32Array(),
    optimizer: evidenceFromThere(),
    batchSize: rows.length,
    seed: 0,
    limits: { ...stopDefaults, maxSteps: steps, tolerance: 0 },
  });
  return taught.steps > 0 && taught.stop.reason !== "diverged" ? taught.last : null;
}
