import type { Activation } from "../../kernels/activation.ts";
import { copyMatrix } from "../plan-matrix.ts";
import { sizeOf, vectorShape } from "../shape.ts";
import { requireActivation } from "./checks.ts";
import { planActivation } from "./fused-activation.ts";
import type { LayerKind, LayerPlace } from "./layer-kind.ts";
import type { Node } from "./node.ts";

/** All numbers of an image as one row, for a dense layer. */
export interface FlattenLayer {
  readonly kind: "flatten";
}

/**
 * Does nothing: random zeros would make the residuals of a step differ from those of its Jacobian. So that
 * descriptions from elsewhere can be read; what it is for, a prior or early stopping does here.
 */
export interface DropoutLayer {
  readonly kind: "dropout";
  readonly rate: number;
}

/** a = σ(x). */
export interface ActivationLayer {
  readonly kind: "activation";
  readonly activation: Activation;
}

export const flattenKind: LayerKind<FlattenLayer> = (_, { kind }, input) => ({
  output: vectorShape(sizeOf(input)),
  words: [kind],
  plan: (place) => ({ node: copyNode(place) }),
});

export const dropoutKind: LayerKind<DropoutLayer> = (_, { kind }, input) => ({
  output: input,
  words: [kind],
  plan: (place) => ({ node: copyNode(place) }),
});

export const activationKind: LayerKind<ActivationLayer> = (where, { kind, activation }, input) => {
  requireActivation(where, activation);
  return {
    output: input,
    words: [kind],
    forgetsInput: true,
    plan: (place) => ({ node: activationNode(place, activation) }),
  };
};

/** The same numbers in another arrangement of rows. */
export function copyNode({ space: { kernels }, from, to }: Pick<LayerPlace, "space" | "from" | "to">): Node {
  const size = sizeOf(from.shape);
  return {
    forward(_, examples) {
      copyMatrix(kernels, examples, size, from.matrix, to.matrix);
    },
    throughActivation: null,
    throughInputs(_, examples, repeat, d, out) {
      copyMatrix(kernels, examples * repeat, size, d, out);
    },
    handsOn: true,
  };
}

/** `to` may be x itself. */
function activationNode(place: LayerPlace, activation: Activation): Node {
  const { forward, backward } = planActivation(place.space, activation, place.from, place.to);
  return {
    ...copyNode(place),
    forward(_, examples) {
      forward(examples);
    },
    throughActivation: backward,
  };
}
