import { measure } from "../data/metrics.ts";
import { fitRidge, type LinearModel, predictLinear } from "../data/ridge.ts";
import type { DType, Kernels } from "../kernels/kernels.ts";
import { selectKernels } from "../kernels/select-kernels.ts";
import { initialize } from "../network/initialize.ts";
import { denseNetwork, type Network, parameterBlocks, trainableCount } from "../network/network.ts";
import { gramGaussNewton } from "../optimizers/gram-gauss-newton.ts";
import { evidence } from "../optimizers/prior.ts";
import { loadDataset } from "../training/dataset.ts";
import { stopDefaults } from "../training/stop.ts";
import { type TrainingResult, train } from "../training/train.ts";
import type { ByPart, Decision, Errors, FitReport } from "./fit-report.ts";
import { type FitOptions, fitDefaults } from "./options.ts";
import { planPredictor } from "./predictor.ts";
import { chooseRecipe, type Recipe } from "./recipe.ts";

/** Standardized examples, and the way back to the targets' own units. */
export interface Examples {
  readonly rows: number;
  /** rows × columns. */
  readonly inputs: Float64Array;
  /** rows × outputs. */
  readonly targets: Float64Array;
  readonly outputs: number;
  readonly targetNames: readonly string[];
  /** Positions among the rows. */
  readonly split: { readonly train: Int32Array; readonly validation: Int32Array; readonly test: Int32Array };
  /** Numbers of the targets' shape, in the targets' units. */
  restore(values: Float64Array): Float64Array;
}

/** A fitted network, and all that there is to say about it. */
export interface FittedNetwork {
  readonly network: Network;
  readonly dtype: DType;
  readonly parameters: Float64Array;
  readonly report: FitReport;
}

/** Full-batch steps over training and validation rows together, from the best network on. */
const refitSteps = 3;

/** A network must have a validation error below this part of the linear model's to be preferred. */
const linearMargin = 0.99;

/** Fits a network to standardized examples: decide, train, compare with a linear model, measure. */
export async function fitExamples(examples: Examples, options: FitOptions): Promise<FittedNetwork> {
  const kernels = selectKernels(
    options.kernels ?? fitDefaults.kernels,
    options.threads ?? fitDefaults.threads,
  );
  const { split, outputs } = examples;
  const recipe = chooseRecipe(split.train.length, examples.inputs.length / examples.rows, outputs, options);
  const decisions = [...recipe.decisions, describeKernels(kernels)];
  options.onDecisions?.(decisions);
  const result = await trainNetwork(kernels, recipe, examples, options);
  const known = joinRows(split.train, split.validation);
  const ridge = fitLinear(kernels, examples, known);
  const chosen = await finish(kernels, recipe, examples, options, result, ridge, decisions);
  const predictions = predictAll(kernels, chosen.network, recipe.dtype, chosen.parameters, examples);
  const seen = chosen.validated ?? predictions;
  return {
    network: chosen.network,
    dtype: recipe.dtype,
    parameters: chosen.parameters,
    report: {
      ...describeRun(examples, recipe, options, kernels, result, chosen.network),
      decisions,
      ...compare(examples, predictions, seen, ridge),
    },
  };
}

function describeKernels({ name, description }: Kernels): Decision {
  return { what: "kernels", choice: name, why: description };
}

function trainNetwork(
  kernels: Kernels,
  recipe: Recipe,
  examples: Examples,
  options: FitOptions,
): Promise<TrainingResult> {
  const seed = options.seed ?? fitDefaults.seed;
  return train({
    kernels,
    dtype: recipe.dtype,
    network: recipe.network,
    initial: initialize(recipe.network, seed),
    dataset: loadDataset(kernels, recipe.dtype, examples.rows, examples.inputs, examples.targets),
    trainRows: examples.split.train,
    validationRows: examples.split.validation,
    optimizer: recipe.optimizer,
    batchSize: recipe.batchSize,
    seed,
    limits: recipe.limits,
    signal: options.signal,
    onEpoch: options.onStep,
  });
}

interface Chosen {
  readonly network: Network;
  readonly parameters: Float64Array;
  /** Predictions of a network that has not seen the validation rows, where the final one has. */
  readonly validated: Float64Array | null;
}

/** Takes the linear model where the network is no better; else lets the network learn from the validation rows too. */
async function finish(
  kernels: Kernels,
  recipe: Recipe,
  examples: Examples,
  options: FitOptions,
  result: TrainingResult,
  ridge: LinearModel,
  decisions: Decision[],
): Promise<Chosen> {
  const { split } = examples;
  const predicted = predictAll(kernels, recipe.network, recipe.dtype, result.parameters, examples);
  const plain = { network: recipe.network, parameters: result.parameters, validated: null };
  if (!recipe.refit || split.validation.length === 0 || result.stop.reason === "diverged") return plain;
  const linear = predictLinear(fitLinear(kernels, examples, split.train), examples.inputs, examples.rows);
  const errors = [predicted, linear].map((values) => rmseOf(examples, values, split.validation));
  if (!(errors[0]! < linearMargin * errors[1]!)) {
    decisions.push({
      what: "model",
      choice: "linear",
      why: `validation error ${digits(errors[1]!)} of ridge, ${digits(errors[0]!)} of the network: no better`,
    });
    return { ...linearNetwork(ridge, examples), validated: linear };
  }
  if (options.signal?.aborted || result.stop.reason === "time-limit") return plain;
  const parameters = await refit(kernels, recipe, examples, options, result);
  decisions.push({
    what: "refit",
    choice: `${refitSteps} more steps over training and validation rows`,
    why: "the validation error was measured before; those rows can teach as well",
  });
  return { network: recipe.network, parameters, validated: predicted };
}

