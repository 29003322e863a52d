export { OptimizerError, requireOption } from "../curvatures/optimizer-error.ts";

import type { DType, Kernels } from "../kernels/kernels.ts";
import type { Linearization } from "../linearization/linearization.ts";
import {
  type Network,
  outputCount,
  type ParameterBlock,
  parameterBlocks,
  trainableCount,
} from "../network/network.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import type { SolveMethod } from "../posterior/damped-system.ts";
import type { Form } from "../posterior/form.ts";

/**
 * A training method: a state, and what one batch does to it and to the parameters. The loop that calls it is in
 * `training/`, and is the same for all.
 */
export interface Optimizer<State = unknown> {
  /** As in the command line, for example "gram-gauss-newton". */
  readonly name: string;
  /** Whether a step solves with the Gram or the normal matrix of its batch. */
  readonly solves?: true;
  /** Allocates the state before the first step. */
  init(space: ParameterSpace): State;
  /**
   * Changes `parameters` by one step on the batch that `problem` holds, or leaves them where every step that it
   * tried made the batch's loss larger or not finite.
   *
   * @returns A report that the next step overwrites.
   */
  step(state: State, problem: Problem, parameters: ParameterVector): StepReport;
}

/** What an optimizer may allocate its state from. */
export interface ParameterSpace {
  readonly kernels: Kernels;
  readonly dtype: DType;
  readonly blocks: readonly ParameterBlock[];
  /** p: trainable parameters, the first of a vector. */
  readonly count: number;
  /** K. */
  readonly outputs: number;
  /** The most examples in a batch. */
  readonly capacity: number;
}

/** The space of a network's parameters, for batches of up to `capacity` examples. */
export function parameterSpace(
  kernels: Kernels,
  dtype: DType,
  network: Network,
  capacity: number,
): ParameterSpace {
  const blocks = parameterBlocks(network);
  return { kernels, dtype, blocks, count: trainableCount(blocks), outputs: outputCount(network), capacity };
}

/** One batch: ½ ‖f(θ) - y‖² over its n = examples × outputs residual rows. */
export interface Problem {
  readonly examples: number;
  /** The network near θ. */
  readonly linearization: Linearization;
  /** r = f - y at θ, n. */
  readonly residuals: Float64Array;
  /** ½ ‖r‖² at θ. */
  readonly loss: number;
  /** Moves the linearization, r and the loss to other parameters. The loop has done it where a step begins. */
  linearize(parameters: ParameterVector): void;
  /** ½ ‖r‖² on the same batch at other parameters; leaves the linearization as it is. */
  lossAt(parameters: ParameterVector): number;
}

/** What a step did. Fields that a method does not have are null. */
export interface StepReport {
  /** false: the parameters are as before. */
  accepted: boolean;
  /** Why nothing was accepted: numbers that are not finite, or no decrease at any damping or step length. */
  failure: "not finite" | "no decrease" | null;
  /** The damping in units of the mean of the diagonal of G. */
  damping: number | null;
  /** Actual decrease / decrease that the linear model predicted. 1 is a perfect model. */
  gainRatio: number | null;
  /** The learning rate, or what the line search left of it. */
  learningRate: number;
  /** Which system was solved, and how. */
  form: Form | null;
  method: SolveMethod | null;
  /** Steps that were tried. */
  attempts: number;
}

/** A report to be filled in. */
export function emptyReport(): StepReport {
  return {
    accepted: false,
    failure: null,
    damping: null,
    gainRatio: null,
    learningRate: 1,
    form: null,
    method: null,
    attempts: 0,
  };
}
