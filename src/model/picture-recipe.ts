import type { ImageShape } from "../data/images/image-shape.ts";
import { OptionError } from "../errors.ts";
import type { Activation } from "../kernels/activation.ts";
import type { DType } from "../kernels/kernels.ts";
import { smallConvolutionalNetwork } from "../network/architectures.ts";
import { describeNetwork, parameterCount } from "../network/network.ts";
import { gramGaussNewton } from "../optimizers/gram-gauss-newton.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { weightAverage } from "../optimizers/weight-average.ts";
import { stopDefaults } from "../training/stop.ts";
import { chooseOptimizer, type OptimizerChoice } from "./choose-optimizer.ts";
import { givenNetwork, hasDropout } from "./given-network.ts";
import { type FitOptions, fitDefaults } from "./options.ts";
import { dropoutDecision, ensembleDecisions, type Recipe, rowsThatFit } from "./recipe.ts";

/**
 * The steps of "auto" on pictures. A picture's network has more parameters than there are pictures: each batch could be
 * fitted by many, and the momentum of least norm keeps what the batches before have said. Full steps with a damping as
 * large as the mean diagonal of G; the mean over some fifty of them predicts.
 */
export const pictureStep: Readonly<{ damping: number; momentum: number; averageDecay: number }> =
  Object.freeze({
    damping: 1,
    momentum: 0.9,
    averageDecay: 0.98,
  });

/** The optimizer of "auto" on pictures. */
export function pictureOptimizer(): Optimizer {
  const { averageDecay, ...step } = pictureStep;
  return weightAverage(gramGaussNewton(step), { decay: averageDecay });
}

/** Pictures in a batch. */
const pictureBatch = 64;

/** Epochs without a lower validation error. */
const picturePatience = 20;

/** Smooth, so that the linearization holds over longer steps than that of a kink. */
const pictureActivation: Activation = "silu";

const pictureDtype: DType = "float32";

/**
 * Decides what the options leave open, for pictures.
 *
 * @param rows Training pictures.
 * @throws {OptionError} If an option was given that the optimizer does not have, or a network that does not fit.
 * @throws {NetworkError} If the network that was given can't be used.
 */
export function choosePictureRecipe(
  rows: number,
  { height, width, channels }: ImageShape,
  outputs: number,
  options: FitOptions,
): Recipe {
  if (options.hidden)
    throw new OptionError(
      "options.hidden: a network of pictures has more than hidden layers; give a network, by name or as docs/networks.md says",
    );
  const shape = [height, width, channels] as const;
  const activation = options.activation ?? pictureActivation;
  const given = givenNetwork(options, height * width * channels, outputs, shape);
  const network = given ?? smallConvolutionalNetwork({ shape, outputs, activation });
  const choice = chooseOptimizer(options, false);
  const optimizer = choice.averages ? pictureOptimizer() : choice.optimizer;
  const fitting = rowsThatFit(network, outputs);
  const usual = Math.min(choice.fullBatch ? rows : pictureBatch, fitting);
  const batchSize = Math.min(rows, options.batchSize ?? usual);
  const members = options.ensemble ?? fitDefaults.ensemble;
  return {
    networks: [network],
    dtype: options.dtype ?? pictureDtype,
    optimizer,
    optimizerName: optimizer.name,
    batchSize,
    limits: {
      ...stopDefaults,
      maxSteps: options.maxSteps ?? stopDefaults.maxSteps,
      timeLimitMs: options.timeLimitMs ?? stopDefaults.timeLimitMs,
      patience: options.patience ?? picturePatience,
      // Pictures that are changed at random have no least training error.
      tolerance: 0,
    },
    polish: null,
    members,
    refits: false,
    fallsBack: false,
    decisions: [
      {
        what: "network",
        choice: `${describeNetwork(network)}, ${parameterCount(network)} parameters`,
        why: given ? "as asked" : "small: three convolutions",
      },
      ...(hasDropout(network) ? [dropoutDecision] : []),
      {
        what: "batch",
        choice: `${batchSize} of ${rows} pictures`,
        why: batchReason(options, choice, fitting < rows),
      },
      { what: "optimizer", choice: choice.description, why: choice.averages ? autoReason : choice.reason },
      ...ensembleDecisions(options),
    ],
  };
}

function batchReason(
  { batchSize }: FitOptions,
  { fullBatch, batchReason: usual }: OptimizerChoice,
  isLarge: boolean,
): string {
  if (batchSize) return "as asked";
  if (!fullBatch) return "its Gram matrix is small, and the pictures' layers fit in memory";
  return isLarge ? `as many as fit into 1 GiB, though ${usual}` : usual;
}

const autoReason = "mini-batches of a network with more parameters than pictures";
