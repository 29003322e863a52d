import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import {
  forEachGroup,
  type Network,
  outputCount,
  type ParameterBlock,
  parameterBlocks,
  trainableCount,
} from "../network/network.ts";
import { allocateParameters, type ParameterVector, viewParameters } from "../network/parameter-vector.ts";
import { leastGramFlops } from "./block-kinds.ts";

/** Trainable parameters that share a prior: a range of the parameter vector, empty where there are none. */
export interface Group {
  readonly start: number;
  readonly end: number;
}

/** The layers of a network, and the batches that their residuals come in. */
export interface LayerSpace {
  readonly kernels: Kernels;
  readonly dtype: DType;
  readonly blocks: readonly ParameterBlock[];
  /** K. */
  readonly outputs: number;
  /** The most examples in a batch. */
  readonly capacity: number;
}

/** How large a residual's batches and its parameters are, and where their numbers live: what optimizers plan by. */
export interface Space {
  readonly kernels: Kernels;
  readonly dtype: DType;
  /** p: trainable parameters, the first of a vector. */
  readonly parameters: number;
  /** The most residual rows of a batch. */
  readonly rows: number;
  /** The most neighbouring rows that belong to one example. */
  readonly rowsOfExample: number;
  /** The groups of the trainable parameters; a network has two for each layer, its weights and its biases. */
  readonly groups: readonly Group[];
  /** The layers, for methods that go layer by layer; null where the residual has none. */
  readonly layers: LayerSpace | null;
  /** Operations that form J Jᵀ of so many rows, where a pass over its elements counts `pass` for each of them. */
  gramFlops(rows: number, pass: number): number;
  /** Allocates a zero vector of all parameters, frozen ones too. */
  vector(): ParameterVector;
  /** Such a vector on numbers that are there already. */
  vectorOn(flat: FloatArray): ParameterVector;
}

/**
 * The space of a network's parameters, for batches of up to `capacity` examples, each with a row for every output.
 */
export function networkSpace(kernels: Kernels, dtype: DType, network: Network, capacity: number): Space {
  const blocks = parameterBlocks(network);
  const outputs = outputCount(network);
  return {
    kernels,
    dtype,
    parameters: trainableCount(blocks),
    rows: capacity * outputs,
    rowsOfExample: outputs,
    groups: groupsOf(blocks),
    layers: { kernels, dtype, blocks, outputs, capacity },
    gramFlops: gramFlopsOf(blocks, outputs),
    vector: () => allocateParameters(kernels, dtype, blocks),
    vectorOn: (flat) => viewParameters(flat, blocks),
  };
}

/** Σ_layers of the operations of its part of the Gram matrix, for n = examples × outputs rows. */
export function gramFlopsOf(blocks: readonly ParameterBlock[], outputs: number): Space["gramFlops"] {
  const trainable = blocks.filter((block) => block.trainable);
  return (rows, pass) =>
    trainable.reduce((sum, block) => sum + leastGramFlops(block, rows / outputs, outputs, pass), 0);
}

/** Two groups for each layer, its weights and its biases. */
export function groupsOf(blocks: readonly ParameterBlock[]): readonly Group[] {
  const groups = Array.from({ length: 2 * blocks.length }, () => ({ start: 0, end: 0 }));
  forEachGroup(blocks, (group, start, end) => {
    groups[group] = { start, end };
  });
  return groups;
}

/**
 * The space of parameters without layers: all trainable, in one range of numbers.
 *
 * @throws {RangeError} If the groups leave parameters out or overlap: each has a weight of its group.
 */
export function plainSpace(
  kernels: Kernels,
  dtype: DType,
  parameters: number,
  groups: readonly Group[],
  rows: number,
  rowsOfExample: number,
): Space {
  const ranges = groups.filter(({ start, end }) => end > start);
  const tiles = ranges.every(({ start }, i) => start === (ranges[i - 1]?.end ?? 0));
  if (!tiles || (ranges.at(-1)?.end ?? 0) !== parameters)
    throw new RangeError(
      `groups: do not cover the ${parameters} parameters one after the other; give ranges from 0 to ${parameters} without gaps`,
    );
  const vectorOn: Space["vectorOn"] = (flat) => ({ flat, blocks: [] });
  return {
    kernels,
    dtype,
    parameters,
    rows,
    rowsOfExample,
    groups,
    layers: null,
    // The symmetric product of n rows of p numbers by half, and a pass over it.
    gramFlops: (n, pass) => n ** 2 * (parameters + pass),
    vectorOn,
    vector: () => vectorOn(kernels.allocate(dtype, parameters)),
  };
}

/** x <- factor W x over the trainable parameters; W by groups, null is I. */
export function scaleGroups(
  { kernels, parameters, groups }: Space,
  weights: Float64Array | null,
  factor: number,
  { flat }: ParameterVector,
): void {
  if (!weights) kernels.scale(parameters, factor, flat);
  else
    groups.forEach(({ start, end }, group) => {
      if (end > start) kernels.scale(end - start, factor * weights[group]!, flat.subarray(start, end));
    });
}
