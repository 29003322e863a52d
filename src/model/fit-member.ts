import type { Kernels } from "../kernels/kernels.ts";
import { describeNetwork, type Network } from "../network/network.ts";
import type { TrainingResult } from "../training/training.ts";
import { carefulShare, makeBlend, mix } from "./blend.ts";
import { type Examples, pickRows, rmseOver } from "./examples.ts";
import type { Decision } from "./fit-report.ts";
import { linearNetwork } from "./linear-network.ts";
import { type Member, planPredictor } from "./predictor.ts";
import { type Baseline, fitBaseline } from "./ridge-baseline.ts";
import { isCutShort, type MemberTask, refit, type TriedShape, trainShape } from "./train-shape.ts";

/** A network that was trained, or the linear model in its place, and what it says of all rows. */
export interface FittedMember extends Member {
  readonly parameters: Float64Array;
  /** Of all rows, standardized. */
  readonly predictions: Float64Array;
  /** The same before the validation rows were learned from. */
  readonly unseen: Float64Array;
  readonly ridge: Baseline | null;
  /** The rows that taught, and those that chose. */
  readonly split: Examples["split"];
  /** The training of the network, before anything that came after. */
  readonly training: TrainingResult;
  /** What was decided after training. */
  readonly decisions: readonly Decision[];
}

/**
 * Fits one member: trains each shape, takes the linear model, the network, or a mean of both, whichever the validation
 * rows speak for, and lets the network learn from those rows too.
 *
 * @param known The linear models of another member.
 */
export async function fitMember(task: MemberTask, known: Baseline | null = null): Promise<FittedMember> {
  const { recipe, examples } = task;
  // For predictions and linear models.
  const kernels = task.makeKernels();
  const shapes = shapesOf(task);
  const tried: TriedShape[] = [];
  for (const [shape, network] of shapes.entries()) {
    const place = { member: task.member, members: recipe.members, shape, shapes: shapes.length };
    tried.push(await trainShape(task, network, place));
    if (isCutShort(tried[shape]!.result.stop)) break;
  }
  const [best] = bestFirst(tried);
  const { network, result: training } = best;
  const ridge = fitBaseline(kernels, examples, known);
  const ofNetwork = predictAll(task, kernels, network, training.parameters);
  const decisions = tried.length > 1 ? [shapeDecision(bestFirst(tried))] : [];
  const share = recipe.fallsBack && ridge ? chooseShare(examples, ofNetwork, ridge.unseen, decisions) : 1;
  const taught = share > 0 && mayRefit(task, training) ? await refit(task, best) : null;
  if (taught) decisions.push(refitDecision);
  const parameters = taught ?? training.parameters;
  const final = taught ? predictAll(task, kernels, network, parameters) : ofNetwork;
  return {
    ...(share === 0
      ? { ...linearNetwork(ridge!.linear), blend: null }
      : { network, parameters, blend: share < 1 ? makeBlend(share, ridge!.linear) : null }),
    predictions: ridge ? mix(share, final, ridge.model) : final,
    unseen: ridge ? mix(share, ofNetwork, ridge.unseen) : ofNetwork,
    ridge,
    split: examples.split,
    training,
    decisions,
  };
}

/** The shapes that are tried: without validation rows, which choose, the first alone. */
function shapesOf({ recipe, examples }: MemberTask): readonly Network[] {
  return examples.split.validation.length > 0 ? recipe.networks : [recipe.networks[0]];
}

/** Those that were tried, in the order of their errors. What cut the last one short ends all that would follow. */
function bestFirst(tried: readonly TriedShape[]): readonly [TriedShape, ...TriedShape[]] {
  const last = tried.at(-1)!.result.stop;
  const [best, ...others] = [...tried].sort((a, b) => a.error - b.error);
  const stop = isCutShort(last) ? last : best!.result.stop;
  return [{ ...best!, result: { ...best!.result, stop } }, ...others];
}

/** Of all examples, standardized. */
function predictAll(
  { examples: { inputs, rows }, recipe: { dtype } }: MemberTask,
  kernels: Kernels,
  network: Member["network"],
  parameters: Float64Array,
): Float64Array {
  const predict = planPredictor(kernels, [{ network, blend: null }], parameters, dtype);
  return predict({ source: inputs.source(kernels, dtype), matrix: null }, rows).mean;
}

function mayRefit({ recipe, examples }: MemberTask, { stop }: TrainingResult): boolean {
  const ended = !isCutShort(stop) && stop.reason !== "diverged";
  return recipe.refits && examples.split.validation.length > 0 && ended;
}

/** Networks with a share above this predict alone. */
const wholeShare = 0.9;

/** The mean of network and ridge must have a validation error below this part of ridge's: else ridge, the simpler one. */
const linearMargin = 0.99;

/** The network's share of the prediction: 0 where its best mean with ridge is hardly better than ridge alone. */
function chooseShare(
  examples: Examples,
  ofNetwork: Float64Array,
  ofRidge: Float64Array,
  decisions: Decision[],
): number {
  const { split, targets, outputs } = examples;
  if (split.validation.length === 0) return 1;
  const rowsOf = (values: Float64Array) => pickRows(values, split.validation, outputs);
  const best = carefulShare(rowsOf(ofNetwork), rowsOf(ofRidge), rowsOf(targets));
  const share = best > wholeShare ? 1 : best;
  const [network, ridge, both] = [ofNetwork, ofRidge, mix(share, ofNetwork, ofRidge)].map((values) =>
    rmseOver(examples, values, split.validation),
  );
  const errors = `validation error ${digits(ridge!)} of ridge, ${digits(network!)} of the network, in deviations of the target`;
  if (!(both! < linearMargin * ridge!)) {
    decisions.push({ what: "model", choice: "linear", why: `${errors}: hardly better, even their mean` });
    return 0;
  }
  if (share < 1)
    decisions.push({
      what: "model",
      choice: `${Math.round(100 * share)} % network, ${Math.round(100 - 100 * share)} % ridge`,
      why: `${errors}, ${digits(both!)} of their mean`,
    });
  return share;
}

function shapeDecision([best, ...others]: readonly [TriedShape, ...TriedShape[]]): Decision {
  return {
    what: "shape",
    choice: describeNetwork(best.network),
    why: `validation error ${digits(best.error)}, against ${others
      .map(({ network, error }) => `${digits(error)} of ${describeNetwork(network)}`)
      .join(", ")}; in standard deviations of the target`,
  };
}

const refitDecision: Decision = {
  what: "refit",
  choice: "more steps over training and validation rows together",
  why: "the validation error was measured before; those rows can teach as well",
};

function digits(value: number): string {
  return value.toPrecision(3);
}
