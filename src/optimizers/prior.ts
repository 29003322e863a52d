import { requireOption } from "../errors.ts";
import type { FloatArray } from "../kernels/kernels.ts";
import type { Group } from "../linearization/space.ts";

/**
 * A Gaussian prior of the parameters, that is weight decay: one precision for all, or one for each group, which are
 * each layer's weights and each layer's biases. The objective becomes
 *
 *     ½ ‖r‖² + ½ Σ_g a_g ‖θ_g‖²,      a_g = α_g / β
 *
 * with the precisions α of the prior and β of the noise (MacKay 1992).
 */
export type PriorRule = FixedPrior | AdaptivePrior;

/** A prior that stays as it is. */
export interface FixedPrior {
  readonly adapts: false;
  /** One precision for all parameters: then the step needs no weights. */
  readonly isShared: boolean;
  init(groups: readonly Group[]): PriorState;
}

/** A prior that is re-estimated at each step, by the effective numbers of parameters, which only `exactCurvature` knows. */
export interface AdaptivePrior extends Omit<FixedPrior, "adapts"> {
  readonly adapts: true;
  /**
   * Re-estimates the precisions at the parameters that the last step reached.
   *
   * @param effective γ by groups, at the present precisions; a single number where the prior is shared.
   * @param rows n.
   * @param squaredResidual ‖r‖².
   * @param theta The parameters.
   */
  update(
    state: PriorState,
    groups: readonly Group[],
    effective: Float64Array,
    rows: number,
    squaredResidual: number,
    theta: FloatArray,
  ): void;
}

/** What is kept of a prior from step to step: what can be said of it after a fit, too. */
export interface PriorState {
  /** a by groups. */
  readonly precisions: Float64Array;
  /** α by groups. */
  readonly alpha: Float64Array;
  beta: number;
  /** Σ γ at the last update: how many parameters the data determine. */
  effective: number;
  updates: number;
  /** Re-estimations that come before the next step. */
  pending: number;
}

/** The same precision a for all parameters, kept: weight decay. */
export function weightDecay(precision: number): FixedPrior {
  requireOption(
    "weightDecay",
    precision,
    precision > 0 && Number.isFinite(precision),
    "a finite number above 0",
  );
  return {
    isShared: true,
    adapts: false,
    init: (groups) => initState(groups, precision, 1, 0),
  };
}

/** Options of `evidence`, and their defaults. */
export interface EvidenceOptions {
  /** What shares a precision: the whole network, or each layer's weights and each layer's biases. */
  readonly groups: "network" | "layers";
  /** α of all groups at the start, for standardized inputs and targets. */
  readonly alpha: number;
  /** β at the start: noise of a third of the target's own deviation. */
  readonly beta: number;
  /** Re-estimations at the first step: above 0 where the parameters are trained already. */
  readonly warmUps: number;
  readonly smallest: number;
  readonly largest: number;
}

export const evidenceDefaults: Readonly<EvidenceOptions> = Object.freeze({
  groups: "network",
  alpha: 0.1,
  beta: 10,
  warmUps: 0,
  smallest: 1e-8,
  largest: 1e14,
});

/**
 * Precisions by the evidence, the marginal likelihood of the linearized model. After each step
 *
 *     α_g <- γ_g / ‖θ_g‖²         β <- (n - Σ γ) / ‖r‖²
 *
 * with γ_g the number of the group's parameters that the data determine. With one group, the default, this is what
 * MATLAB's trainbr does, but with the Gram matrix where that is the smaller one.
 *
 * Source: MacKay 1992, A practical Bayesian framework for backpropagation networks, equations 2.10 to 2.13;
 * Foresee and Hagan 1997 for its use with Gauss-Newton steps.
 */
export function evidence(options: Partial<EvidenceOptions> = {}): AdaptivePrior {
  const { groups, alpha, beta, warmUps, smallest, largest } = { ...evidenceDefaults, ...options };
  const clip = (value: number) => Math.min(Math.max(value, smallest), largest);
  const precision = (effective: number, squares: number) =>
    clip(Math.max(effective, 1e-3) / Math.max(squares, Number.MIN_VALUE));
  const isShared = groups === "network";
  return {
    isShared,
    adapts: true,
    // The first step goes by the prior as it was given: at random parameters the data say little about it.
    init: (groups) => initState(groups, alpha, beta, warmUps),
    update(state, groups, effective, rows, squaredResidual, theta) {
      const total = sum(effective);
      state.effective = total;
      state.updates++;
      // n - γ stays above 0 where a network interpolates its data: by at least 1 % of the rows.
      state.beta = clip(Math.max(rows - total, 0.01 * rows) / Math.max(squaredResidual, Number.MIN_VALUE));
      if (isShared) state.alpha.fill(precision(total, sumOfTrainable(groups, theta)));
      else
        groups.forEach(({ start, end }, group) => {
          if (end > start) state.alpha[group] = precision(effective[group]!, sumOfSquares(theta, start, end));
        });
      for (let group = 0; group < state.alpha.length; group++)
        state.precisions[group] = state.alpha[group]! / state.beta;
    },
  };
}

/** ‖θ‖² of the trainable parameters, which stand first. */
function sumOfTrainable(groups: readonly Group[], theta: FloatArray): number {
  return sumOfSquares(theta, 0, Math.max(...groups.map(({ end }) => end)));
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function initState(groups: readonly Group[], alpha: number, beta: number, pending: number): PriorState {
  return {
    precisions: new Float64Array(groups.length).fill(alpha / beta),
    alpha: new Float64Array(groups.length).fill(alpha),
    beta,
    effective: 0,
    updates: 0,
    pending,
  };
}

/** ½ Σ_g a_g ‖θ_g‖². */
export function priorLoss({ precisions }: PriorState, groups: readonly Group[], theta: FloatArray): number {
  let loss = 0;
  for (let group = 0; group < groups.length; group++) {
    const { start, end } = groups[group]!;
    if (end > start) loss += precisions[group]! * sumOfSquares(theta, start, end);
  }
  return loss / 2;
}

/** out <- a_g θ_g, the gradient of the prior. */
export function priorGradient(
  { precisions }: PriorState,
  groups: readonly Group[],
  theta: FloatArray,
  out: FloatArray,
): void {
  groups.forEach(({ start, end }, group) => {
    for (let i = start; i < end; i++) out[i] = precisions[group]! * theta[i]!;
  });
}

function sumOfSquares(theta: FloatArray, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += theta[i]! ** 2;
  return sum;
}
