import {
  type ApproximateCurvature,
  type Curvature,
  type ExactCurvature,
  exactCurvature,
} from "../curvatures/curvature.ts";
import { OptimizerError, requireOption } from "../errors.ts";
import type { Form } from "../posterior/form.ts";
import {
  type DampingRule,
  fixedDamping,
  gainRatioDamping,
  type LeaveOneOutRule,
  type PlainDampingRule,
} from "./damping.ts";
import { type Momentum, minimumNormMomentum } from "./momentum.ts";
import type { AdaptivePrior, FixedPrior, PriorRule } from "./prior.ts";
import { fullStep, type StepSearch } from "./step-search.ts";

/** Options of `gramGaussNewton`. */
export type GramGaussNewtonOptions = StepOptions & (ExactOptions | ApproximateOptions);

interface StepOptions {
  /** Factor of the step; 1/λ in the paper. Default 1. */
  readonly learningRate?: number;
  /** The paper's λ and α, in its own units: w <- w - Jᵀ (λ G + α I)⁻¹ (f - y). In place of learning rate and damping. */
  readonly lambda?: number;
  readonly alpha?: number;
  /** How far to go along each direction. Default `fullStep()`. */
  readonly search?: StepSearch;
  /** μ of the momentum for steps of least norm, in [0, 1): see `minimumNormMomentum`. Default 0. */
  readonly momentum?: number;
  /** A step that would be longer, after the learning rate, is shortened to this norm. Default: none is. */
  readonly maxNorm?: number;
}

/** Options where Jᵀ J itself stands in the system: its factor knows effective parameters and leave-one-out errors. */
interface ExactOptions {
  /**
   * Damping in units of the mean of the diagonal of G: a number keeps it, a rule moves it. Default: the rule
   * `gainRatioDamping()`.
   */
  readonly damping?: number | DampingRule;
  /**
   * Weight decay, or the prior by the evidence. Damping is then in units of the prior's precision: the step solves
   * with 1 + damping times it. Needs a rule for the damping. Default null: no prior.
   */
  readonly prior?: PriorRule | null;
  /** "gram" or "primal" in place of the cheaper one, "auto": short for `curvature: exactCurvature(form)`. */
  readonly form?: Form | "auto";
  /** Default `exactCurvature()`. */
  readonly curvature?: ExactCurvature;
}

/** Options with something else in place of Jᵀ J. */
interface ApproximateOptions {
  readonly damping?: number | PlainDampingRule;
  readonly prior?: FixedPrior | null;
  /** What stands for Jᵀ J, and how it is solved. */
  readonly curvature: ApproximateCurvature;
}

/** The options with every default filled in. */
export interface GramGaussNewtonSettings {
  readonly method: Method;
  readonly learningRate: number;
  /** Whether the damping is α/λ of the paper, in its own units. */
  readonly absolute: boolean;
  readonly search: StepSearch;
  /** Whether a step is judged by the loss that it leads to. */
  readonly judges: boolean;
  readonly momentum: Momentum;
  readonly maxNorm: number;
}

/** A curvature with what goes together with it. */
export type Method =
  | {
      readonly curvature: ExactCurvature;
      readonly rule: PlainDampingRule | LeaveOneOutRule;
      readonly prior: FixedPrior | AdaptivePrior | null;
    }
  | {
      readonly curvature: ApproximateCurvature;
      readonly rule: PlainDampingRule;
      readonly prior: FixedPrior | null;
    };

/** What may be given, whatever is allowed together: callers in JavaScript have no types. */
type AnyOptions = StepOptions & {
  readonly damping?: number | DampingRule;
  readonly prior?: PriorRule | null;
  readonly form?: Form | "auto";
  readonly curvature?: Curvature;
};

/** Checks the options and fills in the defaults. */
export function readOptions(options: AnyOptions): GramGaussNewtonSettings {
  const { search = fullStep(), prior = null, form, curvature = exactCurvature(form) } = options;
  const { momentum = 0, maxNorm = Number.POSITIVE_INFINITY } = options;
  requireOption("momentum", momentum, momentum >= 0 && momentum < 1, "in [0, 1)");
  requireOption("maxNorm", maxNorm, maxNorm > 0, "above 0");
  const { rule, ...step } = readStep(options);
  if (prior && !rule.judges)
    throw new OptimizerError("prior: needs a rule for the damping, for example gainRatioDamping()");
  if (options.lambda === 0 && (momentum > 0 || maxNorm < Number.POSITIVE_INFINITY))
    throw new OptimizerError("momentum, maxNorm: a step with lambda 0 has none; use a lambda above 0");
  if (form && options.curvature)
    throw new OptimizerError("form, curvature: can't be mixed; give the form to the curvature");
  const method = pair(curvature, rule, prior);
  const judges = rule.judges || search.lengths.length > 1;
  return { ...step, method, search, judges, momentum: minimumNormMomentum(momentum), maxNorm };
}

/** What only the exact curvature knows is asked of no other one. */
function pair(curvature: Curvature, rule: DampingRule, prior: PriorRule | null): Method {
  if (curvature.isExact) return { curvature, rule, prior };
  if (prior?.adapts)
    throw new OptimizerError(
      "prior: the evidence needs exactCurvature(); give weightDecay() with another one",
    );
  if (rule.needsLeaveOneOut)
    throw new OptimizerError("damping: leave-one-out errors need exactCurvature(); give another rule");
  return { curvature, rule, prior };
}

function readStep({ lambda, alpha, damping, learningRate }: AnyOptions) {
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
