import type { DType } from "../../src/kernels/kernels.ts";
import { type Beginning, type Contender, describeContender } from "./contender.ts";

/** A contender and what its first steps did. */
export interface Begun {
  readonly contender: Contender;
  readonly beginning: Beginning;
}

/** Relative difference of losses that rounding explains; a step that is not the same makes more. */
const tolerances: Readonly<Record<DType, number>> = { float32: 1e-4, float64: 1e-8 };

/** The steps must change the loss by more than this, relative, or agreeing would say nothing. */
const leastChange = 1e-2;

/**
 * Divides contenders by what they compute, and checks that each group does compute the same: the same losses at the
 * start and after each step.
 *
 * @returns The contenders that agree, a sentence for each group that does not, and one for each that had nothing to
 *   be compared with.
 */
export function checkAgreement(
  begun: readonly Begun[],
  dtype: DType,
): {
  readonly agreed: readonly Begun[];
  readonly refusals: readonly string[];
  readonly remarks: readonly string[];
} {
  const agreed: Begun[] = [];
  const remarks: string[] = [];
  const refusals: string[] = [];
  for (const method of ["sgd", "adam", "gram"] as const) {
    const group = begun.filter(({ contender }) => methodOf(contender) === method);
    const fault = disagreement(group, tolerances[dtype]);
    if (fault) refusals.push(`refused, not the same arithmetic: ${method}: ${fault}`);
    else agreed.push(...group);
    if (new Set(group.map(implementation)).size === 1)
      remarks.push(`not checked, only one system here computes it: ${method}`);
  }
  return { agreed, refusals, remarks };
}

function implementation({ contender: { system, kernels } }: Begun): string {
  return `${system} ${kernels}`;
}

/** The Gram step is the same whether J is formed or not. */
function methodOf({ optimizer }: Contender): "sgd" | "adam" | "gram" {
  return optimizer === "gram-gauss-newton" || optimizer === "vmap-gram" ? "gram" : optimizer;
}

function disagreement(group: readonly Begun[], tolerance: number): string | null {
  const first = group[0];
  if (!first) return null;
  const reference = first.beginning.losses;
  for (const { contender, beginning } of group) {
    const losses = beginning.losses.slice(0, reference.length);
    for (const [step, loss] of losses.entries())
      if (!(Math.abs(loss - reference[step]!) <= tolerance * reference[step]!))
        return `after ${step} steps ${describeContender(contender)} has the loss ${loss}, ${describeContender(first.contender)} ${reference[step]}`;
    const [before, after] = [losses[0]!, losses[losses.length - 1]!];
    if (!(Math.abs(after - before) > leastChange * before))
      return `${describeContender(contender)}: the loss went from ${before} to ${after} only; nothing would be seen`;
  }
  return null;
}
