import type { DType } from "../kernels/kernels.ts";
import {
  denseNetwork,
  describeNetwork,
  type Network,
  parameterBlocks,
  resolveNetwork,
  trainableCount,
} from "../network/network.ts";
import { valueNumbers } from "../network/plan.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { chooseForm } from "../posterior/form.ts";
import { stepFlops } from "../posterior/step-flops.ts";
import { type StopLimits, stopDefaults } from "../training/stop.ts";
import { chooseOptimizer, evidenceFromThere, type OptimizerChoice } from "./choose-optimizer.ts";
import type { Decision } from "./fit-report.ts";
import { givenNetwork, hasDropout } from "./given-network.ts";
import { type FitOptions, fitDefaults, splitOptions } from "./options.ts";
import { systemDecision } from "./system-decision.ts";
import { embeddingUnits, requireEmbeddings, withEmbeddings } from "./with-embeddings.ts";

/** Everything that training needs to know and that the options left open. */
export interface Recipe {
  /** The shapes that are tried, at least one; the validation error decides. */
  readonly networks: readonly [Network, ...Network[]];
  readonly dtype: DType;
  readonly optimizer: Optimizer;
  readonly optimizerName: string;
  readonly batchSize: number;
  readonly limits: StopLimits;
  /** Steps over all rows that follow, from the best network on; null where none do. */
  readonly polish: Polish | null;
  /** Networks that are trained and averaged. */
  readonly members: number;
  /** Whether the last steps go over the training and the validation rows together. */
  readonly refits: boolean;
  /** Whether a linear model takes the network's place where that is no better. */
  readonly fallsBack: boolean;
  readonly decisions: readonly Decision[];
}

/** Steps over all rows. */
export interface Polish {
  readonly optimizer: Optimizer;
  readonly limits: StopLimits;
}

/** Training rows above which mini-batches come first: there they lead to better networks on most tables. */
const mostRowsAtOnce = 5000;

/** Epochs of a polish without a lower validation error: where it gains nothing, it is soon over. */
const polishPatience = 10;

/** Work of a full-batch step above which mini-batches are taken: some seconds at 10 GFLOP/s. */
const affordableFlops = 3e10;

/** Numbers that the passes of a batch may take where no batch was asked for: 1 GiB of float64. */
const mostNumbers = 2 ** 27;

/** Steps of a full-batch run; the best network comes long before. */
const fullBatchSteps = 500;
const fullBatchPatience = 25;
const miniBatchPatience = 30;

/**
 * Decides what the options leave open. One recipe for all data; docs/how-it-chooses.md has the reasons.
 *
 * @param rows Training rows. @param inputs Encoded columns. @param outputs Targets.
 * @param levels For each input the number of levels whose position it holds, or 0. Default: all hold numbers.
 * @throws {OptionError} If an option was given that the optimizer does not have, or a network that does not fit.
 * @throws {NetworkError} If the network that was given can't be used.
 */
export function chooseRecipe(
  rows: number,
  inputs: number,
  outputs: number,
  options: FitOptions,
  levels: readonly number[] = Array<number>(inputs).fill(0),
): Recipe {
  const dtype = options.dtype ?? fitDefaults.dtype;
  const networks = chooseNetworks(rows, inputs, outputs, options, levels);
  const [network] = networks;
  const fitting = rowsThatFit(network, outputs);
  const isAuto = (options.optimizer ?? fitDefaults.optimizer) === "auto";
  const flops = Math.max(...networks.map((one) => stepOverAll(one, rows, outputs, dtype)));
  const isAffordable = rows <= fitting && flops <= affordableFlops;
  const choice = chooseOptimizer(options, isAffordable, rows > mostRowsAtOnce);
  const usual = choice.fullBatch ? rows : Math.min(choice.batch, fitting);
  const batchSize = Math.min(rows, options.batchSize ?? usual);
  const isFullBatch = batchSize === rows && choice.longSteps;
  const members = options.ensemble ?? fitDefaults.ensemble;
  const polish = isAffordable && !options.batchSize && choice.averages ? polishStage(options) : null;
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
    polish,
    refits: choice.regularized || polish !== null,
    fallsBack: isAuto,
    decisions: [
      networkDecision(networks, options),
      ...(networks.some(hasDropout) ? [dropoutDecision] : []),
      {
        what: "batch",
        choice: batchSize === rows ? `all ${rows} rows` : `${batchSize} of ${rows} rows`,
        why: batchReason(options, choice, fitting),
      },
      { what: "optimizer", choice: choice.description, why: choice.reason },
      ...(polish ? [polishDecision] : []),
      ...(choice.optimizer.solves ? [systemDecision(network, batchSize, outputs, dtype)] : []),
      ...ensembleDecisions(options),
    ],
  };
}

