import type { FloatArray } from "../kernels/kernels.ts";
import { scaleGroups } from "../linearization/group-weights.ts";
import type { Linearization } from "../linearization/linearization.ts";
import { shiftResiduals } from "../linearization/shift-residuals.ts";
import type { SystemSpace } from "../linearization/system-space.ts";
import { trainableCount } from "../network/network.ts";
import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import type { DampedStep, DampedSystem, SolveMethod } from "../posterior/damped-system.ts";
import type { Form } from "../posterior/form.ts";
import { predictByPushforward } from "../posterior/step-prediction.ts";

/** A damped system that knows no prior. */
export interface PriorlessSystem {
  readonly form: Form | null;
  assemble(linearization: Linearization, weights: Float64Array | null): void;
  meanDiagonal(): number;
  /** out <- δ for the residuals r, as far as this system approximates it. */
  solve(residuals: FloatArray, damping: number, out: ParameterVector): Solved;
}

/** λ that was used, and how. */
export interface Solved {
  damping: number;
  method: SolveMethod;
}

/**
 * Lets a system that knows no prior solve with one, by the step that the prior alone would take:
 *
 *     c = W g / λ        δ = δ' - c,   δ' the system's step for r - J c
 *
 * For the exact step this is an identity. An approximation of it then concerns the data alone: in directions that
 * it leaves out, the prior acts as it should.
 */
export function aroundPrior(space: SystemSpace, core: PriorlessSystem): DampedSystem {
  const { kernels, dtype, blocks, outputs, capacity } = space;
  const p = trainableCount(blocks);
  const center = allocateParameters(kernels, dtype, blocks);
  const pushed = kernels.allocate(dtype, capacity * outputs);
  const shifted = kernels.allocate("float64", capacity * outputs);
  const result: DampedStep = { damping: 0, slope: 0, predictedReduction: 0, method: "failed" };
  let linearization: Linearization;
  let weights: Float64Array | null = null;

  /** c <- W g / λ, shifted <- r - J c. */
  const shift = (residuals: FloatArray, damping: number, prior: ParameterVector): void => {
    kernels.copy(p, prior.flat, center.flat);
    scaleGroups(kernels, blocks, weights, 1 / damping, center);
    shiftResiduals(kernels, linearization, residuals, -1, center, pushed, shifted);
  };

  return {
    form: core.form,
    assemble(next, groupWeights) {
      linearization = next;
      weights = groupWeights;
      core.assemble(next, groupWeights);
    },
    reweigh(groupWeights) {
      weights = groupWeights;
      core.assemble(linearization, groupWeights);
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
    ...withoutCounts,
  };
}

/** What an approximate system answers where only the exact one knows. */
export const withoutCounts: Pick<DampedSystem, "effectiveParameters" | "effectiveTotal" | "leaveOneOut"> = {
  effectiveParameters: () => false,
  effectiveTotal: () => null,
  leaveOneOut: () => null,
};
