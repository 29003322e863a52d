import type { Kernels } from "../kernels/kernels.ts";
import { forEachGroup, type ParameterBlock, trainableCount } from "../network/network.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";

/** x <- factor W x over the trainable parameters. */
export function scaleGroups(
  kernels: Kernels,
  blocks: readonly ParameterBlock[],
  weights: Float64Array | null,
  factor: number,
  x: ParameterVector,
): void {
  if (!weights) kernels.scale(trainableCount(blocks), factor, x.flat);
  else
    forEachGroup(blocks, (group, start, end) => {
      kernels.scale(end - start, factor * weights[group]!, x.flat.subarray(start, end));
    });
}
