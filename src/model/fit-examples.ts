import { expandedWidth } from "../data/one-hot.ts";
import { fitRidge, type LinearModel, predictLinear } from "../data/ridge.ts";
import type { DType, Kernels } from "../kernels/kernels.ts";
import { obstacleToNative, selectKernels } from "../kernels/select-kernels.ts";
import { describeNetwork, type Network, parameterBlocks, trainableCount } from "../network/network.ts";
import type { TrainingResult } from "../training/train.ts";
import { applyBlend, type Blend, carefulShare, makeBlend, mix } from "./blend.ts";
import { type Examples, knownRows, pickRows, rmseOver } from "./examples.ts";
import type { Decision, FitReport } from "./fit-report.ts";
import { linearNetwork } from "./linear-network.ts";
import { measureErrors } from "./measure-errors.ts";
import { type FitOptions, fitDefaults } from "./options.ts";
import { planPredictor } from "./predictor.ts";
import type { Recipe } from "./recipe.ts";
import { isCutShort, refit, type TrainedMembers, type Trainer, trainMembers } from "./train-members.ts";

/** A fitted network, and all that there is to say about it. */
export interface FittedNetwork {
  readonly network: Network;
  readonly dtype: DType;
  /** Of all members, one after the other. */
  readonly parameters: Float64Array;
  readonly blend: Blend | null;
  readonly report: FitReport;
  /** Of all examples, standardized: rows × outputs. */
  readonly predictions: Float64Array;
  /** The most rows of a batch. */
  readonly batchSize: number;
  /** The trainings of the members, before anything that came after. */
  readonly trainings: readonly TrainingResult[];
}

/**
 * Fits networks to standardized examples: decide, train, compare with a linear model, measure.
 *
 * @param recipe What was decided before.
 */
export async function fitExamples(
  examples: Examples,
  options: FitOptions,
  recipe: Recipe,
): Promise<FittedNetwork> {
  const makeKernels = () => selectKernels(options.kernels ?? fitDefaults.kernels, options.threads);
  const kernels = makeKernels();
  const decisions = [...recipe.decisions, describeKernels(kernels, options)];
  options.onDecisions?.(decisions);
  const deadline = performance.now() + recipe.limits.timeLimitMs;
  const trainer: Trainer = { recipe, examples, options, deadline, makeKernels };
  const members = await trainMembers(trainer);
  const ridge = fitBaseline(kernels, examples);
  const chosen = await choose(trainer, kernels, members, ridge, decisions);
  const { network, parameters, blend } = chosen;
  const { dtype } = recipe;
  const predictions = chosen.isFinal ? chosen.unseen : predictAll(trainer, kernels, chosen);
  return {
    network,
    dtype,
    parameters,
    blend,
    predictions,
    batchSize: recipe.batchSize,
    trainings: members.results,
    report: {
      ...describeRun(trainer, kernels, members, chosen.network),
      decisions,
      ...measureErrors(examples, {
        model: predictions,
        unseen: chosen.unseen,
        ridge,
      }),
    },
  };
}

/** Of all examples, standardized. */
function predictAll(
  { examples, recipe: { dtype } }: Trainer,
  kernels: Kernels,
  { network, parameters, blend }: Pick<Chosen, "network" | "parameters" | "blend">,
): Float64Array {
  const { inputs, rows } = examples;
  const ours = planPredictor(kernels, network, dtype)(parameters, inputs.source(kernels, dtype), rows);
  return blend && inputs.matrix ? applyBlend(blend, ours, inputs.matrix, rows).mean : ours.mean;
}

function describeKernels({ name, description }: Kernels, options: FitOptions): Decision {
  const isFallback = name === "wasm" && (options.kernels ?? fitDefaults.kernels) === "auto";
  const obstacle = isFallback ? obstacleToNative() : null;
  return { what: "kernels", choice: name, why: obstacle ? `${description}; ${obstacle}` : description };
}

interface Chosen {
  readonly network: Network;
  readonly parameters: Float64Array;
  readonly blend: Blend | null;
  /** Predictions before the validation rows were learned from. */
  readonly unseen: Float64Array;
  /** Whether nothing was learned from them after that: then these are the predictions. */
  readonly isFinal: boolean;
}

/** Networks with a share above this predict alone. */
const wholeShare = 0.9;

/** The mean of networks and ridge must have a validation error below this part of ridge's: else ridge, the simpler one. */
const linearMargin = 0.99;

/**
 * Takes the linear model, the networks, or a mean of both, whichever the validation rows speak for; and lets the
 * networks learn from those rows too.
 */
async function choose(
  trainer: Trainer,
  kernels: Kernels,
  { network, results, stop, tried }: TrainedMembers,
  ridge: Baseline | null,
  decisions: Decision[],
): Promise<Chosen> {
  const { recipe, examples } = trainer;
  const { split } = examples;
  const trained = { network, parameters: join(results.map(({ parameters }) => parameters)), blend: null };
  const alone = { ...trained, unseen: predictAll(trainer, kernels, trained), isFinal: true };
  if (tried.length > 1) decisions.push(shapeDecision(network, tried));
  if (split.validation.length === 0) return alone;
  const chosen = recipe.fallsBack && ridge ? blendWithRidge(examples, alone, ridge, decisions) : alone;
  const isLinear = chosen.network !== network;
  if (isLinear || !recipe.refits || isCutShort(stop) || stop.reason === "diverged") return chosen;
  const parameters: Float64Array[] = [];
  for (const result of results) parameters.push(await refit(trainer, network, result));
  decisions.push({
    what: "refit",
    choice: "more steps over training and validation rows together",
    why: "the validation error was measured before; those rows can teach as well",
  });
  return { ...chosen, parameters: join(parameters), isFinal: false };
}

