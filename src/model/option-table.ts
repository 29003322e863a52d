import { readDefaults } from "../data/delimited-table.ts";
import type { BadImages } from "../data/images/bad-images.ts";
import type { ImageFit } from "../data/images/decode-image.ts";
import { openImagesDefaults } from "../data/images/open-images.ts";
import { pictureDefaults } from "../data/images/open-pictures.ts";
import { encodeDefaults } from "../data/plan-columns.ts";
import { splitDefaults } from "../data/split-rows.ts";
import { activations } from "../kernels/activation.ts";
import { kernelChoices } from "../kernels/select-kernels.ts";
import { defaultRowBytes } from "../linearization/gram-workspace.ts";
import { networkNames } from "../network/architectures.ts";
import { adamDefaults } from "../optimizers/adam.ts";
import { sgdDefaults } from "../optimizers/sgd.ts";
import { type OptimizerName, optimizerNames } from "./named-optimizers.ts";
import { type CommandValues, flag, type OptionTable, option } from "./option-entry.ts";
import {
  abortSignal,
  above0,
  atLeast0,
  duration,
  listener,
  memorySize,
  nameList,
  nameOrObject,
  oneOf,
  readChanges,
  readFlag,
  readPath,
  readPictureSize,
  rowNumbers,
  share,
  unitList,
  wholeNumber,
} from "./option-kinds.ts";

/** Where commands write what they are not given a place for. */
export const outputDefaults: Readonly<{ out: string; report: string; comparison: string }> = Object.freeze({
  out: "model.gramian",
  report: "report.html",
  comparison: "compare.html",
});

/** Defaults of a comparison. */
export const compareDefaults: Readonly<{ optimizers: readonly OptimizerName[]; timeLimitMs: number }> =
  Object.freeze({
    optimizers: Object.freeze(["auto", "gram-gauss-newton", "adam", "sgd"] as const),
    timeLimitMs: 10_000,
  });

/** What is explained where nothing else is asked for. */
export const explainDefaults: Readonly<
  Pick<CommandValues, "imageSize" | "channels" | "outputs" | "batchSize">
> = Object.freeze({ imageSize: [32, 32] as const, channels: 3, outputs: 1, batchSize: 64 });

const fits = (help: string) => ({ train: help, compare: help });
const reads = (help: string) => ({ train: help, predict: help, evaluate: help });

const listens = { check: listener<never>() };
const count = wholeNumber(1);
const optimizer = oneOf(optimizerNames);
const network = networkNames.join(", ");
const { shape } = pictureDefaults;
const header = oneOf(["auto", "yes", "no"]);
const names = "whether the first line names the columns: auto, yes or no (default: %default)";
const rowsOfJ = `of the rows of the Jacobian of one layer with shared weights: 500MB, 2GB (default: ${defaultRowBytes / 2 ** 20}MiB)`;

/**
 * All options. What the library takes and says, what the command line and configuration files read, the help, and the
 * defaults come from here; the interfaces, such as `FitOptions`, say in words what each does.
 */
