import { type EncodeOptions, encodeDefaults } from "../data/plan-columns.ts";
import type { ReadOptions } from "../data/read-table.ts";
import { type SplitOptions, splitDefaults } from "../data/split-rows.ts";
import { type Activation, activations } from "../kernels/activation.ts";
import type { DType } from "../kernels/kernels.ts";
import { type KernelChoice, kernelChoices } from "../kernels/select-kernels.ts";
import { defaultRowBytes } from "../linearization/gram-workspace.ts";
import { fitDefaults, type OptimizerName, optimizerNames } from "../model/options.ts";
import { networkNames } from "../network/architectures.ts";
import { adamDefaults } from "../optimizers/adam.ts";
import { sgdDefaults } from "../optimizers/sgd.ts";
import { type OptionTable, option } from "./command-options.ts";
import { headerDescription, headerFlags, parseHeader } from "./header-option.ts";
import {
  above0,
  atLeast0,
  parseBytes,
  parseChoice,
  parseDuration,
  parseFlag,
  parseHidden,
  parseNames,
  parseNumber,
  parsePath,
  share,
  wholeNumber,
} from "./parse-value.ts";
import { type PictureValues, pictureOptions } from "./picture-options.ts";

const count = parseNumber(wholeNumber(1));

/** Where the model and the report go. */
export const outputDefaults: Readonly<{ out: string; report: string }> = Object.freeze({
  out: "model.gramian",
  report: "report.html",
});

/** The values of all options of `train`, on the command line and in a configuration file, read. */
export interface TrainValues extends PictureValues {
  readonly target: readonly string[];
  readonly out: string;
  readonly report: string;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** A name or a file. */
  readonly network: string;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly damping: number;
  readonly lambda: number;
  readonly alpha: number;
  readonly batchSize: number;
  readonly ensemble: number;
  readonly maxSteps: number;
  /** Milliseconds. */
  readonly timeLimit: number;
  readonly patience: number;
  readonly validation: number;
  readonly test: number;
  readonly testRows: string;
  readonly split: SplitOptions["by"];
  readonly seed: number;
  readonly dtype: DType;
  readonly kernels: KernelChoice;
  readonly threads: number;
  /** Bytes. */
  readonly memory: number;
  readonly missing: EncodeOptions["missing"];
  readonly dates: EncodeOptions["dates"];
  readonly header: ReadOptions["header"];
  readonly categories: readonly string[];
  readonly ignore: readonly string[];
  readonly json: boolean;
  readonly quiet: boolean;
}

/** The options of `train`. */
export const trainOptions: OptionTable<TrainValues> = {
  target: option("--target <names>", "column to predict; several separated by commas", parseNames),
  out: option("--out <file>", `where the model goes (default: ${outputDefaults.out})`, parsePath),
  report: option(
    "--report [file]",
    `writes a report with pictures as HTML (default where no name is given: ${outputDefaults.report})`,
    (where, value) => (value === true ? outputDefaults.report : parsePath(where, value)),
  ),
  hidden: option(
    "--hidden <units>",
    "units of the hidden layers, for example 64,64; none is a linear model (default: by the number of rows)",
    parseHidden,
  ),
  activation: option(
    "--activation <name>",
    `of the hidden layers: ${activations.join(", ")} (default: ${fitDefaults.activation}); with --images silu`,
    parseChoice(activations),
  ),
  network: option(
    "--network <name or file>",
    `in place of these two: a file with a network as JSON, as docs/networks.md describes it; with --images also ${networkNames.join(", ")} (default: ${networkNames[0]})`,
    parsePath,
  ),
  optimizer: option(
    "--optimizer <name>",
    `${optimizerNames.join(", ")} (default: ${fitDefaults.optimizer})`,
    parseChoice(optimizerNames),
  ),
  learningRate: option(
    "--learning-rate <number>",
    `factor of the step (default: 1; adam: ${adamDefaults.learningRate}; sgd: ${sgdDefaults.learningRate})`,
    parseNumber(above0),
  ),
  damping: option(
    "--damping <number>",
    "the same at every step, in units of the mean diagonal of the Gram matrix (default: by the gain ratio)",
    parseNumber(atLeast0),
  ),
  lambda: option("--lambda <number>", "λ of the paper, in place of --learning-rate", parseNumber(atLeast0)),
  alpha: option("--alpha <number>", "α of the paper, in place of --damping", parseNumber(atLeast0)),
  batchSize: option(
    "--batch-size <rows>",
    "rows in a batch (default: all, where affordable; with --images 64)",
    count,
  ),
  ensemble: option(
    "--ensemble <count>",
    `fits from different starts, with other rows held out, that are averaged (default: ${fitDefaults.ensemble})`,
    count,
  ),
  maxSteps: option("--max-steps <count>", "ends the training after so many steps", count),
  timeLimit: option("--time-limit <time>", "ends the training: 30s, 5m, 1.5h (default: none)", parseDuration),
  patience: option(
    "--patience <epochs>",
    "epochs without a lower validation error before training ends (default: 25; with mini-batches 30, with --images 20)",
    count,
  ),
  validation: option(
    "--validation <share>",
    `share of the rows that do not test, which choose the best network (default: ${fitDefaults.validation})`,
    parseNumber(share),
  ),
  test: option(
    "--test <share>",
    `share of the rows that measure the result and do nothing else (default: ${splitDefaults.test})`,
    parseNumber(share),
  ),
  testRows: option(
    "--test-rows <file>",
    "JSON array of the numbers of such rows, from 0, in place of --test",
    parsePath,
  ),
  split: option(
    "--split <how>",
    `random, or blocks: the last rows test, those before them choose the network; for series and frames of a video (default: ${fitDefaults.split})`,
    parseChoice<SplitOptions["by"]>(["random", "blocks"]),
  ),
  seed: option(
    "--seed <number>",
    `same seed, same result (default: ${fitDefaults.seed})`,
    parseNumber(wholeNumber(0)),
  ),
  dtype: option(
    "--dtype <name>",
    `float32 or float64 (default: ${fitDefaults.dtype}); with --images float32`,
    parseChoice<DType>(["float32", "float64"]),
  ),
  kernels: option(
    "--kernels <name>",
    `${kernelChoices.join(", ")} (default: ${fitDefaults.kernels})`,
    parseChoice(kernelChoices),
  ),
  threads: option("--threads <count>", "threads of large products (default: the physical cores)", count),
  memory: option(
    "--memory <amount>",
    `of the rows of the Jacobian of one layer with shared weights: 500MB, 2GB (default: ${defaultRowBytes / 2 ** 20}MiB)`,
    parseBytes,
  ),
  missing: option(
    "--missing <how>",
    `cells without a value: auto, mean, drop or refuse (default: ${encodeDefaults.missing})`,
    parseChoice<EncodeOptions["missing"]>(["auto", "mean", "drop", "refuse"]),
  ),
  dates: option(
    "--dates <how>",
    `columns of dates: ignore or days (default: ${encodeDefaults.dates})`,
    parseChoice<EncodeOptions["dates"]>(["ignore", "days"]),
  ),
  header: option(headerFlags, headerDescription, parseHeader),
  categories: option(
    "--categories <names>",
    "columns whose numbers are names, such as postal codes, separated by commas",
    parseNames,
  ),
  ignore: option("--ignore <names>", "columns to leave out, separated by commas", parseNames),
  ...pictureOptions,
  json: option("--json", "lines of JSON on standard output: the steps, and the result last", parseFlag),
  quiet: option("--quiet", "says nothing but the result", parseFlag),
};

/** Options of `train` that were given, read. */
export type TrainOptions = Partial<TrainValues>;
