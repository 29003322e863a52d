import type { Problem } from "../linearization/residual.ts";
import type { Space } from "../linearization/space.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import type { Form } from "../posterior/form.ts";
import type { SolveMethod } from "../posterior/system.ts";
import type { PriorState } from "./prior.ts";

/**
 * A training method: what it keeps from step to step, and what one batch does to that and to the parameters. The loop that
 * calls it is in `training/`, and is the same for all.
 */
export interface Optimizer<State = unknown> {
  /** As in the command line, for example "gram-gauss-newton". */
  readonly name: string;
  /** Whether a step solves with the Gram or the normal matrix of its batch. */
  readonly solves?: true;
  /**
   * The state before the first step: numbers, typed arrays and records of them, nothing else, so that it can be saved.
   * Arrays that kernels work on are allocated in the memory of the space.
   */
  init(space: Space): State;
  /** Allocates the buffers of steps; nothing in them outlives a step but what can be made again from the state. */
  plan(space: Space): Step<State>;
  /** What the state knows of a prior, of methods that have one: α and β can be kept with a model. */
  prior?(state: State): PriorState | null;
}

/**
 * Changes `parameters` and the state by one step on the batch that `problem` holds, or leaves the parameters where every
 * step that it tried made the batch's loss larger or not finite.
 *
 * @returns A report that the next step overwrites.
 */
export type Step<State = unknown> = StepMethod<State>["step"];

/** As a method: so that an optimizer of some state is one of an unknown state too. */
interface StepMethod<State> {
  step(state: State, problem: Problem, parameters: ParameterVector): StepReport;
}

/** What a step did. Fields that a method does not have are null. */
export interface StepReport {
  /** false: no step lowered the loss; only what another piece adds to it has moved the parameters: an average, the exact last layer. */
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

/** The report of a step that is taken whatever the loss will be. */
export function describeTaken(report: StepReport, loss: number, learningRate: number): StepReport {
  report.accepted = true;
  report.failure = Number.isFinite(loss) ? null : "not finite";
  report.learningRate = learningRate;
  report.attempts = 1;
  return report;
}