function polishStage({ maxSteps, patience }: FitOptions): Polish {
  return {
    optimizer: evidenceFromThere(),
    limits: {
      ...stopDefaults,
      maxSteps: Math.min(maxSteps ?? fullBatchSteps, fullBatchSteps),
      patience: patience ?? polishPatience,
      tolerance: 0,
    },
  };
}

const polishDecision: Decision = {
  what: "polish",
  choice: "then steps over all rows, damping by the gain ratio, regularization by the evidence",
  why: "from the best network on: data of little noise gain digits",
};

/** What is to be said of several members. */
export function ensembleDecisions(options: FitOptions): readonly Decision[] {
  const members = options.ensemble ?? fitDefaults.ensemble;
  if (members === 1) return [];
  const why = validates(options)
    ? "as asked; each holds out other rows, and their mean predicts"
    : "as asked; their mean predicts";
  return [{ what: "ensemble", choice: `${members} networks`, why }];
}

function validates(options: FitOptions): boolean {
  return splitOptions(options).validation > 0;
}

/** Operations of a full-batch step: its passes, and the cheaper system. */
function stepOverAll(network: Network, rows: number, outputs: number, dtype: DType): number {
  const resolved = resolveNetwork(network);
  const { form, flops } = chooseForm(resolved.blocks, rows, outputs, dtype);
  return stepFlops(resolved, rows, form, 0).sgd + Math.min(flops.gram, flops.primal);
}

/** Rows whose numbers between the layers, their slopes and their derivatives fit into memory. */
export function rowsThatFit(network: Network, outputs: number): number {
  return Math.max(1, Math.floor(mostNumbers / ((2 + outputs) * valueNumbers(network))));
}

function batchReason(
  { batchSize }: FitOptions,
  { batch, batchReason: usual, fullBatch }: OptimizerChoice,
  fitting: number,
): string {
  if (batchSize) return "as asked";
  return !fullBatch && fitting < batch ? "as many as fit into 1 GiB: the network is large" : usual;
}

/** Below this number of training rows a fit takes seconds, and trying a second shape is worth its time. */
const fewRows = 2000;

/** The hidden layers of the shapes that are tried: of few rows a wide one too, of many a larger one. */
function hiddenLayers(rows: number): readonly (readonly number[])[] {
  if (rows < fewRows) return [[20, 20], [50]];
  return rows > mostRowsAtOnce
    ? [
        [20, 20],
        [30, 30],
      ]
    : [[20, 20]];
}

function chooseNetworks(
  rows: number,
  inputs: number,
  outputs: number,
  options: FitOptions,
  levels: readonly number[],
): readonly [Network, ...Network[]] {
  const given = givenNetwork(options, inputs, outputs);
  if (given) {
    requireEmbeddings(given, levels);
    return [given];
  }
  const { hidden, activation = fitDefaults.activation } = options;
  const build = (layers: readonly number[]) =>
    withEmbeddings(levels, embeddingUnits, (width) => denseNetwork(width, layers, outputs, activation));
  if (hidden) return [build(hidden)];
  const [first, ...others] = hiddenLayers(rows).map(build);
  return validates(options) ? [first!, ...others] : [first!];
}

export const dropoutDecision: Decision = {
  what: "dropout",
  choice: "off",
  why: "with random zeros the residuals of a step would be those of another function than its Jacobian",
};

function networkDecision(networks: readonly Network[], { hidden, network }: FitOptions): Decision {
  const size = (network: Network) => trainableCount(parameterBlocks(network));
  return {
    what: "network",
    choice: networks
      .map((network) => `${describeNetwork(network)}, ${size(network)} parameters`)
      .join("; or "),
    why:
      hidden || network
        ? "as asked"
        : networks.length > 1
          ? "both are tried: the validation error decides"
          : "the prior keeps it smooth",
  };
}
