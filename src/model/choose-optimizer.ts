import { OptionError } from "../errors.ts";
import { gramGaussNewton } from "../optimizers/gram-gauss-newton.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { evidence } from "../optimizers/prior.ts";
import { weightAverage } from "../optimizers/weight-average.ts";
import {
  type NamedOptimizer,
  namedOptimizers,
  type OptimizerName,
  type StepOptions,
  stepOptions,
} from "./named-optimizers.ts";
import { type FitOptions, fitDefaults } from "./options.ts";

/** The optimizer, and what follows from it. */
export interface OptimizerChoice {
  readonly optimizer: Optimizer;
  readonly description: string;
  readonly reason: string;
  /** Whether its steps over all rows are few and long, so that limits count them. */
  readonly longSteps: boolean;
  /** Whether it is the choice of "auto" for mini-batches. */
  readonly averages: boolean;
  /** Whether the evidence sets a prior, so that validation rows may join the training in the end. */
  readonly regularized: boolean;
  readonly fullBatch: boolean;
  /** Rows of a batch where it is not all of them. */
  readonly batch: number;
  readonly batchReason: string;
}

/** Rows of a mini-batch of the Gram-Gauss-Newton method: large enough to see curvature, small enough to be cheap. */
const gaussNewtonBatch = 512;
const firstOrderBatch = 32;

/**
 * The steps of "auto" on mini-batches. A gain ratio would judge each step by the batch that it fits, noise and all: in
 * place of that a tenth of each step, with a memory of ten, and a mean over a hundred, keep what batches share.
 */
const miniBatchStep = Object.freeze({
  batch: 256,
  damping: 0.01,
  learningRate: 0.1,
  momentum: 0.9,
  averageDecay: 0.99,
});

/**
 * Makes the optimizer that was asked for, or chooses one.
 *
 * @param affordable Whether a step over all rows takes little time.
 * @param many Whether rows are so many that "auto" begins with mini-batches all the same.
 * @throws {OptionError} If an option was given that the optimizer does not have.
 */
export function chooseOptimizer(options: FitOptions, affordable: boolean, many = false): OptimizerChoice {
  const { optimizer = fitDefaults.optimizer } = options;
  const step = readStepOptions(options);
  const asked = { reason: "as asked", regularized: false, averages: false };
  if (optimizer === "auto")
    return {
      ...asked,
      ...batchesOf("solves", affordable),
      ...chooseForData(step, options, affordable, many),
    };
  if (typeof optimizer !== "string")
    return {
      ...asked,
      ...batchesOf(optimizer.solves ? "solves" : "few", affordable),
      optimizer,
      description: optimizer.name,
    };
  const { about, batches, make } = namedOptimizers[optimizer];
  return {
    ...asked,
    ...batchesOf(batches, affordable),
    optimizer: { ...make(step), name: optimizer },
    description: about,
  };
}

function batchesOf(
  batches: NamedOptimizer["batches"],
  affordable: boolean,
): Pick<OptimizerChoice, "longSteps" | "fullBatch" | "batch" | "batchReason"> {
  switch (batches) {
    case "few":
      return {
        longSteps: false,
        fullBatch: false,
        batch: firstOrderBatch,
        batchReason: "usual for first-order methods",
      };
    case "all":
      return {
        longSteps: true,
        fullBatch: true,
        batch: gaussNewtonBatch,
        batchReason: "the method works on all rows",
      };
    case "solves":
      return {
        longSteps: true,
        fullBatch: affordable,
        batch: gaussNewtonBatch,
        batchReason: affordable
          ? "a step over all rows is affordable"
          : "a step over all rows would take seconds",
      };
  }
}

/** Whether an optimizer is a first-order method, named, whose learning rate is an option. */
export function learnsAtRate(optimizer: OptimizerName | Optimizer): boolean {
  if (typeof optimizer !== "string" || optimizer === "auto") return false;
  const { takes, batches } = namedOptimizers[optimizer];
  return batches === "few" && takes.includes("learningRate");
}

/** The choice of "auto": full batch with the evidence where that is affordable and rows are not many, else mini-batches. */
function chooseForData(
  step: StepOptions,
  options: FitOptions,
  affordable: boolean,
  many: boolean,
): Partial<OptimizerChoice> & Pick<OptimizerChoice, "optimizer" | "description" | "reason"> {
  if (Object.keys(step).length > 0)
    return {
      optimizer: gramGaussNewton(step),
      description: "Gram-Gauss-Newton",
      reason: "with the learning rate and damping asked for",
    };
  if (affordable && !many && options.batchSize === undefined)
    return {
      optimizer: gramGaussNewton({ prior: evidence() }),
      description: "Gram-Gauss-Newton; damping by the gain ratio, regularization by the evidence",
      reason: "full batch: the evidence says how much of the data is signal",
      regularized: true,
    };
  const { batch, averageDecay, ...spring } = miniBatchStep;
  return {
    fullBatch: false,
    batch,
    ...(affordable && {
      batchReason: "rows are many: on most tables they lead to better networks than all at once",
    }),
    averages: true,
    optimizer: weightAverage(gramGaussNewton(spring), { decay: averageDecay }),
    description:
      "Gram-Gauss-Newton with momentum for steps of least norm (SPRING), the average of its weights",
    reason: "mini-batches: each fits its own noise, so that steps are short and weights are averaged",
  };
}

/** Steps over all rows that go on from a trained network: the prior is re-estimated for it before the first. */
export function evidenceFromThere(): Optimizer {
  return gramGaussNewton({ prior: evidence({ warmUps: 5 }) });
}

/** The options of the step that were given. */
function readStepOptions(options: FitOptions): StepOptions {
  const { optimizer = fitDefaults.optimizer } = options;
  const given = stepOptions.filter((name) => options[name] !== undefined);
  const name = typeof optimizer === "string" ? optimizer : null;
  const takes = name === null ? [] : name === "auto" ? stepOptions : namedOptimizers[name].takes;
  for (const option of given)
    if (!takes.includes(option))
      throw new OptionError(
        `options.${option}: ${name ?? "an optimizer that is given as a value"} does not take it; ` +
          (name ? 'leave it out, or use "gram-gauss-newton"' : "give it where the optimizer is made"),
      );
  return Object.fromEntries(given.map((option) => [option, options[option]!]));
}
