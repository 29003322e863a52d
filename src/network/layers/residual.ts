import { NetworkError } from "../../errors.ts";
import type { Activation } from "../../kernels/activation.ts";
import type { Layer } from "../layers.ts";
import { addMatrix } from "../plan-matrix.ts";
import { describeShape, sizeOf } from "../shape.ts";
import { requireActivation } from "./checks.ts";
import { fuseActivation } from "./fused-activation.ts";
import type { LayerKind, LayerPlace } from "./layer-kind.ts";
import type { Node } from "./node.ts";
import { copyNode } from "./plain.ts";

/** a = σ(body(x) + shortcut(x)); the shortcut is x itself where it is absent. He et al. 2016. */
export interface ResidualLayer {
  readonly kind: "residual";
  readonly body: readonly Layer[];
  readonly shortcut?: readonly Layer[];
  /** Default identity. */
  readonly activation?: Activation;
}

export const residualKind: LayerKind<ResidualLayer> = (where, layer, input, resolveInner) => {
  const { kind, activation = "identity" } = layer;
  const body = resolveInner(`${where}.body`, layer.body, input);
  const shortcut = resolveInner(`${where}.shortcut`, layer.shortcut ?? [], input);
  requireActivation(where, activation);
  if (body.layers.length === 0)
    throw new NetworkError(`${where}.body: is empty; give the layers whose result is added`);
  const [ofBody, ofShortcut] = [describeShape(body.output), describeShape(shortcut.output)];
  if (ofBody !== ofShortcut)
    throw new NetworkError(
      `${where}: its body gives ${ofBody}, its shortcut ${ofShortcut}, which can't be added; give the shortcut a convolution of kernel 1 with as many filters and as large a stride`,
    );
  return {
    output: body.output,
    words: [kind],
    body: body.layers,
    shortcut: shortcut.layers,
    forgetsInput: true,
    plan: (place) => ({ node: sumNode(place, activation) }),
  };
};

/** σ(x + y). `to` may be x itself. */
function sumNode({ space, from: x, beside, to }: LayerPlace, activation: Activation): Node {
  const { kernels } = space;
  const y = beside!;
  const size = sizeOf(to.shape);
  const fused = fuseActivation(space, activation, to);
  const copy = copyNode({ space, from: x, to });
  return {
    ...copy,
    forward(parameters, examples) {
      if (to.matrix !== x.matrix) copy.forward(parameters, examples);
      addMatrix(kernels, examples, size, y.matrix, to.matrix);
      fused.forward(examples);
    },
    throughActivation: fused.backward,
  };
}
