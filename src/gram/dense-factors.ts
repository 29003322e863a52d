import type { ParameterBlock } from "../network/network.ts";
import type { JacobianFactors, Linearization } from "./linearization.ts";
import { OptimizerError } from "./optimizer-error.ts";

/**
 * Refuses networks with other than dense layers among the trainable ones.
 *
 * @param who For the message: the method that works on the factors of dense layers.
 * @throws {OptimizerError} If there is one.
 */
export function requireDense(who: string, blocks: readonly ParameterBlock[]): void {
  const other = blocks.find(({ kind, trainable }) => trainable && kind !== "dense");
  if (other)
    throw new OptimizerError(
      `${who}: the network has a layer of kind "${other.kind}"; it works on dense layers alone: use gram-gauss-newton with the exact curvature`,
    );
}

/** The factors of all layers, where `requireDense` has seen to it that those of the trainable ones exist. */
export function denseFactors(linearization: Linearization): readonly JacobianFactors[] {
  return linearization.blocks() as readonly JacobianFactors[];
}
