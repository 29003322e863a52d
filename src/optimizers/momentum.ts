import type { FloatArray } from "../kernels/kernels.ts";
import type { Problem } from "../linearization/residual.ts";
import { shiftResiduals } from "../linearization/shift-residuals.ts";
import type { Space } from "../linearization/space.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import { predictByPushforward } from "../posterior/step-prediction.ts";
import type { DampedStep, System } from "../posterior/system.ts";

/** The direction before, and whether there is one that counts. */
export interface MomentumState {
  /** δ₀. */
  readonly before: FloatArray;
  kept: boolean;
}

/** How the direction before enters the solve for the next one. The state is null where there is no momentum. */
export interface Momentum {
  init(space: Space): MomentumState | null;
  plan(space: Space): PlannedMomentum;
}

export interface PlannedMomentum {
  /**
   * Solves for the direction δ of a step.
   *
   * @param lambda The system's λ.
   * @param share The part of λ, in [0, 1], that is damping: the rest belongs to a prior, which pulls to 0.
   * @param prior g, p, or null for 0.
   * @param out δ.
   */
  solve(
    state: MomentumState | null,
    system: System,
    problem: Problem,
    lambda: number,
    share: number,
    prior: ParameterVector | null,
    out: ParameterVector,
  ): DampedStep;
  /** This direction was taken; null: one was refused, and the next one owes nothing to those before. */
  keep(state: MomentumState | null, direction: ParameterVector | null): void;
}

/**
 * Momentum for steps of least norm. The damping holds δ near μ times the direction before, δ₀, in place of near 0:
 *
 *     δ  minimizes  ½ ‖r + J δ‖² + ½ λ ‖δ - μ δ₀‖²
 *
 *     ζ = r + μ J δ₀          δ = μ δ₀ - Jᵀ (G + λ I)⁻¹ ζ
 *
 * What a small batch does not determine stays as earlier batches had it, where the plain step sets it to 0. The
 * momentum of SGD would add μ δ₀ on top, also where the batch says otherwise. In primal form the same ζ enters the
 * normal equations. μ = 0 is the plain step.
 *
 * Source: Goldshlager, Abrahamsen and Lin 2024, arXiv:2401.10190 (SPRING), with φ = -δ:
 * ζ = r - μ J φ₀ and φ = μ φ₀ + Jᵀ (G + λ I)⁻¹ ζ.
 *
 * @param mu μ, in [0, 1); 0 is each direction by itself.
 */
export function minimumNormMomentum(mu: number): Momentum {
  if (mu === 0) return noMomentum;
  return {
    init: (space) => ({ before: space.vector().flat, kept: false }),
    plan: (space) => planMomentum(mu, space),
  };
}

const noMomentum: Momentum = {
  init: () => null,
  plan: () => ({
    solve: (_, system, { residuals }, lambda, __, prior, out) => system.solve(residuals, lambda, prior, out),
    keep: () => {},
  }),
};

function planMomentum(mu: number, space: Space): PlannedMomentum {
  const { kernels, dtype, parameters: p, rows } = space;
  const pushed = kernels.allocate(dtype, rows);
  const zeta = kernels.allocate("float64", rows) as Float64Array;
  let before: ParameterVector | null = null;
  return {
    solve(state, system, { linearization, residuals }, lambda, share, prior, out) {
      const factor = mu * share;
      if (!state!.kept || factor === 0) return system.solve(residuals, lambda, prior, out);
      if (before?.flat !== state!.before) before = space.vectorOn(state!.before);
      shiftResiduals(kernels, linearization, residuals, factor, before, pushed, zeta);
      const solved = system.solve(zeta, lambda, prior, out);
      if (solved.method === "failed") return solved;
      kernels.axpy(p, factor, before.flat, out.flat);
      predictByPushforward(kernels, linearization, residuals, out, pushed, solved);
      return solved;
    },
    keep(state, direction) {
      if (direction) kernels.copy(p, direction.flat, state!.before);
      state!.kept = direction !== null;
    },
  };
}
