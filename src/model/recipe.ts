import { chooseForm } from "../gram/form.ts";
import type { DType } from "../kernels/kernels.ts";
import {
  type DenseNetwork,
  denseNetwork,
  describeNetwork,
  type Network,
  parameterBlocks,
  trainableCount,
} from "../network/network.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { type StopLimits, stopDefaults } from "../training/stop.ts";
import { chooseOptimizer } from "./choose-optimizer.ts";
import type { Decision } from "./fit-report.ts";
import { type FitOptions, fitDefaults } from "./options.ts";

/** Everything that training needs to know and that the options left open. */
export interface Recipe {
  /** The shapes that are tried, at least one; the validation error decides. */
  readonly networks: readonly [Network, ...Network[]];
  readonly dtype: DType;
  readonly optimizer: Optimizer;
  readonly optimizerName: string;
  readonly batchSize: number;
  readonly limits: StopLimits;
  /** Networks that are trained and averaged. */
  readonly members: number;
  /** Whether the last steps go over the training and the validation rows together. */
  readonly refits: boolean;
  /** Whether a linear model takes the network's place where that is no better. */
  readonly fallsBack: boolean;
  readonly decisions: readonly Decision[];
}

/** Work of a full-batch step above which mini-batches are taken: some seconds at 10 GFLOP/s. */
const affordableFlops = 3e10;

/** Steps of a full-batch run; the best network comes long before. */
const fullBatchSteps = 500;
const fullBatchPatience = 25;
const miniBatchPatience = 30;

/**
 * Decides what the options leave open. One recipe for all data; docs/how-it-chooses.md has the reasons.
 *
 * @param rows Training rows. @param inputs Encoded columns. @param outputs Targets.
 * @throws {OptionError} If an option was given that the optimizer does not have.
 */
export function chooseRecipe(rows: number, inputs: number, outputs: number, options: FitOptions): Recipe {
  const dtype = options.dtype ?? fitDefaults.dtype;
  const networks = chooseNetworks(rows, inputs, outputs, options);
  const [network] = networks;
  const blocks = parameterBlocks(network);
  const full = chooseForm(blocks, rows, outputs, dtype);
  const affordable = Math.min(full.flops.gram, full.flops.primal) <= affordableFlops;
  const choice = chooseOptimizer(options, affordable);
  const batchSize = Math.min(rows, options.batchSize ?? (choice.fullBatch ? rows : choice.batch));
  const isFullBatch = batchSize === rows && choice.longSteps;
  const members = options.ensemble ?? fitDefaults.ensemble;
  const isAuto = (options.optimizer ?? fitDefaults.optimizer) === "auto";
  return {
    networks,
    dtype,
    optimizer: choice.optimizer,
    optimizerName: choice.optimizer.name,
    batchSize,
    limits: {
      ...stopDefaults,
      maxSteps: options.maxSteps ?? (isFullBatch ? fullBatchSteps : stopDefaults.maxSteps),
      timeLimitMs: options.timeLimitMs ?? stopDefaults.timeLimitMs,
      patience: options.patience ?? (isFullBatch ? fullBatchPatience : miniBatchPatience),
      // Under a prior that adapts, the training loss rises where the prior tightens: that is not the end.
      tolerance: choice.regularized ? 0 : stopDefaults.tolerance,
      toleranceEpochs: isFullBatch ? stopDefaults.toleranceEpochs : miniBatchPatience,
    },
    members,
    refits: choice.regularized,
    fallsBack: isAuto,
    decisions: [
      networkDecision(networks, options),
      {
        what: "batch",
        choice: batchSize === rows ? `all ${rows} rows` : `${batchSize} of ${rows} rows`,
        why: options.batchSize ? "as asked" : choice.batchReason,
      },
      { what: "optimizer", choice: choice.description, why: choice.reason },
      ...(choice.optimizer.solves ? [systemDecision(network, batchSize, outputs, dtype)] : []),
      ...(members > 1
        ? [{ what: "ensemble", choice: `${members} networks`, why: "as asked; their mean predicts" }]
        : []),
    ],
  };
}

/** The hidden layers of the shapes that are tried: a deep one, and a wide one, which smooth functions may prefer. */
const shapes = [[20, 20], [50]] as const;

/** Below this number of training rows a fit takes seconds, and trying a second shape is worth its time. */
const fewRows = 2000;

function chooseNetworks(
  rows: number,
  inputs: number,
  outputs: number,
  options: FitOptions,
): readonly [DenseNetwork, ...DenseNetwork[]] {
  const { hidden, activation = fitDefaults.activation } = options;
  const build = (layers: readonly number[]) => denseNetwork(inputs, layers, outputs, activation);
  if (hidden) return [build(hidden)];
  const [deep, wide] = shapes;
  return rows < fewRows ? [build(deep), build(wide)] : [build(deep)];
}

function networkDecision(networks: readonly Network[], { hidden }: FitOptions): Decision {
  const size = (network: Network) => trainableCount(parameterBlocks(network));
  return {
    what: "network",
    choice: networks
      .map((network) => `${describeNetwork(network)}, ${size(network)} parameters`)
      .join("; or "),
    why: hidden
      ? "as asked"
      : networks.length > 1
        ? "both are tried: the validation error decides"
        : "the prior keeps it smooth",
  };
}

function systemDecision(network: Network, batchSize: number, outputs: number, dtype: DType): Decision {
  const blocks = parameterBlocks(network);
  const { form, cost } = chooseForm(blocks, batchSize, outputs, dtype);
  const [name, size] =
    form === "gram" ? ["Gram matrix", batchSize * outputs] : ["normal equations", trainableCount(blocks)];
  return {
    what: "system",
    choice: `${name}, ${size} × ${size}`,
    why: `${writeFlops(cost.gram)} by the Gram matrix, ${writeFlops(cost.primal)} by the normal equations`,
  };
}

const flopUnits = [
  "flop",
  "kflop",
  "Mflop",
  "Gflop",
  "Tflop",
  "Pflop",
  "Eflop",
  "Zflop",
  "Yflop",
  "Rflop",
] as const;

/** Floating-point operations for people: "3.2 Gflop". */
function writeFlops(flops: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(flops, 1)) / 3), flopUnits.length - 1);
  return `${(flops / 1000 ** power).toFixed(1)} ${flopUnits[power]!}`;
}
