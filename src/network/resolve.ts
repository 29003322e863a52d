import { type Activation, activations } from "../kernels/activation.ts";
import type { Window } from "../kernels/image-kernels.ts";
import type {
  Conv1dLayer,
  Conv2dLayer,
  DenseLayer,
  EmbeddingLayer,
  Layer,
  NormLayer,
  ResidualLayer,
  ScaleLayer,
} from "./layers.ts";
import { NetworkError } from "./network-error.ts";
import { describeShape, isVector, positionsOf, type Shape, sizeOf, vectorShape } from "./shape.ts";
import { windowOf } from "./window.ts";

/** The parameters of a layer, before they have a place in the vector. */
export interface BlockShape {
  /** Of the layer. */
  readonly kind: "dense" | "convolution" | "scale" | "embedding";
  /** Numbers that a unit sees, plus one for the bias: the rows of θ. */
  readonly rows: number;
  /** Units, filters or channels: the columns of θ. */
  readonly columns: number;
  /** `rows` without the bias. */
  readonly inputs: number;
  /** Positions at which the layer is applied, S; 1 for a dense layer. */
  readonly positions: number;
  readonly bias: boolean;
  readonly scale: number;
  readonly trainable: boolean;
  readonly gain: number;
  readonly activation: Activation;
}

/** A layer with what follows from its place in the network. */
export interface ResolvedLayer {
  /** For messages: "network.layers[2].body[0]". */
  readonly where: string;
  readonly layer: Layer;
  readonly input: Shape;
  readonly output: Shape;
  /** The index of its parameters among all blocks; null where it has none. */
  readonly block: number | null;
  /** Of a convolution or a pool. */
  readonly window: Window | null;
  /** Of a residual layer. */
  readonly body: readonly ResolvedLayer[];
  readonly shortcut: readonly ResolvedLayer[];
}

export interface ResolvedLayers {
  readonly layers: readonly ResolvedLayer[];
  readonly output: Shape;
}

/**
 * Follows the shapes through a list of layers, and collects their parameters depth first.
 *
 * @param blocks Where the parameters are collected.
 * @throws {NetworkError} If a layer can't stand where it stands; says which, and what would do.
 */
export function resolveLayers(
  where: string,
  layers: readonly Layer[],
  input: Shape,
  blocks: BlockShape[],
): ResolvedLayers {
  if (!Array.isArray(layers))
    throw new NetworkError(`${where}: is not a list of layers; give at least the output layer`);
  const resolved: ResolvedLayer[] = [];
  let shape = input;
  layers.forEach((layer, index) => {
    const next = resolveLayer(`${where}[${index}]`, layer, shape, blocks);
    resolved.push(next);
    shape = next.output;
  });
  return { layers: resolved, output: shape };
}

const exampleLayer = '{ kind: "dense", units: 10, activation: "tanh" }';

const kinds: readonly Layer["kind"][] = [
  "dense",
  "conv2d",
  "conv1d",
  "max-pool",
  "average-pool",
  "global-pool",
  "flatten",
  "scale",
  "group-norm",
  "layer-norm",
  "activation",
  "dropout",
  "embedding",
  "residual",
];

function resolveLayer(where: string, layer: Layer, input: Shape, blocks: BlockShape[]): ResolvedLayer {
  if (!layer) throw new NetworkError(`${where}: is ${layer}; give for example ${exampleLayer}`);
  const plain = { where, layer, input, output: input, block: null, window: null, body: [], shortcut: [] };
  const withBlock = (block: BlockShape, rest: Partial<ResolvedLayer>): ResolvedLayer => {
    blocks.push(block);
    return { ...plain, ...rest, block: blocks.length - 1 };
  };
  switch (layer.kind) {
    case "dense":
      return withBlock(denseBlock(where, layer, input), { output: vectorShape(layer.units) });
    case "conv2d":
    case "conv1d": {
      const window = windowOf(where, layer, input);
      const output = { height: window.outHeight, width: window.outWidth, channels: layer.filters };
      return withBlock(convolutionBlock(where, layer, window), { output, window });
    }
    case "max-pool":
    case "average-pool": {
      const window = windowOf(where, layer, input);
      const output = { height: window.outHeight, width: window.outWidth, channels: input.channels };
      return { ...plain, output, window };
    }
    case "global-pool":
      return { ...plain, output: vectorShape(input.channels) };
    case "flatten":
      return { ...plain, output: vectorShape(sizeOf(input)) };
    case "scale":
      return withBlock(scaleBlock(where, layer, input), {});
    case "group-norm":
    case "layer-norm":
      normGroups(where, layer, input);
      return plain;
    case "activation":
      requireActivation(where, layer.activation);
      return plain;
    case "dropout":
      return plain;
    case "embedding":
      return withBlock(embeddingBlock(where, layer, input), {
        output: vectorShape(input.channels - 1 + layer.units),
      });
    case "residual":
      return { ...plain, ...resolveResidual(where, layer, input, blocks) };
    default:
      throw unknownKind(where, layer);
  }
}

function unknownKind(where: string, layer: { readonly kind?: unknown }): NetworkError {
  if (layer.kind === "batch-norm")
    return new NetworkError(
      `${where}.kind: "batch-norm" mixes the examples of a batch, so that no example has a row of the Jacobian of its own; use "group-norm" and a "scale" layer, or residual layers whose last convolution has gain 0`,
    );
  return new NetworkError(`${where}.kind: "${String(layer.kind)}" is unknown; use ${inWords(kinds)}`);
}

