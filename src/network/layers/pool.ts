import type { Window } from "../../kernels/image-kernels.ts";
import { vectorShape } from "../shape.ts";
import type { LayerKind, LayerPlace } from "./layer-kind.ts";
import type { Node } from "./node.ts";
import { type Padding, type Pair, pair, placeWindow, writePair } from "./window.ts";

/** The largest number, or the mean, under a window, channel by channel. Numbers outside of the image do not count. */
export interface PoolLayer {
  readonly kind: "max-pool" | "average-pool";
  readonly size: Pair;
  /** Default: the size. */
  readonly stride?: Pair;
  /** Default "valid". */
  readonly padding?: Padding;
}

/** The mean over all positions, channel by channel. */
export interface GlobalPoolLayer {
  readonly kind: "global-pool";
}

export const poolKind: LayerKind<PoolLayer> = (where, layer, input) => {
  const { kind, size, stride = size, padding = "valid" } = layer;
  const placement = { kernel: pair(size), stride: pair(stride), dilation: [1, 1], padding } as const;
  const window = placeWindow(where, placement, input, true);
  const node = kind === "max-pool" ? maxPoolNode : averagePoolNode;
  return {
    output: { height: window.outHeight, width: window.outWidth, channels: input.channels },
    words: [
      kind,
      writePair(size, false),
      ...(layer.stride ? [`stride ${writePair(layer.stride, true)}`] : []),
    ],
    plan: (place) => ({ node: node(place, window) }),
  };
};

export const globalPoolKind: LayerKind<GlobalPoolLayer> = (where, { kind }, input) => {
  const placement = {
    kernel: [input.height, input.width],
    stride: [1, 1],
    dilation: [1, 1],
    padding: "valid",
  } as const;
  const window = placeWindow(where, placement, input, true);
  return {
    output: vectorShape(input.channels),
    words: [kind],
    plan: (place) => ({ node: averagePoolNode(place, window) }),
  };
};

/** The derivative of the largest number goes to where it was. */
function maxPoolNode({ space: { kernels, capacity }, from, to }: LayerPlace, window: Window): Node {
  const [image, pooled] = [from.matrix, to.matrix];
  const places = kernels.allocateIndices(capacity * window.outHeight * window.outWidth * window.channels);
  return {
    forward(_, examples) {
      kernels.maxPool(examples, window, image.data, image.stride, pooled.data, pooled.stride, places);
    },
    throughActivation: null,
    throughInputs(_, examples, repeat, d, out) {
      kernels.scale(examples * repeat * out.stride, 0, out.data);
      kernels.maxUnpool(examples, repeat, window, places, d.data, d.stride, out.data, out.stride);
    },
  };
}

function averagePoolNode({ space: { kernels }, from, to }: LayerPlace, window: Window): Node {
  const [image, pooled] = [from.matrix, to.matrix];
  return {
    forward(_, examples) {
      kernels.averagePool(examples, window, image.data, image.stride, pooled.data, pooled.stride);
    },
    throughActivation: null,
    throughInputs(_, examples, repeat, d, out) {
      kernels.scale(examples * repeat * out.stride, 0, out.data);
      kernels.averageUnpool(examples * repeat, window, d.data, d.stride, out.data, out.stride);
    },
  };
}
