import type { SystemSpace } from "../linearization/system-space.ts";
import { type DampedSystem, dampedSystem } from "../posterior/damped-system.ts";
import { chooseForm, type Form } from "../posterior/form.ts";
import { symmetricSolver } from "../posterior/symmetric-solver.ts";

/** Which matrix stands for Jᵀ J in the damped step, and how it is solved. */
export interface Curvature {
  /**
   * Whether its system counts effective parameters and knows leave-one-out errors, as a prior by the evidence and
   * damping by leave-one-out errors need.
   */
  readonly isExact: boolean;
  /** Allocates. Returns the system for a batch of so many examples, which may be another one for another size. */
  init(space: SystemSpace): (examples: number) => DampedSystem;
}

/** Jᵀ J itself, by the Gram matrix or by the normal equations: "auto" takes the cheaper form for each batch. */
export function exactCurvature(form: Form | "auto" = "auto"): Curvature {
  return { isExact: true, init: (space) => chosenByForm(space, form) };
}

/** A damped system in each form that batches ask for. */
export function chosenByForm(
  { kernels, dtype, blocks, outputs, capacity }: SystemSpace,
  form: Form | "auto",
  makeSolver: typeof symmetricSolver = symmetricSolver,
): (examples: number) => DampedSystem {
  const systems: { [form in Form]?: DampedSystem } = {};
  return (examples) => {
    const chosen = form === "auto" ? chooseForm(blocks, examples, outputs, dtype).form : form;
    systems[chosen] ??= dampedSystem(chosen, kernels, dtype, blocks, capacity * outputs, outputs, makeSolver);
    return systems[chosen];
  };
}
