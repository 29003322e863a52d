import { type Network, type ParameterBlock, type ResolvedNetwork, resolveNetwork } from "./network.ts";
import { convolutionNode } from "./nodes/convolution-node.ts";
import { denseNode } from "./nodes/dense-node.ts";
import { embeddingNode } from "./nodes/embedding-node.ts";
import type { Node, PlanSpace, Value } from "./nodes/node.ts";
import { normNode } from "./nodes/norm-node.ts";
import { type Patches, planPatches } from "./nodes/patches.ts";
import { activationNode, copyNode, sumNode } from "./nodes/plain-nodes.ts";
import { averagePoolNode, maxPoolNode } from "./nodes/pool-nodes.ts";
import { scaleNode } from "./nodes/scale-node.ts";
import type { PlacedNode } from "./plan.ts";
import { alignedStride, type PlanMatrix } from "./plan-matrix.ts";
import { normGroups, type ResolvedLayer } from "./resolve.ts";
import { isVector, type Shape, sizeOf } from "./shape.ts";
import { wholeWindow } from "./window.ts";

/** What a layer's part of the Jacobian is made of, besides the derivatives with respect to its z. */
export type BlockFactors =
  /** ã: examples × (inputs + bias). */
  | { readonly kind: "dense"; readonly inputs: PlanMatrix }
  /** The images, whose windows are the ã of their positions. */
  | {
      readonly kind: "convolution";
      readonly inputs: PlanMatrix;
      readonly patches: Patches;
      readonly groups: number;
    }
  /** x: examples × (positions × channels). */
  | { readonly kind: "scale"; readonly inputs: PlanMatrix }
  /** The categories' numbers are in one column. */
  | { readonly kind: "embedding"; readonly inputs: PlanMatrix; readonly column: number };

interface PlannedLayers {
  readonly nodes: readonly PlacedNode[];
  readonly values: readonly Value[];
  readonly factors: readonly BlockFactors[];
}

/** Allocates the values between the layers and places a node for each layer, in the order of the pass. */
export function planLayers(space: PlanSpace, { input, layers, blocks }: ResolvedNetwork): PlannedLayers {
  const values: Value[] = [];
  const nodes: PlacedNode[] = [];
  const factors: BlockFactors[] = [];

  const addValue = (shape: Shape, isResult: boolean): number =>
    values.push({ shape, matrix: allocateValue(space, shape, isResult) }) - 1;

  /** The place of a layer's output: that of its input, where nobody else needs that. */
  const outputOf = (from: number, shape: Shape, isResult: boolean, mayOverwrite: boolean): number =>
    mayOverwrite && !isResult ? values.push(values[from]!) - 1 : addValue(shape, isResult);

  const place = (node: Node, inputs: readonly number[], output: number, block: number | null): number => {
    nodes.push({ ...node, inputs, output, block });
    return output;
  };

  /** Places layers one after the other; answers with the value of the last one. */
  const placeAll = (list: readonly ResolvedLayer[], from: number, isEnd: boolean): number =>
    list.reduce(
      (value, layer, i) => placeLayer(layer, value, isEnd && i === list.length - 1, list[i - 1]),
      from,
    );

  const placeLayer = (
    layer: ResolvedLayer,
    from: number,
    isResult: boolean,
    before: ResolvedLayer | undefined,
  ): number => {
    if (layer.layer.kind === "residual") return placeResidual(layer, from, isResult);
    const mayOverwrite = forgetsInput(layer) && forgetsOutput(before);
    const output = outputOf(from, layer.output, isResult, mayOverwrite);
    const block = layer.block === null ? null : blocks[layer.block]!;
    const { node, factor } = planLayer(space, layer, block, values[from]!, values[output]!);
    if (factor) factors[layer.block!] = factor;
    return place(node, [from], output, layer.block);
  };

  const placeResidual = (
    { layer, output: shape, body, shortcut }: ResolvedLayer,
    from: number,
    isResult: boolean,
  ): number => {
    const sides = [placeAll(body, from, false), placeAll(shortcut, from, false)];
    const output = outputOf(sides[0]!, shape, isResult, forgetsOutput(body.at(-1)));
    const activation = layer.kind === "residual" ? (layer.activation ?? "identity") : "identity";
    const node = sumNode(space, activation, values[sides[0]!]!, values[sides[1]!]!, values[output]!);
    return place(node, sides, output, null);
  };

  placeAll(layers, addValue(input, false), true);
  return { nodes, values, factors };
}

