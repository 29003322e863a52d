import { chosenByForm } from "../curvatures/curvature.ts";
import { requireOption } from "../errors.ts";
import type { FloatArray } from "../kernels/kernels.ts";
import type { Problem } from "../linearization/residual.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import { separableSystem } from "../posterior/damped-system.ts";
import type { Form } from "../posterior/form.ts";
import { type ConcordantPrior, smoothAbsolute } from "./concordant-prior.ts";
import { emptyReport, type Optimizer, type StepReport } from "./optimizer.ts";
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
export function ggnScore(options: GgnScoreOptions = {}): Optimizer<null> {
  const { prior = smoothAbsolute(), learningRate = 1, norm = "step" } = options;
  const { search = armijo(), form = "auto" } = options;
  requireOption("learningRate", learningRate, learningRate > 0, "above 0");
  return {
    name: "ggn-score",
    solves: true,
    init: () => null,
    plan(space) {
      const { kernels, parameters: p } = space;
      const systemFor = chosenByForm(space, form, (chosen) => separableSystem(chosen, space));
      const [gradient, delta, candidate] = [space.vector(), space.vector(), space.vector()];
      const curvature = kernels.allocate("float64", p) as Float64Array;
      const report = emptyReport();

      /** ∇h and the diagonal of ∇²h. */
      const differentiate = ({ flat: theta }: ParameterVector): void => {
        for (let i = 0; i < p; i++) {
          gradient.flat[i] = prior.slope(theta[i]!);
          curvature[i] = prior.curvature(theta[i]!);
        }
      };

      return (_, problem, parameters) => {
        differentiate(parameters);
        const system = systemFor(problem.linearization.rows);
        system.assemble(problem.linearization, curvature, null);
        const { slope, predictedReduction, method } = system.solve(problem.residuals, 1, gradient, delta);
        const eta = Math.sqrt(
          norm === "step" ? squaredStep(curvature, delta.flat) : squaredGradient(curvature, gradient.flat),
        );
        report.attempts = 1;
        report.form = system.form;
        report.method = method;
        report.gainRatio = null;
        const before = priorLoss(prior, p, parameters);
        report.accepted = searchAlong(search, space, parameters, {
          direction: delta,
          candidate,
          factor: learningRate / (1 + prior.concordance * eta),
          descent: -slope - kernels.dot(p, gradient.flat, delta.flat),
          gain(rate) {
            const priorGain = before - priorLoss(prior, p, candidate);
            const gain = problem.loss - problem.lossAt(candidate) + priorGain;
            // ½ ‖J δ‖² = -slope - predictedReduction.
            const predicted = -rate * slope + rate ** 2 * (slope + predictedReduction);
            report.gainRatio = gain / (predicted + priorGain);
            report.learningRate = rate;
            return gain;
          },
        });
        report.failure = report.accepted ? null : failureOf(problem);
        return report;
      };
    },
  };
}

function failureOf({ loss }: Problem): StepReport["failure"] {
  return Number.isFinite(loss) ? "no decrease" : "not finite";
}

/** δᵀ H δ. */
function squaredStep(curvature: Float64Array, delta: FloatArray): number {
  let sum = 0;
  for (let i = 0; i < curvature.length; i++) sum += curvature[i]! * delta[i]! ** 2;
  return sum;
}

/** ∇hᵀ H⁻¹ ∇h. */
function squaredGradient(curvature: Float64Array, gradient: FloatArray): number {
  let sum = 0;
  for (let i = 0; i < curvature.length; i++) sum += gradient[i]! ** 2 / curvature[i]!;
  return sum;
}

/** h(θ) of the trainable parameters. */
function priorLoss(prior: ConcordantPrior, p: number, { flat }: ParameterVector): number {
  let loss = 0;
  for (let i = 0; i < p; i++) loss += prior.value(flat[i]!);
  return loss;
}
