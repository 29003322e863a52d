import { requireOption } from "../errors.ts";
import { dampedSystem } from "../posterior/damped-system.ts";
import type { Form } from "../posterior/form.ts";
import type { System } from "../posterior/system.ts";
import { aroundPrior, type PriorlessSystem } from "./around-prior.ts";
import { type ApproximateCurvature, chosenByForm } from "./curvature.ts";
import { cutoffSolver } from "./cutoff-solver.ts";

/** Options of `eigenvalueCutoff`, and their defaults. */
export interface EigenvalueCutoffOptions {
  /** Eigenvalues of G below this share of the largest are left out, in [0, 1). */
  readonly cutoff: number;
  readonly form: Form | "auto";
}

export const eigenvalueCutoffDefaults: Readonly<EigenvalueCutoffOptions> = Object.freeze({
  cutoff: 1e-8,
  form: "auto",
});

/**
 * The step by a pseudo-inverse: only the eigenvectors of G with large eigenvalues take part,
 *
 *     δ = -Jᵀ V diag(1 / (w + λ) where w > cutoff · max(w), else 0) Vᵀ r,      G = V diag(w) Vᵀ
 *
 * so that without damping J δ = -P r, with P the projector on these eigenvectors. With cutoff 0 it is the exact
 * step. In place of damping, where the network should fit to full precision and G is close to singular; give
 * `damping: 0` and a line search. ANaGRAM's cut-off of the singular values of J is the root of this one.
 *
 * Source: Schwencke and Furtlehner 2025, arXiv:2412.10782 (ANaGRAM).
 *
 * @throws {OptimizerError} If the cut-off is not in [0, 1).
 */
export function eigenvalueCutoff(options: Partial<EigenvalueCutoffOptions> = {}): ApproximateCurvature<null> {
  const { cutoff, form } = { ...eigenvalueCutoffDefaults, ...options };
  requireOption("cutoff", cutoff, cutoff >= 0 && cutoff < 1, "in [0, 1)");
  return {
    isExact: false,
    init: () => null,
    plan(space) {
      const choose = chosenByForm(space, form, (chosen) =>
        dampedSystem(chosen, space, (kernels, most) => cutoffSolver(kernels, most, cutoff)),
      );
      const systems = new Map<System, System>();
      return (rows) => {
        const system = choose(rows);
        const known = systems.get(system) ?? aroundPrior(space, withoutPrior(system));
        systems.set(system, known);
        return known;
      };
    },
  };
}

function withoutPrior(system: System): PriorlessSystem<unknown> {
  return { ...system, solve: (residuals, damping, out) => system.solve(residuals, damping, null, out) };
}
