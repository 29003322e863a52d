import { shiftResiduals } from "../linearization/shift-residuals.ts";
import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import type { DampedStep, DampedSystem } from "../posterior/damped-system.ts";
import { predictByPushforward } from "../posterior/step-prediction.ts";
import { type ParameterSpace, type Problem, requireOption } from "./optimizer.ts";

/** What the method keeps of the direction before, and how it enters the solve for the next one. */
export interface Momentum {
  /**
   * Solves for the direction δ of a step.
   *
   * @param lambda The system's λ.
   * @param share The part of λ, in [0, 1], that is damping: the rest belongs to a prior, which pulls to 0.
   * @param prior g, p, or null for 0.
   * @param out δ.
   */
  solve(
    system: DampedSystem,
    problem: Problem,
    lambda: number,
    share: number,
    prior: ParameterVector | null,
    out: ParameterVector,
  ): DampedStep;
  /** This direction was taken. */
  keep(direction: ParameterVector): void;
  /** A direction was refused: the next one owes nothing to those before. */
  forget(): void;
}

/** Each direction by itself. */
export function noMomentum(): Momentum {
  return {
    solve: (system, problem, lambda, _, prior, out) => system.solve(problem.residuals, lambda, prior, out),
    keep: () => {},
    forget: () => {},
  };
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
 * @param mu μ, in [0, 1).
 * @throws {OptimizerError} If μ is out of its range.
 */
export function minimumNormMomentum(mu: number, space: ParameterSpace): Momentum {
  requireOption("momentum", mu, mu >= 0 && mu < 1, "in [0, 1)");
  const { kernels, dtype, blocks, count, outputs, capacity } = space;
  const before = allocateParameters(kernels, dtype, blocks);
  const pushed = kernels.allocate(dtype, capacity * outputs);
  const zeta = kernels.allocate("float64", capacity * outputs);
  let kept = false;
  return {
    solve(system, problem, lambda, share, prior, out) {
      const { linearization, residuals } = problem;
      const factor = mu * share;
      if (!kept || factor === 0) return system.solve(residuals, lambda, prior, out);
      shiftResiduals(kernels, linearization, residuals, factor, before, pushed, zeta);
      const solved = system.solve(zeta, lambda, prior, out);
      if (solved.method === "failed") return solved;
      kernels.axpy(count, factor, before.flat, out.flat);
      predictByPushforward(kernels, linearization, residuals, out, pushed, solved);
      return solved;
    },
    keep(direction) {
      kernels.copy(count, direction.flat, before.flat);
      kept = true;
    },
    forget() {
      kept = false;
    },
  };
}
