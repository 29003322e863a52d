import { NetworkError } from "../errors.ts";
import type { Activation } from "../kernels/activation.ts";
import { requireWidth } from "./layers/checks.ts";
import type { DenseLayer } from "./layers/dense.ts";
import type { BlockShape } from "./layers/layer-kind.ts";
import type { Layer } from "./layers.ts";
import { type ResolvedLayer, resolveLayers } from "./resolve.ts";
import { describeShape, type Shape, sizeOf, vectorShape } from "./shape.ts";

/** A feed-forward network as plain data: it can be written as JSON and read back. */
export interface Network {
  /** Numbers of one example. */
  readonly inputs: number;
  /**
   * How they are arranged, for layers that look at positions: [height, width, channels] or [length, channels],
   * row-major, the channels innermost. Default: a vector.
   */
  readonly shape?: readonly number[];
  readonly layers: readonly Layer[];
}

/** A network of dense layers alone. */
export interface DenseNetwork extends Network {
  readonly layers: readonly DenseLayer[];
}

/** Where a layer's parameters stand in the flat parameter vector: rows × columns, row-major, the bias last. */
export interface ParameterBlock extends BlockShape {
  readonly offset: number;
  /** Whether what its layer gives is the network's result, with nothing after it. */
  readonly isLast: boolean;
}

/** Describes a dense network: hidden layers of one activation, then a linear output layer. */
export function denseNetwork(
  inputs: number,
  hidden: readonly number[],
  outputs: number,
  activation: Activation = "tanh",
): DenseNetwork {
  const layers: DenseLayer[] = hidden.map((units) => ({ kind: "dense", units, activation }));
  layers.push({ kind: "dense", units: outputs, activation: "identity" });
  const network = { inputs, layers };
  validateNetwork(network);
  return network;
}

/** A network with all that follows from its description. */
export interface ResolvedNetwork {
  readonly input: Shape;
  readonly layers: readonly ResolvedLayer[];
  readonly blocks: readonly ParameterBlock[];
  readonly output: Shape;
}

/**
 * Follows the shapes through a network and lays its parameters out in one vector: the trainable layers in their
 * order, then the frozen ones, so that what an optimizer works on is the vector's beginning.
 *
 * @throws {NetworkError} As `validateNetwork`.
 */
export function resolveNetwork(network: Network): ResolvedNetwork {
  requireWidth("network.inputs", network.inputs);
  const input = inputShape(network);
  const unplaced: BlockShape[] = [];
  const { layers, output } = resolveLayers("network.layers", network.layers, input, unplaced);
  if (layers.length === 0) throw new NetworkError("network.layers: is empty; give at least the output layer");
  if (unplaced.length === 0)
    throw new NetworkError("network.layers: none has parameters; give at least a dense layer at the end");
  return { input, layers, blocks: placeBlocks(unplaced, layers.at(-1)!.block), output };
}

function inputShape({ inputs, shape }: Network): Shape {
  if (!shape) return vectorShape(inputs);
  const whole = Array.isArray(shape) && (shape.length === 2 || shape.length === 3);
  if (!whole || !shape.every((length) => Number.isInteger(length) && length >= 1))
    throw new NetworkError(
      `network.shape: ${JSON.stringify(shape)} is neither [height, width, channels] nor [length, channels] in whole numbers`,
    );
  const [channels, width, height = 1] = [...shape].reverse() as [number, number, number?];
  const result = { height, width, channels };
  if (sizeOf(result) !== inputs)
    throw new NetworkError(
      `network.shape: ${describeShape(result)} are ${sizeOf(result)} numbers, network.inputs is ${inputs}; make them equal`,
    );
  return result;
}

function placeBlocks(unplaced: readonly BlockShape[], last: number | null): readonly ParameterBlock[] {
  let trainableEnd = 0;
  let frozenEnd = trainableCount(unplaced);
  return unplaced.map((block, l) => {
    const offset = block.trainable ? trainableEnd : frozenEnd;
    if (block.trainable) trainableEnd += blockSize(block);
    else frozenEnd += blockSize(block);
    return { ...block, offset, isLast: l === last };
  });
}

