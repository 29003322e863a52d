import { chooseForm } from "../gram/form.ts";
import type { DType } from "../kernels/kernels.ts";
import {
  denseNetwork,
  describeNetwork,
  type Network,
  parameterBlocks,
  trainableCount,
} from "../network/network.ts";
import { adam } from "../optimizers/adam.ts";
import { gramGaussNewton } from "../optimizers/gram-gauss-newton.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { evidence } from "../optimizers/prior.ts";
import { sgd } from "../optimizers/sgd.ts";
import { type StopLimits, stopDefaults } from "../training/stop.ts";
import type { Decision } from "./fit-report.ts";
import { type FitOptions, fitDefaults } from "./options.ts";

/** Everything that training needs to know and that the options left open. */
export interface Recipe {
  readonly network: Network;
  readonly dtype: DType;
  readonly optimizer: Optimizer;
  readonly optimizerName: string;
  readonly batchSize: number;
  readonly limits: StopLimits;
  /** Whether the last steps go over the training and the validation rows together. */
  readonly refit: boolean;
  readonly decisions: readonly Decision[];
}

/** Work of a full-batch step above which `auto` takes mini-batches: some seconds at 10 GFLOP/s. */
const affordableFlops = 3e10;

/** Rows of a mini-batch of the Gram-Gauss-Newton method: large enough to see curvature, small enough to be cheap. */
const gaussNewtonBatch = 512;
const firstOrderBatch = 32;

/**
 * Decides what the options leave open. One recipe for all data; docs/how-it-chooses.md has the reasons.
 *
 * @param rows Training rows. @param inputs Encoded columns. @param outputs Targets.
 */
export function chooseRecipe(rows: number, inputs: number, outputs: number, options: FitOptions): Recipe {
  const decisions: Decision[] = [];
  const decide = (what: string, choice: string, why: string) => decisions.push({ what, choice, why });
  const dtype = options.dtype ?? fitDefaults.dtype;
  const network = chooseNetwork(rows, inputs, outputs, options, decide);
  const blocks = parameterBlocks(network);
  const full = chooseForm(blocks, rows, outputs, dtype);
  const affordable = Math.min(full.flops.gram, full.flops.primal) <= affordableFlops;
  const kind = chooseKind(options, affordable);
  const batchSize = Math.min(rows, options.batchSize ?? (kind.fullBatch ? rows : kind.batch));
  decide(
    "batch",
    batchSize === rows ? `all ${rows} rows` : `${batchSize} of ${rows} rows`,
    options.batchSize ? "as asked" : kind.batchReason,
  );
  decide("optimizer", kind.description, kind.reason);
  if (kind.secondOrder) {
    const costs = chooseForm(blocks, batchSize, outputs, dtype);
    decide(
      "system",
      costs.form === "gram"
        ? `Gram matrix, ${batchSize * outputs} × ${batchSize * outputs}`
        : `normal equations, ${trainableCount(blocks)} × ${trainableCount(blocks)}`,
      `${megaflops(costs.flops.gram)} by the Gram matrix, ${megaflops(costs.flops.primal)} by the normal equations`,
    );
  }
  return {
    network,
    dtype,
    optimizer: kind.optimizer,
    optimizerName: kind.optimizer.name,
    batchSize,
    limits: chooseLimits(options, kind.secondOrder && batchSize === rows),
    refit: kind.regularized,
    decisions,
  };
}

type Decide = (what: string, choice: string, why: string) => void;

function chooseNetwork(
  rows: number,
  inputs: number,
  outputs: number,
  options: FitOptions,
  decide: Decide,
): Network {
  const units = rows < 2000 ? 10 : 20;
  const hidden = options.hidden ?? [units, units];
  const network = denseNetwork(inputs, hidden, outputs, options.activation ?? fitDefaults.activation);
  const p = trainableCount(parameterBlocks(network));
  decide(
    "network",
    `${describeNetwork(network)}, ${p} parameters`,
    options.hidden
      ? "as asked"
      : `two hidden layers of ${units} for ${rows} training rows; the prior keeps them smooth`,
  );
  return network;
}

