import { NetworkError } from "../../errors.ts";
import { copyMatrix } from "../plan-matrix.ts";
import { positionsOf, type Shape, sizeOf } from "../shape.ts";
import { requireWidth } from "./checks.ts";
import type { LayerKind, LayerPlace } from "./layer-kind.ts";
import type { Node } from "./node.ts";

/**
 * Makes mean 0 and variance 1 within each example, over all positions and the channels of each of `groups` groups.
 * Without parameters: a `scale` layer after it has them.
 *
 * Source: Wu and He 2018, arXiv:1803.08494; with one group, "layer-norm", Ba et al. 2016.
 */
export interface NormLayer {
  readonly kind: "group-norm" | "layer-norm";
  /** Of "group-norm". Default: 8 channels a group, or one group where that does not divide them. */
  readonly groups?: number;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
}

export const normKind: LayerKind<NormLayer> = (where, layer, input) => {
  const { kind, epsilon = 1e-5 } = layer;
  const groups = groupsOf(where, layer, input);
  if (!(epsilon > 0 && Number.isFinite(epsilon)))
    throw new NetworkError(`${where}.epsilon: ${epsilon} is not a finite number above 0`);
  return {
    output: input,
    words: kind === "group-norm" && layer.groups ? [kind, `groups ${layer.groups}`] : [kind],
    keepsOutput: true,
    plan: (place) => ({ node: normNode(place, groups, epsilon) }),
  };
};

/** Channels in a group, where the layer does not say. */
const channelsPerGroup = 8;

function groupsOf(where: string, { kind, groups }: NormLayer, { channels }: Shape): number {
  const usual = channels % channelsPerGroup === 0 ? channels / channelsPerGroup : 1;
  const result = kind === "layer-norm" ? 1 : (groups ?? usual);
  requireWidth(`${where}.groups`, result);
  if (channels % result !== 0)
    throw new NetworkError(`${where}.groups: ${result} does not divide ${channels} channels`);
  return result;
}

function normNode({ space, from, to }: LayerPlace, groups: number, epsilon: number): Node {
  const { kernels, dtype, capacity } = space;
  const { shape, matrix: x } = from;
  const { data: y, stride: ldy } = to.matrix;
  const positions = positionsOf(shape);
  const { channels } = shape;
  const inverses = kernels.allocate(dtype, capacity * groups);
  return {
    forward(_, examples) {
      const { data, stride } = x;
      kernels.normalizeGroups(examples, positions, channels, groups, epsilon, data, stride, y, ldy, inverses);
    },
    throughActivation: null,
    throughInputs(_, examples, repeat, d, out) {
      copyMatrix(kernels, examples * repeat, sizeOf(shape), d, out);
      const { data, stride } = out;
      kernels.denormalizeGroups(
        examples,
        repeat,
        positions,
        channels,
        groups,
        y,
        ldy,
        inverses,
        data,
        stride,
      );
    },
  };
}
