import type { ParameterVector } from "../network/parameter-vector.ts";
import type { Space } from "./space.ts";

/** x <- factor W x over the trainable parameters; W by groups, null is I. */
export function scaleGroups(
  { kernels, parameters, groups }: Space,
  weights: Float64Array | null,
  factor: number,
  { flat }: ParameterVector,
): void {
  if (!weights) kernels.scale(parameters, factor, flat);
  else
    groups.forEach(({ start, end }, group) => {
      if (end > start) kernels.scale(end - start, factor * weights[group]!, flat.subarray(start, end));
    });
}
