import type { Activation } from "../../kernels/activation.ts";
import { requireActivation, requireFinite } from "./checks.ts";
import type { BlockShape, Trainable } from "./layer-kind.ts";

/** What a dense layer and a convolution have in common: z = scale · θᵀ ã, a = σ(z). */
export interface Affine extends Trainable {
  readonly activation?: Activation;
  readonly bias?: boolean;
  readonly scale?: number;
}

/**
 * The parameters of an affine layer, checked.
 *
 * @param units As many columns. @param inputs Numbers that each sees. @param positions Where each is applied.
 */
export function affineBlock(
  where: string,
  kind: BlockShape["kind"],
  layer: Affine,
  { columns, inputs, positions, groups }: Pick<BlockShape, "columns" | "inputs" | "positions" | "groups">,
): BlockShape {
  const { bias = true, scale = 1, trainable = true, gain = 1, activation = "identity" } = layer;
  requireActivation(where, activation);
  requireFinite(`${where}.scale`, scale);
  requireFinite(`${where}.gain`, gain);
  const rows = inputs + (bias ? 1 : 0);
  const products = positions * rows * columns;
  const sizes = { rows, columns, inputs, positions, groups, products };
  return { kind, ...sizes, bias, scale, trainable, gain, start: "by scheme", activation };
}
