import type { DType, Kernels } from "../src/kernels/kernels.ts";
import type { PlannedResidual, Residual } from "../src/linearization/residual.ts";
import type { ParameterVector } from "../src/network/parameter-vector.ts";
import type { Optimizer, StepReport } from "../src/optimizers/optimizer.ts";
import type { Batches } from "../src/training/batches.ts";

/** What is trained, on what, how. */
export interface StepsOptions {
  readonly kernels: Kernels;
  readonly dtype: DType;
  readonly residual: Residual;
  /** Where it starts; left as it is. */
  readonly initial: ArrayLike<number>;
  readonly optimizer: Optimizer;
  readonly batches: Batches;
  /** Whether each epoch has an order of its own. false: cyclic batches. */
  readonly shuffles: boolean;
}

/** The steps of a training by themselves, without the loop's reports and rules for stopping: a clock can stand still between them. */
export interface Steps {
  /** With the batch of the last step. */
  readonly problem: PlannedResidual;
  readonly parameters: ParameterVector;
  /** Takes the next batch and linearizes there. */
  linearize(): void;
  /** The same, and the step. */
  step(): StepReport;
}

/** Allocates the steps of an optimizer. */
export function openSteps(options: StepsOptions): Steps {
  const { kernels, dtype, residual, initial, optimizer, batches, shuffles } = options;
  const problem = residual.plan(kernels, dtype, batches.largest);
  const { space } = problem;
  const parameters = space.vector();
  parameters.flat.set(initial);
  const state = optimizer.init(space);
  const takeStep = optimizer.plan(space);
  let batch = 0;
  const linearize = (): void => {
    if (batch === 0 && shuffles) batches.shuffle();
    const [start, end] = [batches.start(batch), batches.start(batch + 1)];
    problem.load(batches.order, start, end - start);
    problem.linearize(parameters);
    batch = (batch + 1) % batches.count;
  };
  return {
    problem,
    parameters,
    linearize,
    step() {
      linearize();
      return takeStep(state, problem, parameters);
    },
  };
}
