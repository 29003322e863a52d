import { NetworkError } from "../errors.ts";
import type { BlockShape, LayerFacts, LayerKind } from "./layers/layer-kind.ts";
import { type Layer, layerKinds } from "./layers.ts";
import type { Shape } from "./shape.ts";

/** A layer with what follows from its place in the network. */
export interface ResolvedLayer extends Required<Omit<LayerFacts, "parameters">> {
  /** For messages: "network.layers[2].body[0]". */
  readonly where: string;
  readonly layer: Layer;
  readonly input: Shape;
  /** The index of its parameters among all blocks; null where it has none. */
  readonly block: number | null;
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

function resolveLayer(where: string, layer: Layer, input: Shape, blocks: BlockShape[]): ResolvedLayer {
  if (!layer) throw new NetworkError(`${where}: is ${layer}; give for example ${exampleLayer}`);
  if (!Object.hasOwn(layerKinds, layer.kind)) throw unknownKind(where, layer);
  const resolve = layerKinds[layer.kind] as LayerKind;
  const { parameters, ...facts } = resolve(where, layer, input, (inner, layers, shape) =>
    resolveLayers(inner, layers, shape, blocks),
  );
  const block = parameters ? blocks.push(parameters) - 1 : null;
  const defaults = { body: [], shortcut: [], forgetsInput: false, keepsOutput: false };
  return { ...defaults, ...facts, where, layer, input, block };
}

function unknownKind(where: string, { kind }: { readonly kind?: unknown }): NetworkError {
  if (kind === "batch-norm")
    return new NetworkError(
      `${where}.kind: "batch-norm" mixes the examples of a batch, so that no example has a row of the Jacobian of its own; use "group-norm" and a "scale" layer, or residual layers whose last convolution has gain 0`,
    );
  return new NetworkError(
    `${where}.kind: "${String(kind)}" is unknown; use ${inWords(Object.keys(layerKinds))}`,
  );
}

function inWords(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}
