import type { FloatArray } from "../kernels/kernels.ts";
import { forEachGroup, type ParameterBlock, trainableCount } from "../network/network.ts";
import { requireOption } from "./optimizer.ts";

/**
 * A Gaussian prior of the parameters, that is weight decay: one precision for all, or one for each group, which are
 * each layer's weights and each layer's biases. The objective becomes
 *
 *     ½ ‖r‖² + ½ Σ_g a_g ‖θ_g‖²,      a_g = α_g / β
 *
 * with the precisions α of the prior and β of the noise (MacKay 1992).
 */
export interface PriorRule {
  /** One precision for all parameters: then the step needs neither weights nor the effective numbers of groups. */
  readonly isShared: boolean;
  /** Whether `update` needs the effective numbers of parameters, which cost a matrix inverse for each step. */
  readonly adapts: boolean;
  /** Updates before the first step. */
  readonly warmUps: number;
  init(blocks: readonly ParameterBlock[]): PriorState;
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
    effective: Float64Array,
    rows: number,
    squaredResidual: number,
    theta: FloatArray,
  ): void;
}

export interface PriorState {
  readonly blocks: readonly ParameterBlock[];
  /** a by groups. */
  readonly precisions: Float64Array;
  /** α by groups. */
  readonly alpha: Float64Array;
  beta: number;
  /** Σ γ at the last update: how many parameters the data determine. */
  effective: number;
  updates: number;
}

/** The same precision a for all parameters, kept: weight decay. */
export function weightDecay(precision: number): PriorRule {
  requireOption(
    "weightDecay",
    precision,
    precision > 0 && Number.isFinite(precision),
    "a finite number above 0",
  );
  return {
    isShared: true,
    adapts: false,
    warmUps: 0,
    init: (blocks) => initState(blocks, precision, 1),
    update: () => {},
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
export function evidence(options: Partial<EvidenceOptions> = {}): PriorRule {
  const { groups, alpha, beta, warmUps, smallest, largest } = { ...evidenceDefaults, ...options };
  const clip = (value: number) => Math.min(Math.max(value, smallest), largest);
  const precision = (effective: number, squares: number) =>
    clip(Math.max(effective, 1e-3) / Math.max(squares, Number.MIN_VALUE));
  const isShared = groups === "network";
  return {
    isShared,
    adapts: true,
    warmUps,
    init: (blocks) => initState(blocks, alpha, beta),
    update(state, effective, rows, squaredResidual, theta) {
      const total = sum(effective);
      state.effective = total;
      state.updates++;
      // n - γ stays above 0 where a network interpolates its data: by at least 1 % of the rows.
      state.beta = clip(Math.max(rows - total, 0.01 * rows) / Math.max(squaredResidual, Number.MIN_VALUE));
      if (isShared) state.alpha.fill(precision(total, sumOfTrainable(state.blocks, theta)));
      else
        forEachGroup(state.blocks, (group, start, end) => {
          state.alpha[group] = precision(effective[group]!, sumOfSquares(theta, start, end));
        });
      for (let group = 0; group < state.alpha.length; group++)
        state.precisions[group] = state.alpha[group]! / state.beta;
    },
  };
}

/** ‖θ‖² of the trainable parameters, which stand first. */
function sumOfTrainable(blocks: readonly ParameterBlock[], theta: FloatArray): number {
  return sumOfSquares(theta, 0, trainableCount(blocks));
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function initState(blocks: readonly ParameterBlock[], alpha: number, beta: number): PriorState {
  return {
    blocks,
    precisions: new Float64Array(2 * blocks.length).fill(alpha / beta),
    alpha: new Float64Array(2 * blocks.length).fill(alpha),
    beta,
    effective: 0,
    updates: 0,
  };
}

/** ½ Σ_g a_g ‖θ_g‖². */
export function priorLoss({ blocks, precisions }: PriorState, theta: FloatArray): number {
  let loss = 0;
  forEachGroup(blocks, (group, start, end) => {
    loss += precisions[group]! * sumOfSquares(theta, start, end);
  });
  return loss / 2;
}

/** out <- a_g θ_g, the gradient of the prior. */
export function priorGradient({ blocks, precisions }: PriorState, theta: FloatArray, out: FloatArray): void {
  forEachGroup(blocks, (group, start, end) => {
    for (let i = start; i < end; i++) out[i] = precisions[group]! * theta[i]!;
  });
}

function sumOfSquares(theta: FloatArray, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += theta[i]! ** 2;
  return sum;
}