/** Whether a layer has no use for its input after it has written its output, which has the same shape. */
function forgetsInput({ layer }: ResolvedLayer): boolean {
  return layer.kind === "activation" || (layer.kind === "scale" && layer.scale === false);
}

/** Whether the layer that wrote a value for the next one alone has no use for it on the way back. */
function forgetsOutput(layer: ResolvedLayer | undefined): boolean {
  return layer !== undefined && layer.layer.kind !== "group-norm" && layer.layer.kind !== "layer-norm";
}

function planLayer(
  space: PlanSpace,
  resolved: ResolvedLayer,
  block: ParameterBlock | null,
  from: Value,
  to: Value,
): { node: Node; factor?: BlockFactors } {
  const { layer, where, window, input, block: index } = resolved;
  switch (layer.kind) {
    case "dense":
      return {
        node: denseNode(space, block!, index!, from, to),
        factor: { kind: "dense", inputs: from.matrix },
      };
    case "conv2d":
    case "conv1d": {
      const groups = layer.groups ?? 1;
      const patches = planPatches(space, block!, window!, groups);
      return {
        node: convolutionNode(space, block!, index!, groups, patches, from, to),
        factor: { kind: "convolution", inputs: from.matrix, patches, groups },
      };
    }
    case "scale":
      return {
        node: scaleNode(space, block!, index!, from, to),
        factor: { kind: "scale", inputs: from.matrix },
      };
    case "embedding":
      return {
        node: embeddingNode(block!, index!, layer.column, from, to),
        factor: { kind: "embedding", inputs: from.matrix, column: layer.column },
      };
    case "max-pool":
      return { node: maxPoolNode(space, window!, from, to) };
    case "average-pool":
      return { node: averagePoolNode(space, window!, from, to) };
    case "global-pool":
      return { node: averagePoolNode(space, wholeWindow(input), from, to) };
    case "group-norm":
    case "layer-norm":
      return { node: normNode(space, normGroups(where, layer, input), layer.epsilon ?? 1e-5, from, to) };
    case "activation":
      return { node: activationNode(space, layer.activation, from, to) };
    case "flatten":
    case "dropout":
      return { node: copyNode(space, from, to) };
    case "residual":
      throw new Error("a residual layer has a node for each of its layers");
  }
}

/** Numbers between the layers, for one example: what a pass takes in memory. */
export function valueNumbers(network: Network): number {
  const { input, layers } = resolveNetwork(network);
  const ofLayer = ({ output, body, shortcut }: ResolvedLayer): number =>
    sizeOf(output) + ofLayers(body) + ofLayers(shortcut);
  const ofLayers = (list: readonly ResolvedLayer[]): number =>
    list.reduce((sum, layer) => sum + ofLayer(layer), 0);
  return sizeOf(input) + ofLayers(layers);
}

/**
 * A row for each example. A vector has a one after its numbers, which makes the bias of a dense layer a row of its θ;
 * no pass writes to it. The rows of the result stand without gaps, so that they are the vector f of n = examples ×
 * outputs.
 */
function allocateValue({ kernels, dtype, capacity }: PlanSpace, shape: Shape, isResult: boolean): PlanMatrix {
  const size = sizeOf(shape);
  if (isResult || !isVector(shape)) return { data: kernels.allocate(dtype, capacity * size), stride: size };
  const stride = alignedStride(dtype, size + 1);
  const data = kernels.allocate(dtype, capacity * stride);
  for (let i = 0; i < capacity; i++) data[i * stride + size] = 1;
  return { data, stride };
}
