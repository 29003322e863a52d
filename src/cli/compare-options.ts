import { compareDefaults } from "../model/compare.ts";
import { type OptimizerName, optimizerNames } from "../model/options.ts";
import { adamDefaults } from "../optimizers/adam.ts";
import { sgdDefaults } from "../optimizers/sgd.ts";
import { type OptionTable, option } from "./command-options.ts";
import {
  above0,
  type Parse,
  parseChoice,
  parseDuration,
  parseFlag,
  parseNames,
  parseNumber,
  parsePath,
} from "./parse-value.ts";
import type { PictureValues } from "./picture-options.ts";
import { type TrainValues, trainOptions } from "./train-options.ts";

/** The values of all options of `compare`, read. */
interface CompareValues
  extends Omit<
    TrainValues,
    keyof PictureValues | "out" | "optimizer" | "damping" | "lambda" | "alpha" | "ensemble"
  > {
  readonly optimizers: readonly OptimizerName[];
}

/** Options of `compare` that were given, read. */
export type CompareFlags = Partial<CompareValues>;

/** Where the report goes. */
const defaultReport = "compare.html";

const parseOptimizer = parseChoice(optimizerNames);

const parseOptimizers: Parse<readonly OptimizerName[]> = (where, value) =>
  parseNames(where, value).map((name) => parseOptimizer(where, name));

const {
  target,
  hidden,
  activation,
  network,
  batchSize,
  maxSteps,
  patience,
  validation,
  test,
  testRows,
  seed,
} = trainOptions;
const { split, dtype, kernels, threads, memory, missing, dates, header, categories, ignore } = trainOptions;

/** The options of `compare`: those of `train` that all optimizers can share. */
export const compareOptions: OptionTable<CompareValues> = {
  target,
  optimizers: option(
    "--optimizers <names>",
    `${optimizerNames.join(", ")} (default: ${compareDefaults.optimizers.join(",")})`,
    parseOptimizers,
  ),
  report: option(
    "--report [file]",
    `writes the comparison with pictures as HTML (default where no name is given: ${defaultReport})`,
    (where, value) => (value === true ? defaultReport : parsePath(where, value)),
  ),
  hidden,
  activation,
  network,
  learningRate: option(
    "--learning-rate <number>",
    `of the first-order methods (default: adam ${adamDefaults.learningRate}, sgd ${sgdDefaults.learningRate})`,
    parseNumber(above0),
  ),
  batchSize: option(
    "--batch-size <rows>",
    "rows in a batch, of all optimizers (default: what is usual for each)",
    batchSize.parse,
  ),
  maxSteps,
  timeLimit: option(
    "--time-limit <time>",
    `of each optimizer: 30s, 5m, 1.5h (default: ${compareDefaults.timeLimitMs / 1000}s)`,
    parseDuration,
  ),
  patience,
  validation,
  test,
  testRows,
  split,
  seed,
  dtype,
  kernels,
  threads,
  memory,
  missing,
  dates,
  header,
  categories,
  ignore,
  json: option("--json", "lines of JSON on standard output: the optimizers, and the result last", parseFlag),
  quiet: option("--quiet", "says nothing but the table", parseFlag),
};
