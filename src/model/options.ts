import { nearestName } from "../data/nearest-name.ts";
import { type SplitOptions, splitDefaults } from "../data/split-rows.ts";
import { type Activation, activations } from "../kernels/activation.ts";
import type { DType } from "../kernels/kernels.ts";
import { type KernelChoice, kernelChoices } from "../kernels/select-kernels.ts";
import { type NetworkName, networkNames } from "../network/architectures.ts";
import type { Network } from "../network/network.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { EpochProgress } from "../training/epoch-progress.ts";
import type { EpochEvent } from "../training/training.ts";
import type { Decision } from "./fit-report.ts";

/** Names of optimizers, as in the command line. */
export const optimizerNames = [
  "auto",
  "gram-gauss-newton",
  "levenberg-marquardt",
  "spring",
  "eigenvalue-cutoff",
  "layerwise",
  "curvature-batch",
  "nystrom",
  "hylo",
  "sketched-gradients",
  "kfac",
  "component-wise",
  "exact-last-layer",
  "weight-average",
  "ggn-score",
  "lbfgs",
  "adam",
  "sgd",
  "polyak",
] as const;

export type OptimizerName = (typeof optimizerNames)[number];

/** Which training of a fit it is: of which member of an ensemble, with which of the shapes that are tried. */
export interface TrainingPlace {
  /** From 0, as is `shape`. */
  readonly member: number;
  readonly members: number;
  readonly shape: number;
  readonly shapes: number;
}

/** An epoch of one of the trainings of a fit. */
export interface FitEvent extends EpochEvent, TrainingPlace {}

/** How far an epoch of one of them is. */
export interface FitProgress extends EpochProgress, TrainingPlace {}

/** How a model is fitted. Everything has a default that needs no tuning. */
export interface FitOptions {
  /** Units of the hidden layers; [] is a linear model. Default: chosen by the number of rows. */
  readonly hidden?: readonly number[];
  /** Of the hidden layers. Default "tanh". */
  readonly activation?: Activation;
  /**
   * In place of `hidden` and `activation`: a network as docs/networks.md describes it, whose inputs are those after
   * encoding and whose outputs are the targets; or, for pictures, the name of a ready-made one.
   */
  readonly network?: Network | NetworkName;
  /** A name, or a value such as `gramGaussNewton({ lambda, alpha })`. Default "auto". */
  readonly optimizer?: OptimizerName | Optimizer;
  /** Of the optimizer; its own default where absent. */
  readonly learningRate?: number;
  /** Fixed damping in units of the mean of the diagonal of G. Default: by the gain ratio. */
  readonly damping?: number;
  /** λ and α as in the paper, in place of `learningRate` and `damping`. */
  readonly lambda?: number;
  readonly alpha?: number;
  /** Rows in a batch. Default: all of them where that is affordable. */
  readonly batchSize?: number;
  /**
   * Fits from different starts, each with other rows held out, that are averaged: k times the time, a smaller error, and
   * a spread for each prediction. Default 1.
   */
  readonly ensemble?: number;
  /** Of each network. */
  readonly maxSteps?: number;
  readonly timeLimitMs?: number;
  /** Epochs without a lower validation error before training ends. Default 25 on full batches, 30 on mini-batches. */
  readonly patience?: number;
  /** Share of the rows that choose the best network and end the training. Default 0.15. */
  readonly validation?: number;
  /** Share of the rows that measure the result and do nothing else. Default 0. */
  readonly test?: number;
  /** Numbers of such rows, from 0, in place of a share. */
  readonly testRows?: ArrayLike<number>;
  /** How rows are chosen that validate and test: at random, or the last ones, for series. Default "random". */
  readonly split?: SplitOptions["by"];
  readonly seed?: number;
  /** Default "float64". */
  readonly dtype?: DType;
  readonly kernels?: KernelChoice;
  /**
   * Threads of large products, with native and WebAssembly kernels. Default: the physical cores; in pages, which have
   * threads only where `crossOriginIsolated`, the processors.
   */
  readonly threads?: number;
  /** Bytes that the rows of J of one layer with shared weights may take at once. Default 256 MiB. */
  readonly memory?: number;
  /** Called after each epoch. */
  readonly onStep?: (event: FitEvent) => void;
  /** Called within epochs of mini-batches that take longer than a moment, at most four times a second. */
  readonly onProgress?: (progress: FitProgress) => void;
  /** Called before training, with what was decided and why. */
  readonly onDecisions?: (decisions: readonly Decision[]) => void;
  /** Ends the training; the best network so far is kept. */
  readonly signal?: AbortSignal;
}

