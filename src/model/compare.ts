import type { Encoder } from "../data/encoder.ts";
import type { ColumnNote } from "../data/plan-columns.ts";
import type { Table } from "../data/table.ts";
import { OptionError } from "../errors.ts";
import { selectKernels } from "../kernels/select-kernels.ts";
import { initialize } from "../network/initialize.ts";
import { describeNetwork, type Network, parameterBlocks, trainableCount } from "../network/network.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { learnsAtRate } from "./choose-optimizer.ts";
import type { Examples } from "./examples.ts";
import { fitExamples } from "./fit-examples.ts";
import type { Decision, FitReport } from "./fit-report.ts";
import { gramSpectrum, pickSpectrumRows } from "./gram-spectrum.ts";
import type { OptimizerName } from "./named-optimizers.ts";
import { compareDefaults } from "./option-table.ts";
import {
  checkOptions,
  type FitEvent,
  type FitOptions,
  fitDefaults,
  tableOptionNames,
  withTestRows,
} from "./options.ts";
import { chooseRecipe, type Recipe } from "./recipe.ts";
import { type ColumnOptions, readExamples, separateOptions } from "./table-examples.ts";

/** Options of a fit that belong to one optimizer, or are told here with its name. */
const ownOptions = ["optimizer", "ensemble", "damping", "lambda", "alpha", "onDecisions"] as const;

type OwnOption = (typeof ownOptions)[number] | "onEpoch" | "onStep";

/** How optimizers are compared. What all of them share is as in a fit. */
export interface CompareOptions extends ColumnOptions, Omit<FitOptions, OwnOption> {
  /**
   * Names, or values made by the library, each with a name of its own. Default: those of `compareDefaults`.
   */
  readonly optimizers?: readonly (OptimizerName | Optimizer)[];
  /** Of the first-order methods; the others keep their own. */
  readonly learningRate?: number;
  /** Of each optimizer. Default 10 000. */
  readonly timeLimitMs?: number;
  /** Whether the eigenvalues of the Gram matrix are taken at the start and at the end. Default false. */
  readonly spectra?: boolean;
  /** Called before each training, with what was decided for that optimizer. */
  readonly onStart?: (optimizer: string, decisions: readonly Decision[]) => void;
  /** Called after each epoch. */
  readonly onEpoch?: (optimizer: string, event: FitEvent) => void;
  /** Called after each training. */
  readonly onRun?: (run: ComparedRun) => void;
}

/** What one optimizer achieved. */
export interface ComparedRun {
  readonly optimizer: string;
  readonly batchSize: number;
  /** Mean time of a step, without the errors that are measured after each epoch. */
  readonly stepMilliseconds: number;
  /** Until the network was found that was kept. */
  readonly secondsToBest: number;
  readonly report: FitReport;
  /** Eigenvalues of G at the network that was kept, descending; null where they were not asked for, or G is not finite. */
  readonly spectrum: Float64Array | null;
}

/** Several optimizers on the same data, from the same start. */
export interface Comparison {
  /** For example "8-20-20-1 tanh". */
  readonly network: string;
  /** Its trainable parameters, p. */
  readonly parameters: number;
  /** In the order that was asked for; fewer where the caller's signal ended it. */
  readonly runs: readonly ComparedRun[];
  /** The run of the least error on the rows that choose: validation, or else test, or else training rows. */
  readonly best: number;
  /** Eigenvalues of G at the start that all share; null as in a run. */
  readonly spectrum: Float64Array | null;
  readonly notes: readonly ColumnNote[];
  readonly encoder: Encoder;
}

/**
 * Trains the same network from the same start on the same rows in the same order, once with each optimizer. Where
 * `hidden` and `network` are absent, all get the first shape that `fit` would try. "auto" stands for its optimizer
 * alone, without the second shape, the steps over all rows that follow mini-batches, those over the validation rows,
 * and the linear model beside the network or in its place.
 *
 * @throws {DataError} As `fitTable`. @throws {OptionError} If an option is unknown or out of its range, or two
 *   optimizers have the same name.
 */
export async function compareTable(table: Table, options: CompareOptions): Promise<Comparison> {
  const [columnOptions, others] = separateOptions(options);
  const { optimizers = compareDefaults.optimizers, spectra, onStart, onEpoch, onRun, ...given } = others;
  const { timeLimitMs = compareDefaults.timeLimitMs } = given;
  const shared: FitOptions = withTestRows({ ...given, timeLimitMs });
  checkShared({ ...columnOptions, ...shared });
  checkOptimizers(optimizers, shared);
  const { examples, encoder, notes } = readExamples(table, columnOptions, shared);
  const network = networkOf(examples, shared);
  const spectrumOf = spectra ? planSpectrum(network, examples, shared) : () => null;
  const runs: ComparedRun[] = [];
  for (const optimizer of optimizers) {
    if (runs.length > 0 && shared.signal?.aborted) break;
    const name = nameOf(optimizer);
    const run = await runOne(optimizer, examples, spectrumOf, {
      ...optionsFor(optimizer, shared),
      network,
      onDecisions: (decisions) => onStart?.(name, explainNetwork(decisions, shared)),
      onEpoch: (event) => onEpoch?.(name, event),
    });
    runs.push(run);
    onRun?.(run);
  }
  const start = spectrumOf(initialize(network, shared.seed ?? fitDefaults.seed));
  return {
    network: describeNetwork(network),
    parameters: trainableCount(parameterBlocks(network)),
    runs,
    best: findBest(runs),
    spectrum: start,
    notes,
    encoder,
  };
}

