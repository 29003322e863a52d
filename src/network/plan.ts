import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import type { Node, PlanSpace, Value } from "./layers/node.ts";
import type { BlockFactors } from "./layers.ts";
import { type Network, type ParameterBlock, resolveNetwork } from "./network.ts";
import type { ParameterVector } from "./parameter-vector.ts";
import { planLayers } from "./plan-layers.ts";
import type { PlanMatrix } from "./plan-matrix.ts";
import { sizeOf } from "./shape.ts";

/**
 * The buffers of one pass of a network over at most `capacity` examples, allocated once. All matrices are
 * row-major with an example, or an (example, output) pair, in each row.
 */
export interface Plan extends PlanSpace {
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
