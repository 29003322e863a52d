import { copyMatrix } from "../plan-matrix.ts";
import { positionsOf, sizeOf } from "../shape.ts";
import type { Node, PlanSpace, Value } from "./node.ts";

/** Mean 0 and variance 1 within each example, over the positions and channels of each group. */
export function normNode(
  { kernels, dtype, capacity }: PlanSpace,
  groups: number,
  epsilon: number,
  { shape, matrix: x }: Value,
  { matrix: normalized }: Value,
): Node {
  const positions = positionsOf(shape);
  const { channels } = shape;
  const inverses = kernels.allocate(dtype, capacity * groups);
  return {
    forward(_, count) {
      kernels.normalizeGroups(
        count,
        positions,
        channels,
        groups,
        epsilon,
        x.data,
        x.stride,
        normalized.data,
        normalized.stride,
        inverses,
      );
    },
    throughActivation: null,
    throughInputs(_, count, repeat, d, out) {
      copyMatrix(kernels, count * repeat, sizeOf(shape), d, out);
      kernels.denormalizeGroups(
        count,
        repeat,
        positions,
        channels,
        groups,
        normalized.data,
        normalized.stride,
        inverses,
        out.data,
        out.stride,
      );
    },
  };
}
