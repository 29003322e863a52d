import type { FloatArray } from "../kernels/kernels.ts";
import type { Linearization } from "../linearization/linearization.ts";
import { shiftResiduals } from "../linearization/shift-residuals.ts";
import { type Space, scaleGroups } from "../linearization/space.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import { predictByPushforward } from "../posterior/step-prediction.ts";
import { type DampedStep, emptyStep, type System } from "../posterior/system.ts";

/** A system that knows no prior. */
export interface PriorlessSystem<State> extends Omit<System<State>, "solve"> {
  /** out <- δ for the residuals r, as far as this system approximates it. */
  solve(residuals: FloatArray, damping: number, out: ParameterVector): Solved;
}

/** λ that was used, and how. */
export type Solved = Pick<DampedStep, "damping" | "method">;

/**
 * Lets a system that knows no prior solve with one, by the step that the prior alone would take:
 *
 *     c = W g / λ        δ = δ' - c,   δ' the system's step for r - J c
 *
 * For the exact step this is an identity. An approximation of it then concerns the data alone: in directions that
 * it leaves out, the prior acts as it should.
 */
export function aroundPrior<State>(space: Space, core: PriorlessSystem<State>): System<State> {
  const { kernels, dtype, rows, parameters: p } = space;
  const center = space.vector();
  const pushed = kernels.allocate(dtype, rows);
  const shifted = kernels.allocate("float64", rows);
  const result = emptyStep();
  let linearization: Linearization;
  let weights: Float64Array | null = null;

  /** c <- W g / λ, shifted <- r - J c. */
  const shift = (residuals: FloatArray, damping: number, prior: ParameterVector): void => {
    kernels.copy(p, prior.flat, center.flat);
    scaleGroups(space, weights, 1 / damping, center);
    shiftResiduals(kernels, linearization, residuals, -1, center, pushed, shifted);
  };

  return {
    form: core.form,
    assemble(next, groupWeights, state) {
      linearization = next;
      weights = groupWeights;
      core.assemble(next, groupWeights, state);
    },
    meanDiagonal: () => core.meanDiagonal(),
    solve(residuals, damping, prior, out) {
      if (prior) shift(residuals, damping, prior);
      const { damping: used, method } = core.solve(prior ? shifted : residuals, damping, out);
      if (prior && method !== "failed") kernels.axpy(p, -1, center.flat, out.flat);
      predictByPushforward(kernels, linearization, residuals, out, pushed, result);
      result.damping = used;
      result.method = method;
      return result;
    },
  };
}
