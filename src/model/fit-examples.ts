import { turnSplit } from "../data/split-rows.ts";
import type { DType, Kernels } from "../kernels/kernels.ts";
import { obstacleToNative, selectKernels } from "../kernels/select-kernels.ts";
import { describeNetwork, parameterBlocks, trainableCount } from "../network/network.ts";
import type { Stop } from "../training/stop.ts";
import type { TrainingResult } from "../training/training.ts";
import { type Examples, joinVectors, knownRows } from "./examples.ts";
import { type FittedMember, fitMember } from "./fit-member.ts";
import type { Decision, FitReport } from "./fit-report.ts";
import { measureErrors } from "./measure-errors.ts";
import { type FitOptions, fitDefaults, splitOptions } from "./options.ts";
import { type Member, summarizeMembers } from "./predictor.ts";
import type { Recipe } from "./recipe.ts";
import { isCutShort, type MemberTask } from "./train-shape.ts";

/** Fitted networks, and all that there is to say about them. */
export interface FittedNetworks {
  readonly members: readonly Member[];
  readonly dtype: DType;
  /** Of all members, one after the other. */
  readonly parameters: Float64Array;
  readonly report: FitReport;
  /** Of all examples, standardized: rows × outputs. */
  readonly predictions: Float64Array;
  /** The most rows of a batch. */
  readonly batchSize: number;
  /** The training of the first member, before anything that came after. */
  readonly training: TrainingResult;
}

/**
 * Fits networks to standardized examples: the members of the ensemble, each from a start of its own, and with other rows
 * held out, for as long as time and caller allow; then measures their mean beside a linear model.
 *
 * @param recipe What was decided before.
 * @param makeKernels For each member and for what comes after; by default as the options say.
 */
export async function fitExamples(
  examples: Examples,
  options: FitOptions,
  recipe: Recipe,
  makeKernels: () => Kernels = () => selectKernels(options.kernels ?? fitDefaults.kernels, options.threads),
): Promise<FittedNetworks> {
  const kernels = makeKernels();
  const decisions = [...recipe.decisions, describeKernels(kernels, options)];
  options.onDecisions?.(decisions);
  const deadline = performance.now() + recipe.limits.timeLimitMs;
  const fitted: FittedMember[] = [];
  let stop: Stop;
  do {
    const member = fitted.length;
    const split = turnSplit(examples.split, member, splitOptions(options));
    const own = { ...examples, split };
    const task: MemberTask = { recipe, options, deadline, makeKernels, member, examples: own };
    const one = await fitMember(task, fitted[0]?.ridge);
    stop = one.training.stop;
    // A member that was cut short would make the ensemble worse.
    if (member === 0 || !isCutShort(stop)) fitted.push(one);
  } while (fitted.length < recipe.members && !isCutShort(stop));
  return summarize({ examples, options, recipe, kernels, decisions, stop }, soundOf(fitted));
}

/** The members that predict. */
function soundOf(fitted: readonly FittedMember[]): readonly FittedMember[] {
  const sound = fitted.filter(({ training }) => training.stop.reason !== "diverged");
  return sound.length > 0 ? sound : fitted.slice(0, 1);
}

/** What a fit was made of, and why its last training ended. */
interface FinishedFit {
  readonly examples: Examples;
  readonly options: FitOptions;
  readonly recipe: Recipe;
  readonly kernels: Kernels;
  readonly decisions: readonly Decision[];
  readonly stop: Stop;
}

function summarize(
  { examples, options, recipe, kernels, decisions, stop }: FinishedFit,
  fitted: readonly FittedMember[],
): FittedNetworks {
  const predictions = summarizeMembers(fitted.map((member) => member.predictions)).mean;
  const measured = { ...examples, split: splitOver(fitted, examples) };
  return {
    members: fitted.map(({ network, blend }) => ({ network, blend })),
    dtype: recipe.dtype,
    parameters: joinVectors(fitted.map(({ parameters }) => parameters)),
    predictions,
    batchSize: recipe.batchSize,
    training: fitted[0]!.training,
    report: {
      ...describeRun(measured, options, recipe, fitted),
      kernels: kernels.name,
      stop,
      decisions: [...decisions, ...missingMembers(recipe, fitted, stop), ...mergeDecisions(fitted)],
      ...measureErrors(measured, {
        model: predictions,
        unseen: heldOut(fitted, examples, ({ unseen }) => unseen),
        ridge: fitted[0]!.ridge && {
          model: fitted[0]!.ridge.model,
          unseen: heldOut(fitted, examples, ({ ridge }) => ridge!.unseen),
        },
      }),
    },
  };
}

