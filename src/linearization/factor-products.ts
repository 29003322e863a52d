import type { FloatArray } from "../kernels/kernels.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import { alignedStride, type PlanMatrix } from "../network/plan-matrix.ts";
import { forEachLayer, type LayerRows } from "./assemble-gram.ts";
import type { GramWorkspace } from "./gram-workspace.ts";

/** The seed u in the precision of the network, and for each layer a row e for each example, in one buffer. */
export interface Weighted {
  readonly seed: FloatArray;
  readonly e: readonly PlanMatrix[];
}

export function planWeighted(
  { kernels, dtype, capacity, outputs }: GramWorkspace,
  blocks: readonly ParameterBlock[],
): Weighted {
  const strides = blocks.map(({ positions, columns }) =>
    positions === 1 ? alignedStride(dtype, columns) : positions * columns,
  );
  const data = kernels.allocate(dtype, capacity * Math.max(...strides));
  return {
    seed: kernels.allocate(dtype, capacity * outputs),
    e: strides.map((stride) => ({ data, stride })),
  };
}

/** Jᵀu from the derivatives at hand: e_i = Σ_k u_ik d_ik, then one product for each layer, no second way back. */
export function pullbackFactors(
  rows: LayerRows,
  u: FloatArray,
  { seed, e }: Weighted,
  out: ParameterVector,
): ParameterVector {
  const { kernels, examples, outputs } = rows;
  kernels.copy(examples * outputs, u, seed);
  forEachLayer(rows, ({ block, pullback }, d, l) => {
    const el = e[l]!;
    const width = block.positions * block.columns;
    kernels.contractRows(examples, outputs, width, seed, d.data, d.stride, el.data, el.stride);
    pullback(examples, el, out.blocks[l]!);
  });
  return out;
}

/** out <- J d, layer by layer. */
export function pushforwardFactors(rows: LayerRows, direction: ParameterVector, out: FloatArray): FloatArray {
  const { kernels, examples, outputs } = rows;
  kernels.scale(examples * outputs, 0, out);
  forEachLayer(rows, ({ pushforward }, d, l) => pushforward(examples, d, direction.blocks[l]!, out));
  return out;
}
