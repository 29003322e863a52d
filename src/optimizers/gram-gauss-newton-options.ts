import { type Curvature, exactCurvature } from "../curvatures/curvature.ts";
import type { Form } from "../posterior/form.ts";
import { type DampingRule, fixedDamping, gainRatioDamping } from "./damping.ts";
import { OptimizerError, requireOption } from "./optimizer.ts";
import type { PriorRule } from "./prior.ts";
import { fullStep, type StepSearch } from "./step-search.ts";

/** Options of `gramGaussNewton`. */
export interface GramGaussNewtonOptions {
  /** Factor of the step; 1/λ in the paper. Default 1. */
  readonly learningRate?: number;
  /**
   * Damping in units of the mean of the diagonal of G: a number keeps it, a rule moves it. Default: the rule
   * `gainRatioDamping()`.
   */
  readonly damping?: number | DampingRule;
  /** The paper's λ and α, in its own units: w <- w - Jᵀ (λ G + α I)⁻¹ (f - y). In place of the two above. */
  readonly lambda?: number;
  readonly alpha?: number;
  /** How far to go along each direction. Default `fullStep()`. */
  readonly search?: StepSearch;
  /** μ of the momentum for steps of least norm, in [0, 1): see `minimumNormMomentum`. Default 0. */
  readonly momentum?: number;
  /** A step that would be longer, after the learning rate, is shortened to this norm. Default: none is. */
  readonly maxNorm?: number;
  /**
   * Weight decay, or the prior by the evidence. Damping is then in units of the prior's precision: the step solves
   * with 1 + damping times it. Needs a rule for the damping. Default null: no prior.
   */
  readonly prior?: PriorRule | null;
  /** "gram" or "primal" in place of the cheaper one, "auto": short for `curvature: exactCurvature(form)`. */
  readonly form?: Form | "auto";
  /** What stands for Jᵀ J, and how it is solved. Default `exactCurvature()`. */
  readonly curvature?: Curvature;
}

/** The options with every default filled in. */
export interface GramGaussNewtonSettings {
  readonly rule: DampingRule;
  readonly learningRate: number;
  /** Whether the damping is α/λ of the paper, in its own units. */
  readonly absolute: boolean;
  readonly search: StepSearch;
  /** Whether a step is judged by the loss that it leads to. */
  readonly judges: boolean;
  readonly momentum: number;
  readonly maxNorm: number;
  readonly prior: PriorRule | null;
  readonly curvature: Curvature;
}

/** Checks the options and fills in the defaults. */
export function readOptions(options: GramGaussNewtonOptions): GramGaussNewtonSettings {
  const { search = fullStep(), prior = null, form, curvature = exactCurvature(form) } = options;
  const { momentum = 0, maxNorm = Number.POSITIVE_INFINITY } = options;
  requireOption("momentum", momentum, momentum >= 0 && momentum < 1, "in [0, 1)");
  requireOption("maxNorm", maxNorm, maxNorm > 0, "above 0");
  const step = readStep(options);
  if (prior && !step.rule.judges)
    throw new OptimizerError("prior: needs a rule for the damping, for example gainRatioDamping()");
  if (options.lambda === 0 && (momentum > 0 || maxNorm < Number.POSITIVE_INFINITY))
    throw new OptimizerError("momentum, maxNorm: a step with lambda 0 has none; use a lambda above 0");
  if (form && options.curvature)
    throw new OptimizerError("form, curvature: can't be mixed; give the form to the curvature");
  if (!curvature.isExact && prior?.adapts)
    throw new OptimizerError(
      "prior: the evidence needs exactCurvature(); give weightDecay() with another one",
    );
  if (!curvature.isExact && step.rule.needsLeaveOneOut)
    throw new OptimizerError("damping: leave-one-out errors need exactCurvature(); give another rule");
  const judges = step.rule.judges || search.lengths.length > 1;
  return { ...step, search, judges, momentum, maxNorm, prior, curvature };
}

function readStep({ lambda, alpha, damping, learningRate }: GramGaussNewtonOptions) {
  if (lambda !== undefined || alpha !== undefined) {
    if (damping !== undefined || learningRate !== undefined)
      throw new OptimizerError("lambda, alpha: can't be mixed with learningRate and damping; give one pair");
    return readPaperStep(lambda ?? 1, alpha ?? 0);
  }
  const rate = learningRate ?? 1;
  requireOption("learningRate", rate, rate > 0 && Number.isFinite(rate), "a finite number above 0");
  const rule = typeof damping === "number" ? fixedDamping(damping) : (damping ?? gainRatioDamping());
  return { rule, learningRate: rate, absolute: false };
}

/** λ G + α I = λ (G + (α/λ) I): the learning rate is 1/λ, the damping α/λ. */
function readPaperStep(lambda: number, alpha: number) {
  requireOption("lambda", lambda, lambda >= 0 && Number.isFinite(lambda), "a finite number of at least 0");
  requireOption("alpha", alpha, alpha >= 0 && Number.isFinite(alpha), "a finite number of at least 0");
  requireOption("alpha", alpha, alpha > 0 || lambda > 0, "above 0 where lambda is 0");
  const rule = fixedDamping(lambda === 0 ? 0 : alpha / lambda);
  return { rule, learningRate: 1 / lambda, absolute: true };
}
