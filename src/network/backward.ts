import type { FloatArray } from "../kernels/kernels.ts";
import type { ParameterVector } from "./parameter-vector.ts";
import type { PlacedNode, Plan } from "./plan.ts";
import { addMatrix, type PlanMatrix, rowStride } from "./plan-matrix.ts";
import { sizeOf } from "./shape.ts";

/** Buffers for derivatives with respect to a plan's values, `repeat` rows for each example. */
export interface Derivatives {
  readonly repeat: number;
  /** For each value its derivatives; null where nothing before it is trained. Values that are not kept share buffers. */
  readonly of: readonly (PlanMatrix | null)[];
  /** For a value that several layers read: what the others add. */
  readonly scratch: FloatArray | null;
  /** For each node and each of its inputs: whether a later layer of the network has written the derivatives already. */
  readonly adds: readonly (readonly boolean[])[];
}

/**
 * Allocates buffers for the way back.
 *
 * @param keeps Which values keep their derivatives to the end; the others give theirs up as soon as they have been
 *   carried on.
 */
export function planDerivatives(
  plan: Plan,
  repeat: number,
  keeps: (node: PlacedNode) => boolean,
): Derivatives {
  const { kernels, dtype, capacity, values, nodes } = plan;
  const needed = neededValues(plan);
  const slots = shareSlots(plan, needed, keeps);
  const rows = capacity * repeat;
  const lengthOf = (value: number) => rows * strideOf(plan, value);
  const lengths: number[] = [];
  slots.forEach((slot, value) => {
    if (slot !== null) lengths[slot] = Math.max(lengths[slot] ?? 0, lengthOf(value));
  });
  const buffers = lengths.map((length) => kernels.allocate(dtype, length));
  const forks = values.flatMap((_, value) =>
    needed[value] && readersOf(nodes, value) > 1 ? [lengthOf(value)] : [],
  );
  return {
    repeat,
    of: slots.map((slot, value) =>
      slot === null ? null : { data: buffers[slot]!, stride: strideOf(plan, value) },
    ),
    scratch: forks.length > 0 ? kernels.allocate(dtype, Math.max(...forks)) : null,
    adds: addingInputs(nodes),
  };
}

function addingInputs(nodes: readonly PlacedNode[]): readonly (readonly boolean[])[] {
  const written = new Set<number>();
  const backward = [...nodes].reverse().map(({ inputs }) =>
    inputs.map((input) => {
      const adds = written.has(input);
      written.add(input);
      return adds;
    }),
  );
  return backward.reverse();
}

/** f has no gaps between its rows, as in the plan; other derivatives need no column of ones. */
function strideOf({ dtype, values }: Plan, value: number): number {
  const { shape } = values[value]!;
  return value === values.length - 1 ? sizeOf(shape) : rowStride(dtype, shape);
}

function readersOf(nodes: readonly PlacedNode[], value: number): number {
  return nodes.reduce((sum, { inputs }) => sum + inputs.filter((input) => input === value).length, 0);
}

/** For each value, whether it depends on trainable parameters: where none does, nothing is carried back. */
function neededValues({ values, nodes, blocks }: Plan): readonly boolean[] {
  const needed = values.map(() => false);
  for (const { inputs, output, block } of nodes)
    needed[output] = (block !== null && blocks[block]!.trainable) || inputs.some((value) => needed[value]);
  return needed;
}

/**
 * Gives each value that is needed the number of a buffer. A buffer is free again when the node that wrote its value
 * forward has carried the derivatives on; where these go on as they are, it is that of the input.
 */
function shareSlots(
  plan: Plan,
  needed: readonly boolean[],
  keeps: (node: PlacedNode) => boolean,
): readonly (number | null)[] {
  const { values, nodes } = plan;
  const slots: (number | null)[] = values.map(() => null);
  const free: number[] = [];
  let slotCount = 0;
  const assign = (value: number): void => {
    if (needed[value]) slots[value] ??= free.pop() ?? slotCount++;
  };
  assign(values.length - 1);
  for (const node of [...nodes].reverse()) {
    const slot = slots[node.output] ?? null;
    const heir = node.inputs.find((input) => needed[input] && inherits(plan, node, input, keeps));
    if (heir !== undefined) slots[heir] = slot;
    for (const input of node.inputs) assign(input);
    if (slot !== null && heir === undefined && !keeps(node)) free.push(slot);
  }
  return slots;
}

/**
 * Whether the derivatives of a node's output may become those of its input in place: they are the same, no other layer
 * adds to them, and where they are kept, the input's are too, and no activation changes them.
 */
function inherits(
  plan: Plan,
  node: PlacedNode,
  input: number,
  keeps: (node: PlacedNode) => boolean,
): boolean {
  if (!node.handsOn || readersOf(plan.nodes, input) > 1) return false;
  if (strideOf(plan, input) !== strideOf(plan, node.output)) return false;
  if (!keeps(node)) return true;
  const source = plan.nodes.find(({ output }) => output === input);
  return source !== undefined && keeps(source) && source.throughActivation === null;
}

/**
 * Carries derivatives from the result, where `derivatives` holds those with respect to it, back to all values that
 * depend on trainable parameters.
 *
 * @param visit Called for each layer with parameters once the derivatives with respect to its z are there.
 */
export function backward(
  plan: Plan,
  parameters: ParameterVector,
  examples: number,
  derivatives: Derivatives,
  visit: (block: number, d: PlanMatrix) => void,
): void {
  const { of, repeat, adds } = derivatives;
  for (let i = plan.nodes.length - 1; i >= 0; i--) {
    const node = plan.nodes[i]!;
    const d = of[node.output];
    if (!d) continue;
    node.throughActivation?.(examples, repeat, d);
    if (node.block !== null) visit(node.block, d);
    for (let j = 0; j < node.inputs.length; j++) {
      const value = node.inputs[j]!;
      const out = of[value];
      // d itself has become that of this input.
      if (!out || out.data === d.data) continue;
      if (adds[i]![j]) addThrough(plan, parameters, examples, derivatives, node, d, value, out);
      else node.throughInputs(parameters, examples, repeat, d, out);
    }
  }
}

function addThrough(
  { kernels, values }: Plan,
  parameters: ParameterVector,
  examples: number,
  { repeat, scratch }: Derivatives,
  node: PlacedNode,
  d: PlanMatrix,
  value: number,
  out: PlanMatrix,
): void {
  const addition = { data: scratch!, stride: out.stride };
  node.throughInputs(parameters, examples, repeat, d, addition);
  addMatrix(kernels, examples * repeat, sizeOf(values[value]!.shape), addition, out);
}
