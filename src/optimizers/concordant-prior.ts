import { requireOption } from "../errors.ts";

/**
 * A regularizer h(θ) = Σ_i h(θ_i), convex and self-concordant: its curvature changes slowly in its own measure,
 *
 *     |h'''| <= 2 M h''^(3/2)
 *
 * so that M says how far its quadratic model can be trusted (Nesterov and Nemirovskii 1994). The sum with a convex
 * quadratic has the same M.
 */
export interface ConcordantPrior {
  /** M; 0 of a quadratic. */
  readonly concordance: number;
  /** h(θ_i). */
  value(t: number): number;
  /** h'(θ_i). */
  slope(t: number): number;
  /** h''(θ_i), above 0. */
  curvature(t: number): number;
}

/** Weight decay, ½ a θ²: M = 0. @throws {OptimizerError} If a is not a finite number above 0. */
export function quadraticPrior(strength: number): ConcordantPrior {
  requireAbove0("quadraticPrior", strength);
  return {
    concordance: 0,
    value: (t) => (strength * t * t) / 2,
    slope: (t) => strength * t,
    curvature: () => strength,
  };
}

/** Options of `smoothAbsolute`, and their defaults. */
export interface SmoothAbsoluteOptions {
  /** a, the curvature at 0. */
  readonly strength: number;
  /** μ, the size of a parameter from which the slope hardly grows. */
  readonly smoothing: number;
}

export const smoothAbsoluteDefaults: Readonly<SmoothAbsoluteOptions> = Object.freeze({
  strength: 0.1,
  smoothing: 1,
});

/**
 * The absolute value, a μ |θ|, rounded off below μ to weight decay, ½ a θ²: it spares large parameters, and
 * presses on small ones.
 *
 *     h(θ) = a μ² φ(θ / μ),      φ(t) = max_u t u + ½ log(1 - u²) = t u + ½ log w
 *
 *     w = 1 - u² = 2 / (1 + √(1 + 4 t²))      φ' = u = t w      φ'' = w² / (2 - w)
 *
 * φ is the conjugate of a barrier, -½ log(1 - u²), and has its M = √2; so M = √2 / (μ √a) for h.
 *
 * Source: Ostrovskii and Bach 2021, arXiv:1810.06838, for φ.
 *
 * @throws {OptimizerError} If an option is not a finite number above 0.
 */
export function smoothAbsolute(options: Partial<SmoothAbsoluteOptions> = {}): ConcordantPrior {
  const { strength, smoothing } = { ...smoothAbsoluteDefaults, ...options };
  requireAbove0("strength", strength);
  requireAbove0("smoothing", smoothing);
  const w = (t: number) => 2 / (1 + Math.hypot(1, (2 * t) / smoothing));
  return {
    concordance: Math.SQRT2 / (smoothing * Math.sqrt(strength)),
    // log w = -log(1 + t² w), which keeps its digits where t is small.
    value: (t) =>
      strength * (t * t * w(t) - (smoothing ** 2 * Math.log1p((t * t * w(t)) / smoothing ** 2)) / 2),
    slope: (t) => strength * t * w(t),
    curvature: (t) => (strength * w(t) ** 2) / (2 - w(t)),
  };
}

function requireAbove0(name: string, value: number): void {
  requireOption(name, value, value > 0 && Number.isFinite(value), "a finite number above 0");
}
