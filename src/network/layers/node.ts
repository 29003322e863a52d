import type { DType, FloatArray, Kernels } from "../../kernels/kernels.ts";
import type { ParameterVector } from "../parameter-vector.ts";
import type { PlanMatrix } from "../plan-matrix.ts";
import type { Shape } from "../shape.ts";

/** What a node may allocate its buffers from. */
export interface PassShape {
  readonly kernels: Kernels;
  readonly dtype: DType;
  /** The most examples of a pass. */
  readonly capacity: number;
  /** Whether derivatives will be carried back. */
  readonly derivatives: boolean;
  /** What layers use one after the other, by its layout. */
  readonly scratch: Map<string, FloatArray>;
}

/** The numbers between two layers, for all examples of a pass: an example in each row. */
export interface Value {
  readonly shape: Shape;
  readonly matrix: PlanMatrix;
}

/**
 * One layer on the buffers of a plan.
 *
 * Backward, d has a row for each (example, output): `repeat` rows for each example. It comes in as the derivatives
 * with respect to the node's output; `throughActivation` makes it, in place, that with respect to z, of which the
 * layer's part of the Jacobian is made; `throughInputs` carries it on.
 */
export interface Node {
  /** From the values of its inputs to that of its output, for the first `examples` of a batch. */
  forward(theta: ParameterVector, examples: number): void;
  /** d <- d ∘ σ'(z); null where σ(z) = z. */
  readonly throughActivation: ((examples: number, repeat: number, d: PlanMatrix) => void) | null;
  /** Overwrites out with the derivatives with respect to the node's input; each input of a sum has the same. */
  throughInputs(
    theta: ParameterVector,
    examples: number,
    repeat: number,
    d: PlanMatrix,
    out: PlanMatrix,
  ): void;
  /** Whether `throughInputs` writes d as it is: then d may become that of the input without a copy. */
  readonly handsOn?: boolean;
}