/** The networks alone, their mean with ridge, or ridge alone, by the validation rows. */
function blendWithRidge(examples: Examples, alone: Chosen, ridge: Baseline, decisions: Decision[]): Chosen {
  const linear = ridge.unseen;
  const share = chooseShare(examples, alone.unseen, linear, decisions);
  if (share === 1) return alone;
  const isFinal = false;
  if (share === 0) return { ...linearNetwork(ridge.linear), blend: null, unseen: linear, isFinal };
  const unseen = mix(share, alone.unseen, linear);
  return { ...alone, blend: makeBlend(share, ridge.linear), unseen, isFinal };
}

/** The networks' share of the prediction: 0 where their best mean with ridge is hardly better than ridge alone. */
function chooseShare(
  examples: Examples,
  unseen: Float64Array,
  linear: Float64Array,
  decisions: Decision[],
): number {
  const { split, targets, outputs } = examples;
  const rowsOf = (values: Float64Array) => pickRows(values, split.validation, outputs);
  const best = carefulShare(rowsOf(unseen), rowsOf(linear), rowsOf(targets));
  const share = best > wholeShare ? 1 : best;
  const mixed = mix(share, unseen, linear);
  const [ofNetwork, ofRidge, ofBoth] = [unseen, linear, mixed].map((values) =>
    rmseOver(examples, values, split.validation),
  );
  const errors = `validation error ${digits(ofRidge!)} of ridge, ${digits(ofNetwork!)} of the network, in deviations of the target`;
  if (!(ofBoth! < linearMargin * ofRidge!)) {
    decisions.push({ what: "model", choice: "linear", why: `${errors}: hardly better, even their mean` });
    return 0;
  }
  if (share < 1)
    decisions.push({
      what: "model",
      choice: `${Math.round(100 * share)} % network, ${Math.round(100 - 100 * share)} % ridge`,
      why: `${errors}, ${digits(ofBoth!)} of their mean`,
    });
  return share;
}

function shapeDecision(network: Network, tried: TrainedMembers["tried"]): Decision {
  const others = tried.filter((one) => one.network !== network);
  const error = tried.find((one) => one.network === network)!.error;
  return {
    what: "shape",
    choice: describeNetwork(network),
    why: `validation error ${digits(error)}, against ${others
      .map((other) => `${digits(other.error)} of ${describeNetwork(other.network)}`)
      .join(", ")}; in standard deviations of the target`,
  };
}

function join(vectors: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(vectors.reduce((sum, vector) => sum + vector.length, 0));
  let offset = 0;
  for (const vector of vectors) {
    out.set(vector, offset);
    offset += vector.length;
  }
  return out;
}

/** Ridge regression on all rows that may teach, and what it and one that has not seen the validation rows predict. */
interface Baseline {
  readonly linear: LinearModel;
  /** Standardized predictions of all rows. */
  readonly model: Float64Array;
  readonly unseen: Float64Array;
}

/** Rows, or columns if those are fewer, of the largest linear model: its eigenvalues take some seconds. */
const mostLinear = 2500;

/** Numbers of a matrix in which the levels of categories are written out: 128 MiB. */
const mostWritten = 2 ** 24;

/** Fits linear models, where the inputs are a matrix that is not too large. */
function fitBaseline(kernels: Kernels, examples: Examples): Baseline | null {
  const { rows, split, outputs, targets } = examples;
  const { matrix, columns, levels } = examples.inputs;
  if (!matrix) return null;
  const width = expandedWidth(columns, levels);
  const isWritten = width === columns || rows * width <= mostWritten;
  if (!isWritten || Math.min(split.train.length, width) > mostLinear) return null;
  const fitTo = (of: Int32Array): LinearModel =>
    fitRidge(
      kernels,
      pickRows(matrix, of, columns),
      pickRows(targets, of, outputs),
      of.length,
      outputs,
      levels,
    );
  const linear = fitTo(knownRows(examples));
  const trained = split.validation.length > 0 ? fitTo(split.train) : linear;
  return {
    linear,
    model: predictLinear(linear, matrix, rows),
    unseen: predictLinear(trained, matrix, rows),
  };
}

function describeRun(
  { recipe, examples, options }: Trainer,
  kernels: Kernels,
  { network: trained, results, stop }: TrainedMembers,
  network: Network,
) {
  const { split, outputs } = examples;
  const first = results[0]!;
  const total = (of: (result: TrainingResult) => number) => results.reduce((sum, r) => sum + of(r), 0);
  return {
    rows: { train: split.train.length, validation: split.validation.length, test: split.test.length },
    inputs: network.inputs,
    outputs,
    parameters: trainableCount(parameterBlocks(network)),
    members: network === trained ? results.length : 1,
    network: describeNetwork(network),
    optimizer: recipe.optimizerName,
    kernels: kernels.name,
    dtype: recipe.dtype,
    seed: options.seed ?? fitDefaults.seed,
    steps: total(({ steps }) => steps),
    epochs: total(({ epochs }) => epochs),
    seconds: total(({ seconds }) => seconds),
    bestEpoch: first.bestEpoch,
    stop,
    history: first.history,
  };
}

function digits(value: number): string {
  return value.toPrecision(3);
}
