import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import type { Node, PassShape, Value } from "./layers/node.ts";
import type { BlockFactors } from "./layers.ts";
import { type Network, type ParameterBlock, type ResolvedNetwork, resolveNetwork } from "./network.ts";
import type { ParameterVector } from "./parameter-vector.ts";
import { alignedStride, type PlanMatrix } from "./plan-matrix.ts";
import type { ResolvedLayer } from "./resolve.ts";
import { isVector, type Shape, sizeOf } from "./shape.ts";

/**
 * The buffers of one pass of a network over at most `capacity` examples, allocated once. All matrices are
 * row-major with an example, or an (example, output) pair, in each row.
 */
export interface Plan extends PassShape {
  readonly network: Network;
  readonly blocks: readonly ParameterBlock[];
  /** Outputs of the network, K. */
  readonly outputs: number;
  /** The examples: capacity × inputs. */
  readonly input: PlanMatrix;
  /** The last layer's output f: capacity × K. */
  readonly result: PlanMatrix;
  /** The layers in the order of the pass. */
  readonly nodes: readonly PlacedNode[];
  /** What the layers pass on: value 0 is the input, the last one the result. */
  readonly values: readonly Value[];
  /** For each block, what its part of the Jacobian is made of besides the derivatives. */
  readonly factors: readonly BlockFactors[];
}

/** A node, and where it stands: the indices of the values that it reads and writes, and of its parameters. */
export interface PlacedNode extends Node {
  readonly inputs: readonly number[];
  readonly output: number;
  readonly block: number | null;
}

/**
 * Allocates the buffers for passes of up to `capacity` examples.
 *
 * @param derivatives false leaves out what only the way back needs: for prediction.
 * @throws {MemoryLimitError} If they do not fit; says the sizes.
 */
export function planNetwork(
  kernels: Kernels,
  network: Network,
  dtype: DType,
  capacity: number,
  derivatives = true,
): Plan {
  const resolved = resolveNetwork(network);
  const space = { kernels, dtype, capacity, derivatives, scratch: new Map<string, FloatArray>() };
  const { nodes, values, factors } = planLayers(space, resolved);
  return {
    ...space,
    network,
    blocks: resolved.blocks,
    outputs: sizeOf(resolved.output),
    input: values[0]!.matrix,
    result: values[nodes[nodes.length - 1]!.output]!.matrix,
    nodes,
    values,
    factors,
  };
}

/** Runs the network on the first `examples` rows of `plan.input`; leaves f in `plan.result`. */
export function forward(plan: Plan, parameters: ParameterVector, examples: number): void {
  for (const node of plan.nodes) node.forward(parameters, examples);
}

interface PlannedLayers {
  readonly nodes: readonly PlacedNode[];
  readonly values: readonly Value[];
  readonly factors: readonly BlockFactors[];
}

/** Allocates the values between the layers and places a node for each layer, in the order of the pass. */
function planLayers(space: PassShape, { input, layers, blocks }: ResolvedNetwork): PlannedLayers {
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
function allocateValue({ kernels, dtype, capacity }: PassShape, shape: Shape, isResult: boolean): PlanMatrix {
  const size = sizeOf(shape);
  if (isResult || !isVector(shape)) return { data: kernels.allocate(dtype, capacity * size), stride: size };
  const stride = alignedStride(dtype, size + 1);
  const data = kernels.allocate(dtype, capacity * stride);
  for (let i = 0; i < capacity; i++) data[i * stride + size] = 1;
  return { data, stride };
}
