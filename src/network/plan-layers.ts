import type { PlanSpace, Value } from "./layers/node.ts";
import type { BlockFactors } from "./layers.ts";
import { type Network, type ResolvedNetwork, resolveNetwork } from "./network.ts";
import type { PlacedNode } from "./plan.ts";
import { alignedStride, type PlanMatrix } from "./plan-matrix.ts";
import type { ResolvedLayer } from "./resolve.ts";
import { isVector, type Shape, sizeOf } from "./shape.ts";

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

  /** Places layers one after the other; answers with the value of the last one. */
  const placeAll = (list: readonly ResolvedLayer[], from: number, isEnd: boolean): number =>
    list.reduce(
      (value, layer, i) => placeLayer(layer, value, isEnd && i === list.length - 1, list[i - 1]),
      from,
    );

  /** The layer's output takes the place of its input, where nobody else needs that. */
  const placeLayer = (
    layer: ResolvedLayer,
    from: number,
    isResult: boolean,
    before: ResolvedLayer | undefined,
  ): number => {
    const { body, shortcut, block } = layer;
    const isFork = body.length > 0;
    const inputs = isFork ? [placeAll(body, from, false), placeAll(shortcut, from, false)] : [from];
    const writer = isFork ? body.at(-1) : before;
    const mayOverwrite = layer.forgetsInput && writer !== undefined && !writer.keepsOutput && !isResult;
    const [first, second] = inputs.map((value) => values[value]!) as [Value, Value?];
    const output = mayOverwrite ? values.push(first) - 1 : addValue(layer.output, isResult);
    const planned = layer.plan({
      space,
      from: first,
      beside: second ?? null,
      to: values[output]!,
      block: block === null ? null : blocks[block]!,
      index: block,
    });
    if (planned.factors) factors[block!] = planned.factors;
    nodes.push({ ...planned.node, inputs, output, block });
    return output;
  };

  placeAll(layers, addValue(input, false), true);
  return { nodes, values, factors };
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