/**
 * The parameters of all layers that have some, in the order of the layers, a residual layer's body before its
 * shortcut.
 *
 * @throws {NetworkError} As `validateNetwork`.
 */
export function parameterBlocks(network: Network): readonly ParameterBlock[] {
  return resolveNetwork(network).blocks;
}

function blockSize(block: { readonly rows: number; readonly columns: number }): number {
  return block.rows * block.columns;
}

/** Counts all parameters of a network, frozen ones too: the length of its parameter vector. */
export function parameterCount(network: Network): number {
  return parameterBlocks(network).reduce((sum, block) => sum + blockSize(block), 0);
}

/** Counts the parameters that training changes, p: they stand first in the parameter vector. */
export function trainableCount(blocks: readonly BlockShape[]): number {
  return blocks.reduce((sum, block) => sum + (block.trainable ? blockSize(block) : 0), 0);
}

/**
 * Visits the groups of trainable parameters that share a prior: for each layer l its weights, group 2 l, and its
 * biases, group 2 l + 1, with the range of each in the parameter vector.
 */
export function forEachGroup(
  blocks: readonly ParameterBlock[],
  visit: (group: number, start: number, end: number) => void,
): void {
  for (const [l, block] of blocks.entries()) {
    if (!block.trainable) continue;
    const biasStart = block.offset + block.inputs * block.columns;
    visit(2 * l, block.offset, biasStart);
    if (block.bias) visit(2 * l + 1, biasStart, biasStart + block.columns);
  }
}

/** The number of outputs of a network, K. */
export function outputCount(network: Network): number {
  return sizeOf(resolveNetwork(network).output);
}

/**
 * Writes a network in short, for example "8-50-50-1 tanh", "embedding 300x4, 9-20-1 tanh", or
 * "20x40x3 conv2d 16, max-pool, flatten, dense 1".
 */
export function describeNetwork(network: Network): string {
  const { input, layers } = resolveNetwork(network);
  const after = layers.findIndex(({ layer }) => layer.kind !== "embedding");
  if (after > 0) {
    const rest = { inputs: sizeOf(layers[after]!.input), layers: network.layers.slice(after) };
    return [...layers.slice(0, after).map(nameLayer), describeNetwork(rest)].join(", ");
  }
  if (!isDense(network)) return `${describeShape(input)} ${layers.map(nameLayer).join(", ")}`;
  const widths = [network.inputs, ...network.layers.map((layer) => layer.units)].join("-");
  const hidden = new Set(network.layers.slice(0, -1).map((layer) => layer.activation));
  return hidden.size === 0 ? `${widths} linear` : `${widths} ${[...hidden].join(", ")}`;
}

/** Writes a layer in a line, without its defaults: "conv2d 16, 3x3, stride 2, relu". */
export function describeLayer({ layer, words }: ResolvedLayer): string {
  const details = [...words];
  if ("activation" in layer && layer.activation !== "identity") details.push(layer.activation!);
  if ("trainable" in layer && layer.trainable === false) details.push("frozen");
  return details.join(", ");
}

function nameLayer({ words, body }: ResolvedLayer): string {
  return words[0]! + (body.length > 0 ? ` (${body.map(nameLayer).join(", ")})` : "");
}

/** Whether a network has dense layers alone. */
export function isDense(network: Network): network is DenseNetwork {
  return network.layers.every(({ kind }) => kind === "dense");
}

/**
 * Checks a network description.
 *
 * @throws {NetworkError} If a width is not a whole number above 0, an activation is unknown, a scale is not
 *   finite, a layer does not fit what the layers before it give, or there is no layer with parameters.
 */
export function validateNetwork(network: Network): void {
  resolveNetwork(network);
}
