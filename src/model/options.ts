import type { SplitOptions } from "../data/split-rows.ts";
import { OptionError } from "../errors.ts";
import type { Activation } from "../kernels/activation.ts";
import type { DType } from "../kernels/kernels.ts";
import type { KernelChoice } from "../kernels/select-kernels.ts";
import type { NetworkName } from "../network/architectures.ts";
import type { Network } from "../network/network.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { EpochProgress } from "../training/epoch-progress.ts";
import type { EpochEvent, StepEvent } from "../training/training.ts";
import type { Decision } from "./fit-report.ts";
import type { OptimizerName } from "./named-optimizers.ts";
import { suggest } from "./option-kinds.ts";
import { optionTable } from "./option-table.ts";
import type { ColumnOptions } from "./table-examples.ts";

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

/** A step of one of them. */
export interface FitStep extends StepEvent, TrainingPlace {}

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
  /** Share of the rows that measure the result and do nothing else. Default 0; of tables and pictures 0.15. */
  readonly test?: number;
  /** Numbers of such rows, from 0, in place of a share. */
  readonly testRows?: ArrayLike<number>;
  /** How rows are chosen that validate and test: at random, or the last ones, for series. Default "random". */
  readonly split?: SplitOptions["by"];
  /** Same seed, same result. Default 0. */
  readonly seed?: number;
  /** Default "float64". */
  readonly dtype?: DType;
  /** Default "auto": the BLAS of the system where there is one, else WebAssembly. */
  readonly kernels?: KernelChoice;
  /**
   * Threads of large products, with native and WebAssembly kernels. Default: the physical cores; in pages, which have
   * threads only where `crossOriginIsolated`, the processors.
   */
  readonly threads?: number;
  /** Bytes that the rows of J of one layer with shared weights may take at once. Default 256 MiB. */
  readonly jacobianMemory?: number;
  /** Called after each epoch, and before the first step. */
  readonly onEpoch?: (event: FitEvent) => void;
  /** Called after each step. */
  readonly onStep?: (event: FitStep) => void;
  /** Called within epochs of mini-batches that take longer than a moment, at most four times a second. */
  readonly onProgress?: (progress: FitProgress) => void;
  /** Called before training, with what was decided and why. */
  readonly onDecisions?: (decisions: readonly Decision[]) => void;
  /** Ends the training; the best network so far is kept. */
  readonly signal?: AbortSignal;
}

/** Options of a fit whose defaults do not depend on the data. */
type Settled = "activation" | "ensemble" | "validation" | "test" | "split" | "seed" | "dtype" | "kernels";

const { activation, optimizer, ensemble, validation, split, seed, dtype, kernels } = optionTable;

/** Defaults of the options of a fit that do not depend on the data. Of arrays no rows test. */
export const fitDefaults: Readonly<Required<Pick<FitOptions, Settled>> & { optimizer: OptimizerName }> =
  Object.freeze({
    activation: activation.default!,
    optimizer: optimizer.default!,
    ensemble: ensemble.default!,
    validation: validation.default!,
    test: 0,
    split: split.default!,
    seed: seed.default!,
    dtype: dtype.default!,
    kernels: kernels.default!,
  });

const columnOptionNames: readonly (keyof ColumnOptions)[] = [
  ...(["targets", "missing", "dates", "categories", "ignore", "maxLevels", "onColumns"] as const),
];

/** The options of `fitTable`: those of `fit`, and what becomes of columns. */
export const tableOptionNames: readonly string[] = Object.entries(optionTable)
  .filter(([, option]) => "check" in option)
  .map(([name]) => name);

const fitOptionNames = tableOptionNames.filter((name) => !columnOptionNames.some((other) => other === name));

/**
 * Checks options; undefined counts as absent.
 *
 * @param known Those that the function has.
 * @throws {OptionError} If one is unknown, with the nearest known name, or out of its range.
 */
export function checkOptions(options: object, known: readonly string[] = fitOptionNames): void {
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) throw new OptionError(`options.${name}: is unknown${suggest(name, known)}`);
    const { check } = optionTable[name as keyof FitOptions];
    if (value !== undefined && !check.holds(value))
      throw new OptionError(`options.${name}: ${writeValue(value)} will not do; it must be ${check.words}`);
  }
}

/** A value as it was written; JSON has no NaN, Infinity or functions. */
function writeValue(value: unknown): string {
  if (typeof value === "function") return "a function";
  const isNested = typeof value === "object" && value !== null;
  return typeof value === "string" || isNested ? JSON.stringify(value) : String(value);
}

/** The same options with test rows where nothing is said about them: as commands do, what reads data holds some out. */
export function withTestRows<Options extends FitOptions>(options: Options): Options {
  return { ...options, test: options.test ?? optionTable.test.default };
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
