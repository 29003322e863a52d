import type { Activation } from "../../kernels/activation.ts";
import { allocateMatrix, type PlanMatrix, rowStride } from "../plan-matrix.ts";
import { isVector, sizeOf } from "../shape.ts";
import type { PassShape, Value } from "./node.ts";

/** An activation on the buffers of a plan. */
export interface PlannedActivation {
  /** Writes σ of a value, and keeps σ'. */
  forward(examples: number): void;
  /** d <- d ∘ σ'; null of the identity. */
  readonly backward: ((examples: number, repeat: number, d: PlanMatrix) => void) | null;
}

const identity: PlannedActivation = { forward() {}, backward: null };

/** The activation at the end of a layer, in place. */
export function fuseActivation(space: PassShape, activation: Activation, value: Value): PlannedActivation {
  return activation === "identity" ? identity : planActivation(space, activation, value, value);
}

/** to <- σ(from). */
export function planActivation(
  { kernels, dtype, capacity, derivatives }: PassShape,
  activation: Activation,
  { shape, matrix: z }: Value,
  { matrix: a }: Value,
): PlannedActivation {
  const size = sizeOf(shape);
  const slope = derivatives ? slopeMatrix() : null;

  function slopeMatrix(): PlanMatrix {
    if (isVector(shape)) return allocateMatrix(kernels, dtype, capacity, size);
    return { data: kernels.allocate(dtype, capacity * size), stride: rowStride(dtype, shape) };
  }

  return {
    forward(examples) {
      // Images stand without gaps: one long row.
      const rows = isVector(shape) ? examples : 1;
      const columns = isVector(shape) ? size : examples * size;
      const [slopes, ldSlope] = [slope?.data ?? null, slope?.stride ?? 0];
      const [to, ldTo] = [a.data, a.stride];
      kernels.activate(activation, rows, columns, z.data, z.stride, to, ldTo, slopes, ldSlope, null, 0);
    },
    backward(examples, repeat, d) {
      kernels.scaleRows(examples, repeat, size, slope!.data, slope!.stride, d.data, d.stride);
    },
  };
}