export const optionTable: OptionTable = {
  targets: option(nameList, "--target <names>", fits("column to predict; several separated by commas")),
  optimizers: flag(
    (where, value) => nameList.read(where, value).map((name) => optimizer.read(where, name)),
    "--optimizers <names>",
    { compare: `${optimizerNames.join(", ")} (default: ${compareDefaults.optimizers.join(",")})` },
  ),
  out: flag(readPath, "--out <file>", {
    train: `where the model goes (default: ${outputDefaults.out})`,
    predict: "writes CSV there instead of to standard output",
  }),
  report: flag((where, value) => (value === true ? value : readPath(where, value)), "--report [file]", {
    train: `writes a report with pictures as HTML (default where no name is given: ${outputDefaults.report})`,
    compare: `writes the comparison with pictures as HTML (default where no name is given: ${outputDefaults.comparison})`,
  }),
  hidden: option(
    unitList,
    "--hidden <units>",
    fits(
      "units of the hidden layers, for example 64,64; none is a linear model (default: by the number of rows)",
    ),
  ),
  activation: option(
    oneOf(activations),
    "--activation <name>",
    fits(`of the hidden layers: ${activations.join(", ")} (default: %default); with --images silu`),
    "tanh",
  ),
  network: {
    check: nameOrObject(networkNames, `a network as an object, or for pictures one of ${network}`, []),
    ...flag(
      readPath,
      "--network <name or file>",
      fits(
        `in place of these two: a file with a network as JSON, as docs/networks.md describes it; with --images also ${network} (default: ${networkNames[0]})`,
      ),
    ),
  },
  optimizer: {
    check: nameOrObject(optimizerNames, `${optimizer.words}, or an optimizer`, ["init", "plan"]),
    ...flag(
      optimizer.read,
      "--optimizer <name>",
      { train: `${optimizerNames.join(", ")} (default: %default)` },
      "auto",
    ),
  },
  learningRate: option(above0, "--learning-rate <number>", {
    train: `factor of the step (default: 1; adam: ${adamDefaults.learningRate}; sgd: ${sgdDefaults.learningRate})`,
    compare: `of the first-order methods (default: adam ${adamDefaults.learningRate}, sgd ${sgdDefaults.learningRate})`,
  }),
  damping: option(atLeast0, "--damping <number>", {
    train:
      "the same at every step, in units of the mean diagonal of the Gram matrix (default: by the gain ratio)",
  }),
  lambda: option(atLeast0, "--lambda <number>", { train: "λ of the paper, in place of --learning-rate" }),
  alpha: option(atLeast0, "--alpha <number>", { train: "α of the paper, in place of --damping" }),
  batchSize: option(count, "--batch-size <rows>", {
    train: "rows in a batch (default: all, where affordable; with --images 64)",
    compare: "rows in a batch, of all optimizers (default: what is usual for each)",
    explain: `examples in a batch (default: ${explainDefaults.batchSize})`,
  }),
  ensemble: option(
    count,
    "--ensemble <count>",
    {
      train: "fits from different starts, with other rows held out, that are averaged (default: %default)",
    },
    1,
  ),
  maxSteps: option(count, "--max-steps <count>", fits("ends the training after so many steps")),
  timeLimitMs: option(duration, "--time-limit <time>", {
    train: "ends the training: 30s, 5m, 1.5h (default: none)",
    compare: `of each optimizer: 30s, 5m, 1.5h (default: ${compareDefaults.timeLimitMs / 1000}s)`,
  }),
  patience: option(
    count,
    "--patience <epochs>",
    fits(
      "epochs without a lower validation error before training ends (default: 25; with mini-batches 30, with --images 20)",
    ),
  ),
  validation: option(
    share,
    "--validation <share>",
    fits("share of the rows that do not test, which choose the best network (default: %default)"),
    splitDefaults.validation,
  ),
  test: option(
    share,
    "--test <share>",
    fits("share of the rows that measure the result and do nothing else (default: %default)"),
    splitDefaults.test,
  ),
  testRows: {
    check: rowNumbers,
    ...flag(
      readPath,
      "--test-rows <file>",
      fits("JSON array of the numbers of such rows, from 0, in place of --test"),
    ),
  },
  split: option(
    oneOf(["random", "blocks"]),
    "--split <how>",
    fits(
      "random, or blocks: the last rows test, those before them choose the network; for series and frames of a video (default: %default)",
    ),
    splitDefaults.by,
  ),
  seed: option(
    wholeNumber(0),
    "--seed <number>",
    fits("same seed, same result (default: %default)"),
    splitDefaults.seed,
  ),
  dtype: option(
    oneOf(["float32", "float64"]),
    "--dtype <name>",
    {
      ...fits("float32 or float64 (default: %default); with --images float32"),
      explain: "float32 or float64 (default: a model's own, else %default)",
    },
    "float64",
  ),
  kernels: option(
    oneOf(kernelChoices),
    "--kernels <name>",
    fits(`${kernelChoices.join(", ")} (default: %default)`),
    "auto",
  ),
  threads: option(
    count,
    "--threads <count>",
    fits("threads of large products (default: the physical cores)"),
  ),
  jacobianMemory: {
    ...option(memorySize, "--jacobian-memory <amount>", { ...fits(rowsOfJ), explain: rowsOfJ }),
    alias: "--memory <amount>",
  },
  missing: option(
    oneOf(["auto", "mean", "drop", "refuse"]),
    "--missing <how>",
    fits("cells without a value: auto, mean, drop or refuse (default: %default)"),
    encodeDefaults.missing,
  ),
  dates: option(
    oneOf(["ignore", "days"]),
    "--dates <how>",
    fits("columns of dates: ignore or days (default: %default)"),
    encodeDefaults.dates,
  ),
  header: flag(
    (where, value) => {
      const choice = header.read(where, value);
      return choice === "auto" ? choice : choice === "yes";
    },
    "--header <how>",
    { ...reads(names), inspect: names, compare: names },
    readDefaults.header,
  ),
  categories: option(
    nameList,
    "--categories <names>",
    fits("columns whose numbers are names, such as postal codes, separated by commas"),
  ),
  ignore: option(nameList, "--ignore <names>", fits("columns to leave out, separated by commas")),
  maxLevels: { check: wholeNumber(0) },
  images: flag(
    readPath,
    "--images <folder or array>",
    reads(
      "folder of pictures: named by a column of the data, or in a folder for each number; or a NumPy array of bytes, .npy or .npy.gz, with a picture for each row of the data",
    ),
  ),
  fileColumn: flag(
    readPath,
    "--file-column <name>",
    reads("column with the names of the pictures (default: found by its content)"),
  ),
  badImages: flag(
    oneOf<BadImages>(["stop", "skip"]).read,
    "--bad-images <how>",
    reads("pictures that can't be read: stop or skip (default: %default)"),
    openImagesDefaults.badImages,
  ),
  imageCache: flag(
    readPath,
    "--image-cache <folder>",
    reads('where decoded pictures are kept, or "none" (default: the folder for caches of the system)'),
  ),
  imageSize: flag(readPictureSize, "--image-size <size>", {
    train: `height x width that pictures are brought to (default: ${shape.height}x${shape.width}; of an array its own, which stays)`,
    explain: `of the pictures that a named network is for, height x width (default: ${explainDefaults.imageSize.join("x")})`,
  }),
  channels: flag(count.read, "--channels <count>", {
    train: `3 for colour, 1 for gray (default: ${shape.channels}; of an array its own)`,
    explain: `of these pictures (default: ${explainDefaults.channels})`,
  }),
  imageFit: flag(
    oneOf<ImageFit>(["stretch", "crop", "pad"]).read,
    "--image-fit <how>",
    { train: "stretch, crop or pad (default: %default)" },
    openImagesDefaults.fit,
  ),
  augment: flag(readChanges, "--augment <changes>", {
    train:
      "random changes in training: shift=<pixels>, crop=<pixels>, flip, or flip=negate where a mirrored picture has the target of the other sign; separated by commas (default: none)",
  }),
  outputs: flag(count.read, "--outputs <count>", {
    explain: `of a named network (default: ${explainDefaults.outputs})`,
  }),
  write: flag(readPath, "--write <file>", { explain: "writes the network as JSON, to be edited" }),
  json: flag(readFlag, "--json", {
    inspect: "a line of JSON for each column",
    train: "lines of JSON on standard output: the steps, and the result last",
    evaluate: "a line of JSON",
    compare: "lines of JSON on standard output: the optimizers, and the result last",
    explain: "a line of JSON for each layer, and one for the network",
  }),
  quiet: flag(readFlag, "--quiet", {
    train: "says nothing but the result",
    compare: "says nothing but the table",
  }),
  onColumns: listens,
  onEpoch: listens,
  onStep: listens,
  onProgress: listens,
  onDecisions: listens,
  signal: { check: abortSignal },
};