function resolveResidual(
  where: string,
  layer: ResidualLayer,
  input: Shape,
  blocks: BlockShape[],
): Pick<ResolvedLayer, "output" | "body" | "shortcut"> {
  const body = resolveLayers(`${where}.body`, layer.body, input, blocks);
  const shortcut = resolveLayers(`${where}.shortcut`, layer.shortcut ?? [], input, blocks);
  requireActivation(where, layer.activation ?? "identity");
  if (body.layers.length === 0)
    throw new NetworkError(`${where}.body: is empty; give the layers whose result is added`);
  const [ofBody, ofShortcut] = [describeShape(body.output), describeShape(shortcut.output)];
  if (ofBody !== ofShortcut)
    throw new NetworkError(
      `${where}: its body gives ${ofBody}, its shortcut ${ofShortcut}, which can't be added; give the shortcut a convolution of kernel 1 with as many filters and as large a stride`,
    );
  return { output: body.output, body: body.layers, shortcut: shortcut.layers };
}

/** What a layer says, or what it means where it says nothing. */
function commonOf(where: string, layer: DenseLayer | Conv2dLayer | Conv1dLayer) {
  const { bias = true, scale = 1, trainable = true, gain = 1, activation = "identity" } = layer;
  requireActivation(where, activation);
  requireFinite(`${where}.scale`, scale);
  requireFinite(`${where}.gain`, gain);
  return { bias, scale, trainable, gain, activation };
}

function denseBlock(where: string, layer: DenseLayer, input: Shape): BlockShape {
  requireWidth(`${where}.units`, layer.units);
  requireActivation(where, layer.activation);
  if (!isVector(input))
    throw new NetworkError(
      `${where}: is dense, and gets ${describeShape(input)} numbers at many positions; put { kind: "flatten" } or { kind: "global-pool" } before it`,
    );
  const common = commonOf(where, layer);
  const inputs = input.channels;
  const rows = inputs + (common.bias ? 1 : 0);
  return { kind: "dense", rows, columns: layer.units, inputs, positions: 1, ...common };
}

function convolutionBlock(where: string, layer: Conv2dLayer | Conv1dLayer, window: Window): BlockShape {
  const { groups = 1, filters } = layer;
  requireWidth(`${where}.filters`, filters);
  requireWidth(`${where}.groups`, groups);
  if (window.channels % groups !== 0 || filters % groups !== 0)
    throw new NetworkError(
      `${where}.groups: ${groups} does not divide ${window.channels} channels and ${filters} filters; use a divisor of both`,
    );
  const common = commonOf(where, layer);
  const inputs = window.kernelHeight * window.kernelWidth * (window.channels / groups);
  const rows = inputs + (common.bias ? 1 : 0);
  const positions = window.outHeight * window.outWidth;
  return { kind: "convolution", rows, columns: filters, inputs, positions, ...common };
}

function scaleBlock(where: string, layer: ScaleLayer, input: Shape): BlockShape {
  const { per = "channel", scale = true, shift = true, trainable = true, gain = 1 } = layer;
  const { activation = "identity" } = layer;
  requireActivation(where, activation);
  requireFinite(`${where}.gain`, gain);
  if (per !== "channel" && per !== "layer")
    throw new NetworkError(`${where}.per: "${String(per)}" is unknown; use "channel" or "layer"`);
  if (!scale && !shift) throw new NetworkError(`${where}: has neither scale nor shift; leave it out`);
  const columns = per === "channel" ? input.channels : 1;
  const positions = per === "channel" ? positionsOf(input) : sizeOf(input);
  const inputs = scale ? 1 : 0;
  const rows = inputs + (shift ? 1 : 0);
  const block = { rows, columns, inputs, positions, bias: shift, scale: 1, trainable, gain, activation };
  return { kind: "scale", ...block };
}

function embeddingBlock(where: string, layer: EmbeddingLayer, input: Shape): BlockShape {
  const { column, levels, units, trainable = true, gain = 1 } = layer;
  requireWidth(`${where}.levels`, levels);
  requireWidth(`${where}.units`, units);
  requireFinite(`${where}.gain`, gain);
  if (!isVector(input) || !Number.isInteger(column) || column < 0 || column >= input.channels)
    throw new NetworkError(
      `${where}.column: ${column} is not one of the ${describeShape(input)} inputs; they count from 0`,
    );
  return {
    kind: "embedding",
    rows: levels,
    columns: units,
    inputs: levels,
    positions: 1,
    bias: false,
    scale: 1,
    trainable,
    gain,
    activation: "identity",
  };
}

/** Channels in a group, where the layer does not say. */
const channelsPerGroup = 8;

/** The number of groups of a norm, checked. */
export function normGroups(where: string, { kind, groups, epsilon = 1e-5 }: NormLayer, input: Shape): number {
  const { channels } = input;
  const usual = channels % channelsPerGroup === 0 ? channels / channelsPerGroup : 1;
  const count = kind === "layer-norm" ? 1 : (groups ?? usual);
  requireWidth(`${where}.groups`, count);
  if (channels % count !== 0)
    throw new NetworkError(`${where}.groups: ${count} does not divide ${channels} channels`);
  if (!(epsilon > 0 && Number.isFinite(epsilon)))
    throw new NetworkError(`${where}.epsilon: ${epsilon} is not a finite number above 0`);
  return count;
}

function requireActivation(where: string, activation: Activation): void {
  if (!activations.includes(activation))
    throw new NetworkError(
      `${where}.activation: "${String(activation)}" is unknown; use one of ${activations.join(", ")}`,
    );
}

function requireFinite(where: string, value: number): void {
  if (!Number.isFinite(value)) throw new NetworkError(`${where}: ${value} is not a finite number`);
}

export function requireWidth(where: string, width: number): void {
  if (!Number.isInteger(width) || width < 1)
    throw new NetworkError(`${where}: ${width} is not a whole number of at least 1`);
}

function inWords(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}