function describeKernels({ name, description }: Kernels, options: FitOptions): Decision {
  const isFallback = name === "wasm" && (options.kernels ?? fitDefaults.kernels) === "auto";
  const obstacle = isFallback ? obstacleToNative() : null;
  return { what: "kernels", choice: name, why: obstacle ? `${description}; ${obstacle}` : description };
}

/** Says so where fewer networks predict than were asked for. */
function missingMembers(
  { members }: Recipe,
  { length }: readonly FittedMember[],
  stop: Stop,
): readonly Decision[] {
  if (length === members) return [];
  const why = isCutShort(stop) ? "training was cut short before the others were done" : "the others diverged";
  return [{ what: "members", choice: `${length} of ${members} networks`, why }];
}

/** The rows that errors are measured on: of an ensemble, what taught some member and what some member held out. */
function splitOver(fitted: readonly FittedMember[], examples: Examples): Examples["split"] {
  if (fitted.length === 1) return fitted[0]!.split;
  const validation = Int32Array.from(new Set(fitted.flatMap(({ split }) => [...split.validation]))).sort();
  return { train: knownRows(examples), validation, test: examples.split.test };
}

/** Of each row the mean prediction of those members that held it out; NaN of rows that none did. */
function heldOut(
  fitted: readonly FittedMember[],
  { rows, outputs }: Examples,
  unseen: (member: FittedMember) => Float64Array,
): Float64Array {
  const sums = new Float64Array(rows * outputs);
  const counts = new Float64Array(rows);
  for (const member of fitted) {
    const values = unseen(member);
    for (const row of member.split.validation) {
      counts[row]! += 1;
      for (let i = row * outputs; i < (row + 1) * outputs; i++) sums[i]! += values[i]!;
    }
  }
  return sums.map((sum, i) => sum / counts[Math.floor(i / outputs)]!);
}

/** What the members decided after training, and how many of them where not all did. */
function mergeDecisions(fitted: readonly FittedMember[]): readonly Decision[] {
  const all = fitted.flatMap(({ decisions }) => decisions);
  return [...new Set(all.map(({ what }) => what))].map((what) => {
    const alike = all.filter((decision) => decision.what === what);
    const reasons = new Set(alike.map(({ why }) => why));
    return {
      what,
      choice: tally(
        alike.map(({ choice }) => choice),
        fitted.length,
      ),
      why: reasons.size === 1 ? alike[0]!.why : "each by the rows that it held out",
    };
  });
}

/** Different texts, and how many of `total` each is, where not all are the same. */
function tally(texts: readonly string[], total: number): string {
  const different = [...new Set(texts)];
  if (different.length === 1 && texts.length === total) return different[0]!;
  return different
    .map((text) => `${text} (${texts.filter((one) => one === text).length} of ${total})`)
    .join(", ");
}

function describeRun(
  { split, outputs }: Examples,
  { seed = fitDefaults.seed }: FitOptions,
  { optimizerName: optimizer, dtype }: Recipe,
  fitted: readonly FittedMember[],
) {
  const networks = fitted.map(({ network }) => network);
  const first = fitted[0]!.training;
  const total = (of: (training: TrainingResult) => number) =>
    fitted.reduce((sum, { training }) => sum + of(training), 0);
  return {
    rows: { train: split.train.length, validation: split.validation.length, test: split.test.length },
    inputs: networks[0]!.inputs,
    outputs,
    parameters: networks.reduce((sum, network) => sum + trainableCount(parameterBlocks(network)), 0),
    members: fitted.length,
    network: tally(networks.map(describeNetwork), networks.length),
    optimizer,
    dtype,
    seed,
    steps: total(({ steps }) => steps),
    epochs: total(({ epochs }) => epochs),
    seconds: total(({ seconds }) => seconds),
    bestEpoch: first.bestEpoch,
    history: first.history,
  };
}