async function refit(
  kernels: Kernels,
  recipe: Recipe,
  examples: Examples,
  options: FitOptions,
  { parameters }: TrainingResult,
): Promise<Float64Array> {
  const rows = joinRows(examples.split.train, examples.split.validation);
  const result = await train({
    kernels,
    dtype: recipe.dtype,
    network: recipe.network,
    initial: parameters,
    dataset: loadDataset(kernels, recipe.dtype, examples.rows, examples.inputs, examples.targets),
    trainRows: rows,
    validationRows: new Int32Array(),
    optimizer: gramGaussNewton({ prior: evidence({ warmUps: 5 }) }),
    batchSize: rows.length,
    seed: 0,
    limits: { ...stopDefaults, maxSteps: refitSteps, tolerance: 0 },
    signal: options.signal,
  });
  return result.last;
}

function joinRows(a: Int32Array, b: Int32Array): Int32Array {
  return Int32Array.from([...a, ...b]).sort();
}

function fitLinear(kernels: Kernels, examples: Examples, rows: Int32Array): LinearModel {
  const columns = examples.inputs.length / examples.rows;
  return fitRidge(
    kernels,
    pickRows(examples.inputs, rows, columns),
    pickRows(examples.targets, rows, examples.outputs),
    rows.length,
    examples.outputs,
  );
}

function pickRows(values: Float64Array, rows: Int32Array, columns: number): Float64Array {
  const out = new Float64Array(rows.length * columns);
  for (const [i, row] of rows.entries())
    out.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
  return out;
}

/** A linear model as a network without hidden layers: the bias is the last row of its parameters. */
function linearNetwork({ weights, bias }: LinearModel, { outputs }: Examples) {
  const network = denseNetwork(weights.length / outputs, [], outputs);
  return { network, parameters: Float64Array.from([...weights, ...bias]) };
}

function predictAll(
  kernels: Kernels,
  network: Network,
  dtype: DType,
  parameters: Float64Array,
  examples: Examples,
): Float64Array {
  return planPredictor(kernels, network, dtype, parameters)(examples.inputs, examples.rows);
}

function rmseOf(examples: Examples, predictions: Float64Array, rows: Int32Array): number {
  const { outputs, targets } = examples;
  return (
    measure(pickRows(predictions, rows, outputs), pickRows(targets, rows, outputs), outputs)?.rmse ??
    Number.NaN
  );
}

function describeRun(
  examples: Examples,
  recipe: Recipe,
  options: FitOptions,
  kernels: Kernels,
  result: TrainingResult,
  network: Network,
) {
  const { split } = examples;
  return {
    rows: { train: split.train.length, validation: split.validation.length, test: split.test.length },
    inputs: network.inputs,
    outputs: examples.outputs,
    parameters: trainableCount(parameterBlocks(network)),
    network: networkName(network),
    optimizer: recipe.optimizerName,
    kernels: kernels.name,
    dtype: recipe.dtype,
    seed: options.seed ?? fitDefaults.seed,
    steps: result.steps,
    epochs: result.epochs,
    bestEpoch: result.bestEpoch,
    seconds: result.seconds,
    stop: result.stop,
    history: result.history,
  };
}

function networkName(network: Network): string {
  const widths = [network.inputs, ...network.layers.map((layer) => layer.units)].join("-");
  return network.layers.length === 1 ? `${widths} linear` : `${widths} ${network.layers[0]!.activation}`;
}

/** Errors of the model and of the baselines, in the targets' units. */
function compare(
  examples: Examples,
  predictions: Float64Array,
  validated: Float64Array,
  ridge: LinearModel,
): Pick<FitReport, "errors" | "targets" | "baseline"> {
  const { inputs, rows, outputs, targetNames, restore } = examples;
  const truth = restore(examples.targets);
  const ours = restore(predictions);
  const honest = restore(validated);
  const linear = restore(predictLinear(ridge, inputs, rows));
  const mean = restore(new Float64Array(rows * outputs));
  return {
    errors: errorsOf(examples, ours, honest, truth),
    targets:
      outputs === 1
        ? []
        : targetNames.map((name, k) => {
            const [a, b, c] = [ours, honest, truth].map((values) =>
              values.filter((_, i) => i % outputs === k),
            );
            return { name, errors: errorsOf({ ...examples, outputs: 1 }, a!, b!, c!) };
          }),
    baseline: {
      mean: errorsOf(examples, mean, mean, truth),
      ridge: errorsOf(examples, linear, linear, truth),
    },
  };
}

function errorsOf(
  { split, outputs }: Pick<Examples, "split" | "outputs">,
  predictions: Float64Array,
  validated: Float64Array,
  truth: Float64Array,
): Errors {
  const part = (values: Float64Array, rows: Int32Array) =>
    measure(pickRows(values, rows, outputs), pickRows(truth, rows, outputs), outputs);
  const parts = {
    train: part(predictions, split.train),
    validation: part(validated, split.validation),
    test: part(predictions, split.test),
  };
  const by = (name: "rmse" | "mae" | "r2"): ByPart => ({
    train: parts.train?.[name] ?? null,
    validation: parts.validation?.[name] ?? null,
    test: parts.test?.[name] ?? null,
  });
  return { rmse: by("rmse"), mae: by("mae"), r2: by("r2") };
}

function digits(value: number): string {
  return value.toPrecision(3);
}
