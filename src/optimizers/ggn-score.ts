import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import { type DiagonalSystem, diagonalSystem } from "../posterior/diagonal-system.ts";
import { chooseForm, type Form } from "../posterior/form.ts";
import { type ConcordantPrior, smoothAbsolute } from "./concordant-prior.ts";
import {
  emptyReport,
  type Optimizer,
  type ParameterSpace,
  type Problem,
  requireOption,
  type StepReport,
} from "./optimizer.ts";
import { armijo, type StepSearch, searchAlong } from "./step-search.ts";

/** Options of `ggnScore`. */
export interface GgnScoreOptions {
  /** h. Default `smoothAbsolute()`. */
  readonly prior?: ConcordantPrior;
  /** ϱ. Default 1. */
  readonly learningRate?: number;
  /** Whose local norm η is: that of the step, or of the prior's gradient as in the paper. Default "step". */
  readonly norm?: "step" | "prior";
  /** How much shorter steps may get where the network is not convex. Default `armijo()`. */
  readonly search?: StepSearch;
  /** "gram" or "primal" in place of the cheaper one, "auto". */
  readonly form?: Form | "auto";
}

/** What the method keeps from step to step. */
interface GgnScoreState {
  readonly space: ParameterSpace;
  readonly systemFor: (examples: number) => DiagonalSystem;
  /** ∇h. */
  readonly gradient: ParameterVector;
  /** The diagonal of ∇²h. */
  readonly curvature: Float64Array;
  readonly delta: ParameterVector;
  readonly candidate: ParameterVector;
  readonly report: StepReport;
}

/**
 * Gauss-Newton steps under a self-concordant regularizer h, whose Hessian is a diagonal H, by the system of the size
 * of the batch:
 *
 *     δ = -H⁻¹ (∇h + Jᵀ u),     (J H⁻¹ Jᵀ + I) u = r - J H⁻¹ ∇h
 *
 *     w <- w + ϱ / (1 + M η) δ,     η = √(δᵀ H δ)   or, as in the paper,   √(∇hᵀ H⁻¹ ∇h)
 *
 * Without data both η are the same. That of the step goes to 0 with it, so that in the end whole steps are taken;
 * and for a linear model and ϱ = 1 it needs no search: ½ ‖r‖² + h falls all the way to 1 / (1 + M η). The step is
 * made shorter only where the network's curvature asks for it.
 *
 * Source: Adeoye and Bemporad 2023, arXiv:2112.07344 (GGN-SCORE); Nesterov 2004, section 4.1.5, for the damped step.
 *
 * @throws {OptimizerError} If the learning rate is not above 0.
 */
export function ggnScore(options: GgnScoreOptions = {}): Optimizer {
  const { prior = smoothAbsolute(), learningRate = 1, norm = "step", search = armijo() } = options;
  requireOption("learningRate", learningRate, learningRate > 0, "above 0");
  const optimizer: Optimizer<GgnScoreState> = {
    name: "ggn-score",
    solves: true,
    init: (space) => initState(space, options.form ?? "auto"),
    step(state, problem, parameters) {
      const { report, delta, gradient, curvature, space } = state;
      for (let i = 0; i < space.count; i++) {
        const theta = parameters.flat[i]!;
        gradient.flat[i] = prior.slope(theta);
        curvature[i] = prior.curvature(theta);
      }
      const system = state.systemFor(problem.examples);
      system.assemble(problem.linearization, curvature);
      const { slope, predictedReduction, method } = system.solve(problem.residuals, gradient, delta);
      const eta = norm === "step" ? stepNorm(state) : gradientNorm(state);
      report.attempts = 1;
      report.form = system.form;
      report.method = method;
      report.gainRatio = null;
      const before = priorLoss(prior, space, parameters);
      report.accepted = searchAlong(search, space, parameters, {
        direction: delta,
        candidate: state.candidate,
        factor: learningRate / (1 + prior.concordance * eta),
        descent: -slope - space.kernels.dot(space.count, gradient.flat, delta.flat),
        gain(rate) {
          const priorGain = before - priorLoss(prior, space, state.candidate);
          const gain = problem.loss - problem.lossAt(state.candidate) + priorGain;
          // ½ ‖J δ‖² = -slope - predictedReduction.
          const predicted = -rate * slope + rate ** 2 * (slope + predictedReduction);
          report.gainRatio = gain / (predicted + priorGain);
          report.learningRate = rate;
          return gain;
        },
      });
      report.failure = report.accepted ? null : failureOf(problem);
      return report;
    },
  };
  return optimizer;
}

function failureOf({ loss }: Problem): StepReport["failure"] {
  return Number.isFinite(loss) ? "no decrease" : "not finite";
}

function initState(space: ParameterSpace, form: Form | "auto"): GgnScoreState {
  const { kernels, dtype, blocks, outputs, count } = space;
  const vector = () => allocateParameters(kernels, dtype, blocks);
  const systems: { [form in Form]?: DiagonalSystem } = {};
  return {
    space,
    systemFor(examples) {
      const chosen = form === "auto" ? chooseForm(blocks, examples, outputs, dtype).form : form;
      systems[chosen] ??= diagonalSystem(chosen, space);
      return systems[chosen];
    },
    gradient: vector(),
    curvature: kernels.allocate("float64", count),
    delta: vector(),
    candidate: vector(),
    report: emptyReport(),
  };
}

/** √(δᵀ H δ). */
function stepNorm({ space, curvature, delta }: GgnScoreState): number {
  let sum = 0;
  for (let i = 0; i < space.count; i++) sum += curvature[i]! * delta.flat[i]! ** 2;
  return Math.sqrt(sum);
}

/** √(∇hᵀ H⁻¹ ∇h). */
function gradientNorm({ space, curvature, gradient }: GgnScoreState): number {
  let sum = 0;
  for (let i = 0; i < space.count; i++) sum += gradient.flat[i]! ** 2 / curvature[i]!;
  return Math.sqrt(sum);
}

/** h(θ) of the trainable parameters. */
function priorLoss(prior: ConcordantPrior, { count }: ParameterSpace, { flat }: ParameterVector): number {
  let loss = 0;
  for (let i = 0; i < count; i++) loss += prior.value(flat[i]!);
  return loss;
}