interface Kind {
  readonly optimizer: Optimizer;
  readonly description: string;
  readonly reason: string;
  readonly secondOrder: boolean;
  readonly regularized: boolean;
  readonly fullBatch: boolean;
  readonly batch: number;
  readonly batchReason: string;
}

function chooseKind(options: FitOptions, affordable: boolean): Kind {
  const { optimizer = fitDefaults.optimizer } = options;
  const asked = { reason: "as asked", regularized: false };
  const small = affordable && options.batchSize === undefined;
  const affordability = affordable
    ? "a step over all rows is affordable"
    : "a step over all rows would take seconds";
  const secondOrder = { secondOrder: true, batch: gaussNewtonBatch, batchReason: affordability };
  if (typeof optimizer !== "string")
    return { ...asked, ...secondOrder, optimizer, description: optimizer.name, fullBatch: affordable };
  switch (optimizer) {
    case "auto":
      if (small && !hasStepOptions(options))
        return {
          ...secondOrder,
          optimizer: gramGaussNewton({ prior: evidence() }),
          description: "Gram-Gauss-Newton; damping by the gain ratio, regularization by the evidence",
          reason: "full batch: the evidence says how much of the data is signal",
          regularized: true,
          fullBatch: true,
        };
      return {
        ...secondOrder,
        optimizer: gramGaussNewton(stepOptions(options)),
        description: "Gram-Gauss-Newton",
        reason: hasStepOptions(options)
          ? "with the learning rate and damping asked for"
          : "mini-batches; damping by the gain ratio",
        regularized: false,
        fullBatch: small,
      };
    case "gram-gauss-newton":
      return {
        ...asked,
        ...secondOrder,
        optimizer: gramGaussNewton(stepOptions(options)),
        description: optimizer,
        fullBatch: affordable,
      };
    case "levenberg-marquardt":
      return {
        ...asked,
        ...secondOrder,
        optimizer: { ...gramGaussNewton(), name: optimizer },
        description: "Levenberg-Marquardt, damping by the gain ratio",
        fullBatch: true,
        batchReason: "Levenberg-Marquardt works on all rows",
      };
    case "adam":
    case "sgd": {
      const rate = options.learningRate === undefined ? {} : { learningRate: options.learningRate };
      return {
        ...asked,
        optimizer: optimizer === "adam" ? adam(rate) : sgd(rate),
        description: optimizer,
        secondOrder: false,
        fullBatch: false,
        batch: firstOrderBatch,
        batchReason: "usual for first-order methods",
      };
    }
  }
}

function hasStepOptions({ learningRate, damping, lambda, alpha }: FitOptions): boolean {
  return [learningRate, damping, lambda, alpha].some((value) => value !== undefined);
}

function stepOptions({ learningRate, damping, lambda, alpha }: FitOptions) {
  return {
    ...(learningRate === undefined ? {} : { learningRate }),
    ...(damping === undefined ? {} : { damping }),
    ...(lambda === undefined ? {} : { lambda }),
    ...(alpha === undefined ? {} : { alpha }),
  };
}

/** Steps of a full-batch run; the evidence has settled long before. */
const fullBatchSteps = 100;
const fullBatchPatience = 25;
const miniBatchPatience = 30;

function chooseLimits(options: FitOptions, fullBatch: boolean): StopLimits {
  return {
    ...stopDefaults,
    maxSteps: options.maxSteps ?? (fullBatch ? fullBatchSteps : stopDefaults.maxSteps),
    timeLimitMs: options.timeLimitMs ?? stopDefaults.timeLimitMs,
    patience: fullBatch ? fullBatchPatience : miniBatchPatience,
  };
}

function megaflops(flops: number): string {
  return flops >= 1e9 ? `${(flops / 1e9).toFixed(1)} Gflop` : `${(flops / 1e6).toFixed(1)} Mflop`;
}
