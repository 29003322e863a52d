import { OptimizerError } from "../errors.ts";
import { lazy } from "../linearization/lazy.ts";
import type { LayerSpace, Space } from "../linearization/space.ts";
import { dampedSystem } from "../posterior/damped-system.ts";
import { cheaperForm, type Form } from "../posterior/form.ts";
import type { Posterior, System } from "../posterior/system.ts";

/**
 * Which matrix stands for Jᵀ J in the damped step, and how it is solved: Jᵀ J itself, whose factor also answers what a
 * prior by the evidence and damping by leave-one-out errors ask, or an approximation of it.
 */
export type Curvature = ExactCurvature | ApproximateCurvature;

/** Jᵀ J itself. */
export interface ExactCurvature {
  readonly isExact: true;
  /** It keeps nothing from step to step. */
  init(space: Space): null;
  /** Allocates. Returns the system for a batch of so many rows, which may be another one for another size. */
  plan(space: Space): (rows: number) => Posterior;
}

/** An approximation of Jᵀ J. */
export interface ApproximateCurvature<State = unknown> {
  readonly isExact: false;
  /** What it keeps from step to step: numbers, typed arrays and records of them. */
  init(space: Space): State;
  /** As of an exact one. */
  plan(space: Space): (rows: number) => System<State>;
}

/** By the Gram matrix or by the normal equations: "auto" takes the cheaper form for each size of batch. */
export function exactCurvature(form: Form | "auto" = "auto"): ExactCurvature {
  return {
    isExact: true,
    init: () => null,
    plan: (space) => chosenByForm(space, form, (chosen) => dampedSystem(chosen, space)),
  };
}

/** A system in each form that batches ask for, made at the first use; the form of a size is chosen once. */
export function chosenByForm<S>(
  space: Space,
  form: Form | "auto",
  make: (form: Form) => S,
): (rows: number) => S {
  const systems = { gram: lazy(() => make("gram")), primal: lazy(() => make("primal")) };
  const chosen = new Map<number, S>();
  return (rows) => {
    const known = chosen.get(rows);
    if (known) return known;
    const system = systems[form === "auto" ? cheaperForm(space, rows) : form]();
    chosen.set(rows, system);
    return system;
  };
}

/**
 * The layers of a space.
 *
 * @param what Asks for them: for the message.
 * @throws {OptimizerError} If the residual is none of a network.
 */
export function requireLayers({ layers }: Space, what: string): LayerSpace {
  if (layers) return layers;
  throw new OptimizerError(
    `${what}: goes layer by layer, and these residuals have no layers; use exactCurvature()`,
  );
}