/** Defaults of the options that do not depend on the data. */
export const fitDefaults: Readonly<{
  activation: Activation;
  optimizer: OptimizerName;
  ensemble: number;
  validation: number;
  test: number;
  split: SplitOptions["by"];
  seed: number;
  dtype: DType;
  kernels: KernelChoice;
}> = Object.freeze({
  activation: "tanh",
  optimizer: "auto",
  ensemble: 1,
  validation: 0.15,
  test: 0,
  split: splitDefaults.by,
  seed: 0,
  dtype: "float64",
  kernels: "auto",
});

/** Thrown where an option is unknown or out of its range. */
export class OptionError extends Error {
  override readonly name = "OptionError";
  readonly code = "option";
}

const wholeNumber = (least: number) => (value: unknown) =>
  Number.isSafeInteger(value) && (value as number) >= least;
const above = (least: number) => (value: unknown) =>
  typeof value === "number" && value > least && value < Infinity;
const oneOf = (names: readonly string[]) => (value: unknown) => names.includes(value as string);
const isShare = (value: unknown) => typeof value === "number" && value >= 0 && value < 1;
const isFunction = (value: unknown) => typeof value === "function";
const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const isList = (value: unknown) => Array.isArray(value) || ArrayBuffer.isView(value);
const isSignal = (value: unknown) => isObject(value) && "aborted" in value;
const isOptimizer = (value: unknown) => isObject(value) && "init" in value && "plan" in value;

/** For each option whether a value will do, and what it must be. */
const rules: Readonly<Record<keyof FitOptions, readonly [(value: unknown) => boolean, string]>> = {
  hidden: [
    (value) => Array.isArray(value) && value.every(wholeNumber(1)),
    "a list of whole numbers of at least 1",
  ],
  activation: [oneOf(activations), `one of ${activations.join(", ")}`],
  network: [
    (value) => oneOf(networkNames)(value) || isObject(value),
    `a network as an object, or for pictures one of ${networkNames.join(", ")}`,
  ],
  optimizer: [
    (value) => optimizerNames.includes(value as OptimizerName) || isOptimizer(value),
    `one of ${optimizerNames.join(", ")}, or an optimizer`,
  ],
  learningRate: [above(0), "a finite number above 0"],
  damping: [(value) => value === 0 || above(0)(value), "a finite number of at least 0"],
  lambda: [(value) => value === 0 || above(0)(value), "a finite number of at least 0"],
  alpha: [(value) => value === 0 || above(0)(value), "a finite number of at least 0"],
  batchSize: [wholeNumber(1), "a whole number of at least 1"],
  ensemble: [wholeNumber(1), "a whole number of at least 1"],
  maxSteps: [wholeNumber(1), "a whole number of at least 1"],
  timeLimitMs: [above(0), "a finite number above 0"],
  patience: [wholeNumber(1), "a whole number of at least 1"],
  validation: [isShare, "a share in [0, 1)"],
  test: [isShare, "a share in [0, 1)"],
  testRows: [isList, "a list of row numbers"],
  split: [oneOf(["random", "blocks"]), "random or blocks"],
  seed: [wholeNumber(0), "a whole number of at least 0"],
  dtype: [oneOf(["float32", "float64"]), "float32 or float64"],
  kernels: [oneOf(kernelChoices), `one of ${kernelChoices.join(", ")}`],
  threads: [wholeNumber(1), "a whole number of at least 1"],
  memory: [above(0), "a finite number of bytes above 0"],
  onStep: [isFunction, "a function"],
  onProgress: [isFunction, "a function"],
  onDecisions: [isFunction, "a function"],
  signal: [isSignal, "an AbortSignal"],
};

/**
 * Checks options; undefined counts as absent.
 *
 * @throws {OptionError} If one is unknown, with the nearest known name, or out of its range.
 */
export function checkOptions(options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(rules, name))
      throw new OptionError(`options.${name}: is unknown${suggest(name, Object.keys(rules))}`);
    const rule = rules[name as keyof FitOptions];
    if (value !== undefined && !rule[0](value))
      throw new OptionError(`options.${name}: ${writeValue(value)} will not do; it must be ${rule[1]}`);
  }
}

/** A value as it was written; JSON has no NaN, Infinity or functions. */
function writeValue(value: unknown): string {
  if (typeof value === "function") return "a function";
  return typeof value === "string" || isObject(value) ? JSON.stringify(value) : String(value);
}

/** "; did you mean ...?" where a known name is near, else the known names. */
export function suggest(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return near === null ? `; known are ${known.join(", ")}` : `; did you mean "${near}"?`;
}

/** How the options split the rows. */
export function splitOptions({ validation, test, testRows, split, seed }: FitOptions): SplitOptions {
  return {
    validation: validation ?? fitDefaults.validation,
    test: test ?? fitDefaults.test,
    testRows: testRows ?? null,
    seed: seed ?? fitDefaults.seed,
    by: split ?? fitDefaults.split,
  };
}
