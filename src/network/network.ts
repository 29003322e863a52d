import { type Activation, activations } from "../kernels/activation.ts";

/**
 * A layer as plain data: z = scale · θᵀ ã, a = σ(z), where ã is the layer's input with a one appended when
 * `bias` is set. θ is a (inputs + bias) × units matrix, row-major; the bias is its last row.
 */
export interface DenseLayer {
  readonly kind: "dense";
  readonly units: number;
  readonly activation: Activation;
  /** Default true. */
  readonly bias?: boolean;
  /** Constant factor of the NTK parameterization (Jacot et al. 2018), for example 1/√inputs. Default 1. */
  readonly scale?: number;
  /** false keeps the layer's parameters as they were initialized. Default true. */
  readonly trainable?: boolean;
}

/** A feed-forward network as plain data: it can be written as JSON and read back. */
export interface Network {
  readonly inputs: number;
  readonly layers: readonly DenseLayer[];
}

/** Where a layer's parameters stand in the flat parameter vector. */
export interface ParameterBlock {
  readonly offset: number;
  /** Inputs of the layer, plus one for the bias. */
  readonly rows: number;
  /** Units of the layer. */
  readonly columns: number;
  readonly inputs: number;
  readonly bias: boolean;
  readonly scale: number;
  readonly trainable: boolean;
  readonly activation: Activation;
}

/** Thrown where a network description can't be built. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  readonly code = "network";
}

/** Describes a dense network: hidden layers of one activation, then a linear output layer. */
export function denseNetwork(
  inputs: number,
  hidden: readonly number[],
  outputs: number,
  activation: Activation = "tanh",
): Network {
  const layers: DenseLayer[] = hidden.map((units) => ({ kind: "dense", units, activation }));
  layers.push({ kind: "dense", units: outputs, activation: "identity" });
  const network = { inputs, layers };
  validateNetwork(network);
  return network;
}

/**
 * Lays the parameters of all layers out in one vector: the trainable layers in their order, then the frozen
 * ones, so that what an optimizer works on is the vector's beginning.
 *
 * @returns One block for each layer, in the order of the layers.
 * @throws {NetworkError} As `validateNetwork`.
 */
export function parameterBlocks(network: Network): readonly ParameterBlock[] {
  validateNetwork(network);
  const unplaced = network.layers.map((layer, l) =>
    describeBlock(layer, network.layers[l - 1]?.units ?? network.inputs),
  );
  let trainableEnd = 0;
  let frozenEnd = unplaced
    .filter((block) => block.trainable)
    .reduce((sum, block) => sum + blockSize(block), 0);
  return unplaced.map((block) => {
    const offset = block.trainable ? trainableEnd : frozenEnd;
    if (block.trainable) trainableEnd += blockSize(block);
    else frozenEnd += blockSize(block);
    return { ...block, offset };
  });
}

function describeBlock(layer: DenseLayer, inputs: number): Omit<ParameterBlock, "offset"> {
  const bias = layer.bias ?? true;
  return {
    rows: inputs + (bias ? 1 : 0),
    columns: layer.units,
    inputs,
    bias,
    scale: layer.scale ?? 1,
    trainable: layer.trainable ?? true,
    activation: layer.activation,
  };
}

function blockSize(block: { readonly rows: number; readonly columns: number }): number {
  return block.rows * block.columns;
}

/** Counts all parameters of a network, frozen ones too: the length of its parameter vector. */
export function parameterCount(network: Network): number {
  return parameterBlocks(network).reduce((sum, block) => sum + blockSize(block), 0);
}

/** Counts the parameters that training changes, p: they stand first in the parameter vector. */
export function trainableCount(blocks: readonly ParameterBlock[]): number {
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

/** The number of outputs of a network: the units of its last layer. */
export function outputCount(network: Network): number {
  return network.layers[network.layers.length - 1]!.units;
}

/** Writes a network as its widths, for example "8-50-50-1 tanh". */
export function describeNetwork(network: Network): string {
  const widths = [network.inputs, ...network.layers.map((layer) => layer.units)].join("-");
  const hidden = new Set(network.layers.slice(0, -1).map((layer) => layer.activation));
  return hidden.size === 0 ? `${widths} linear` : `${widths} ${[...hidden].join(", ")}`;
}

/**
 * Checks a network description.
 *
 * @throws {NetworkError} If a width is not a whole number above 0, an activation is unknown, a scale is not
 *   finite, or there is no layer.
 */
export function validateNetwork(network: Network): void {
  requireWidth("network.inputs", network.inputs);
  if (!Array.isArray(network.layers))
    throw new NetworkError("network.layers: is not a list of layers; give at least the output layer");
  if (network.layers.length === 0)
    throw new NetworkError("network.layers: is empty; give at least the output layer");
  network.layers.forEach((layer, index) => {
    const where = `network.layers[${index}]`;
    if (!layer) throw new NetworkError(`${where}: is ${layer}; give for example ${exampleLayer}`);
    if (layer.kind !== "dense")
      throw new NetworkError(`${where}.kind: "${String(layer.kind)}" is unknown; use "dense"`);
    requireWidth(`${where}.units`, layer.units);
    if (!activations.includes(layer.activation))
      throw new NetworkError(
        `${where}.activation: "${String(layer.activation)}" is unknown; use one of ${activations.join(", ")}`,
      );
    if (!Number.isFinite(layer.scale ?? 1))
      throw new NetworkError(`${where}.scale: ${layer.scale} is not a finite number`);
  });
}

const exampleLayer = '{ kind: "dense", units: 10, activation: "tanh" }';

function requireWidth(where: string, width: number): void {
  if (!Number.isInteger(width) || width < 1)
    throw new NetworkError(`${where}: ${width} is not a whole number of at least 1`);
}
