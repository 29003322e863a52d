import type { Kernels } from "../kernels/kernels.ts";
import { initialize } from "../network/initialize.ts";
import { gramGaussNewton } from "../optimizers/gram-gauss-newton.ts";
import { evidence } from "../optimizers/prior.ts";
import { loadDataset } from "../training/dataset.ts";
import { type Stop, stopDefaults } from "../training/stop.ts";
import { type TrainingResult, train } from "../training/train.ts";
import { type Examples, knownRows } from "./examples.ts";
import { type FitOptions, fitDefaults } from "./options.ts";
import type { Recipe } from "./recipe.ts";

/** What all trainings of a fit share. */
export interface Trainer {
  readonly recipe: Recipe;
  readonly examples: Examples;
  readonly options: FitOptions;
  /** Each training gets kernels, and so a memory, of its own: it is given back when the training is over. */
  makeKernels(): Kernels;
}

/** Full-batch steps over training and validation rows together, from the best network on. */
export const refitSteps = 3;

/** What the seeds of two members differ by, so that no two members of neighbouring seeds are the same. */
const seedStride = 7919;

/** The members of an ensemble, at least one, and why the last training ended. */
export interface TrainedMembers {
  readonly results: readonly TrainingResult[];
  readonly stop: Stop;
}

/** Trains the members, each from a start of its own, for as long as time and caller allow. */
export async function trainMembers(trainer: Trainer): Promise<TrainedMembers> {
  const { recipe } = trainer;
  const end = performance.now() + recipe.limits.timeLimitMs;
  const first = await trainMember(trainer, 0, recipe.limits.timeLimitMs);
  const results = [first];
  let { stop } = first;
  for (let member = 1; member < recipe.members && !isCutShort(stop); member++) {
    const result = await trainMember(trainer, member, end - performance.now());
    stop = result.stop;
    // A member that was cut short would make the ensemble worse.
    if (!isCutShort(stop)) results.push(result);
  }
  const sound = results.filter((result) => result.stop.reason !== "diverged");
  return sound.length > 0 ? { results: sound, stop } : { results: [first], stop: first.stop };
}

/** Whether training ended from outside. */
export function isCutShort({ reason }: Stop): boolean {
  return reason === "aborted" || reason === "time-limit";
}

function trainMember(
  { recipe, examples, options, makeKernels }: Trainer,
  member: number,
  timeLimitMs: number,
): Promise<TrainingResult> {
  const kernels = makeKernels();
  const seed = (options.seed ?? fitDefaults.seed) + member * seedStride;
  const { onStep } = options;
  return train({
    kernels,
    dtype: recipe.dtype,
    network: recipe.network,
    initial: initialize(recipe.network, seed),
    dataset: loadDataset(kernels, recipe.dtype, examples.rows, examples.inputs, examples.targets),
    trainRows: examples.split.train,
    validationRows: examples.split.validation,
    optimizer: recipe.optimizer,
    batchSize: recipe.batchSize,
    seed,
    limits: { ...recipe.limits, timeLimitMs },
    signal: options.signal,
    onEpoch: onStep && ((event) => onStep({ ...event, member, members: recipe.members })),
  });
}

/** Lets a trained network learn from the validation rows too: a few steps, with the prior re-estimated first. */
export async function refit(
  { recipe, examples, options, makeKernels }: Trainer,
  { parameters }: TrainingResult,
): Promise<Float64Array> {
  const kernels = makeKernels();
  const rows = knownRows(examples);
  const result = await train({
    kernels,
    dtype: recipe.dtype,
    network: recipe.network,
    initial: parameters,
    dataset: loadDataset(kernels, recipe.dtype, examples.rows, examples.inputs, examples.targets),
    trainRows: rows,
    validationRows: new Int32Array(),
    optimizer: gramGaussNewton({ prior: evidence({ warmUps: 5 }) }),
    batchSize: rows.length,
    seed: 0,
    limits: { ...stopDefaults, maxSteps: refitSteps, tolerance: 0 },
    signal: options.signal,
  });
  return result.last;
}
