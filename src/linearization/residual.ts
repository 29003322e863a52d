import type { DType, Kernels } from "../kernels/kernels.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import type { RandomState } from "../random/random.ts";
import type { Linearization } from "./linearization.ts";
import type { Space } from "./space.ts";

/** One batch: ½ ‖r(θ)‖² over its n residual rows. What an optimizer works on. */
export interface Problem {
  /** The residuals near θ. */
  readonly linearization: Linearization;
  /** r at θ, n. */
  readonly residuals: Float64Array;
  /** ½ ‖r‖² at θ. */
  readonly loss: number;
  /** Moves the linearization, r and the loss to other parameters. The loop has done it where a step begins. */
  linearize(parameters: ParameterVector): void;
  /** ½ ‖r‖² on the same batch at other parameters; leaves the linearization as it is. */
  lossAt(parameters: ParameterVector): number;
}

/** A residual with its buffers: batch after batch of its examples. */
export interface PlannedResidual extends Problem {
  readonly space: Space;
  /** Whether loading the same examples again gives other numbers: they are changed at random. */
  readonly varies: boolean;
  /** Where these changes go on; null where there are none. */
  readonly random: RandomState | null;
  /** Takes the examples order[start], ..., order[start + count - 1] as the batch. */
  load(order: Int32Array, start: number, count: number): void;
  /** Says which examples will be loaded next, so that reading them can begin. */
  prefetch(order: Int32Array, start: number, count: number): void;
  /** ‖r‖² over the rows of the examples order[0], ..., order[count - 1], as they are. */
  sumOfSquares(parameters: ParameterVector, order: Int32Array, count: number): number;
  /** How many rows these examples have. */
  rowsOf(order: Int32Array, count: number): number;
}

/** Residuals of some parameters θ on some examples: of a network and a table, an equation, a formula. */
export interface Residual {
  /** Examples that batches are made of. */
  readonly examples: number;
  /**
   * Allocates buffers for batches of up to so many examples.
   *
   * @throws {MemoryLimitError} If they do not fit.
   */
  plan(kernels: Kernels, dtype: DType, capacity: number): PlannedResidual;
}