type SpectrumOf = (parameters: Float64Array) => Float64Array | null;

async function runOne(
  optimizer: OptimizerName | Optimizer,
  examples: Examples,
  spectrumOf: SpectrumOf,
  options: FitOptions,
): Promise<ComparedRun> {
  const chosen = { ...options, optimizer };
  const { report, batchSize, training } = await fitExamples(
    examples,
    chosen,
    optimizerAlone(recipeOf(examples, chosen)),
  );
  const { parameters, stepSeconds, steps, history, bestEpoch } = training;
  return {
    optimizer: nameOf(optimizer),
    batchSize,
    stepMilliseconds: (1000 * stepSeconds) / steps,
    secondsToBest: history[bestEpoch]!.seconds,
    report,
    spectrum: spectrumOf(parameters),
  };
}

/** Of "auto" the optimizer alone: what it does besides would be another start, other rows, or no network. */
function optimizerAlone(recipe: Recipe): Recipe {
  const decisions = recipe.decisions.filter(({ what }) => what !== "polish");
  return { ...recipe, polish: null, refits: false, fallsBack: false, decisions };
}

function planSpectrum(network: Network, examples: Examples, { kernels, threads }: FitOptions): SpectrumOf {
  const rows = pickSpectrumRows(examples);
  // Kernels of its own each time: their memory is given back afterwards.
  return (parameters) =>
    gramSpectrum(selectKernels(kernels ?? fitDefaults.kernels, threads), network, parameters, examples, rows);
}

/** The network that all start from: the first that a fit would try. */
function networkOf(examples: Examples, options: FitOptions): Network {
  const { learningRate, ...others } = options;
  return recipeOf(examples, others).networks[0];
}

function recipeOf({ split, inputs, outputs }: Examples, options: FitOptions): Recipe {
  return chooseRecipe(split.train.length, inputs.columns, outputs, options, inputs.levels);
}

/** The network is asked for here, not by the caller. */
function explainNetwork(
  decisions: readonly Decision[],
  { hidden, network }: FitOptions,
): readonly Decision[] {
  if (hidden || network) return decisions;
  const why = "the first shape that a fit would try, for all optimizers";
  return decisions.map((decision) => (decision.what === "network" ? { ...decision, why } : decision));
}

/** What one optimizer gets of the shared options: all but the network's, which is made from them. */
function optionsFor(optimizer: OptimizerName | Optimizer, shared: FitOptions): FitOptions {
  const { learningRate, hidden, activation, network, ...others } = shared;
  return learningRate !== undefined && learnsAtRate(optimizer) ? { ...others, learningRate } : others;
}

function checkShared(options: Readonly<Record<string, unknown>>): void {
  const own = ownOptions.find((name) => options[name] !== undefined);
  if (own !== undefined)
    throw new OptionError(
      `options.${own}: belongs to one optimizer, not to all; give options.optimizers, values with their own options`,
    );
  checkOptions(options, tableOptionNames);
}

function checkOptimizers(
  optimizers: readonly (OptimizerName | Optimizer)[],
  { learningRate }: FitOptions,
): void {
  if (!Array.isArray(optimizers) || optimizers.length === 0)
    throw new OptionError("options.optimizers: has no optimizer; give a list of at least one");
  for (const optimizer of optimizers) checkOptions({ optimizer });
  const names = optimizers.map(nameOf);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new OptionError(`options.optimizers: has "${twice}" twice; give each a name of its own`);
  if (learningRate !== undefined && !optimizers.some(learnsAtRate))
    throw new OptionError(
      `options.learningRate: ${names.join(" and ")} ${names.length > 1 ? "do" : "does"} not take it; leave it out, or compare adam or sgd`,
    );
}

function nameOf(optimizer: OptimizerName | Optimizer): string {
  return typeof optimizer === "string" ? optimizer : optimizer.name;
}

/** The part of the rows whose error says which run is best: never the test rows where there are others. */
export function choosingPart({ rows }: FitReport): "validation" | "test" | "train" {
  return rows.validation > 0 ? "validation" : rows.test > 0 ? "test" : "train";
}

/** The RMSE of several targets would mix their units: they are judged by R². */
function errorOf({ report }: ComparedRun): number {
  const { rmse, r2 } = report.errors;
  const part = choosingPart(report);
  const error = report.outputs > 1 && r2[part] !== null ? 1 - r2[part] : rmse[part];
  return error !== null && Number.isFinite(error) ? error : Number.POSITIVE_INFINITY;
}

function findBest(runs: readonly ComparedRun[]): number {
  const errors = runs.map(errorOf);
  return errors.indexOf(Math.min(...errors));
}
