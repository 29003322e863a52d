import type { Window } from "../../kernels/image-kernels.ts";
import type { Node, PlanSpace, Value } from "./node.ts";

/** The largest number under each window, channel by channel; its derivative goes to where it was. */
export function maxPoolNode(
  { kernels, capacity }: PlanSpace,
  window: Window,
  { matrix: image }: Value,
  { matrix: pooled }: Value,
): Node {
  const places = kernels.allocateIndices(capacity * window.outHeight * window.outWidth * window.channels);
  return {
    forward(_, count) {
      kernels.maxPool(count, window, image.data, image.stride, pooled.data, pooled.stride, places);
    },
    throughActivation: null,
    throughInputs(_, count, repeat, d, out) {
      kernels.scale(count * repeat * out.stride, 0, out.data);
      kernels.maxUnpool(count, repeat, window, places, d.data, d.stride, out.data, out.stride);
    },
  };
}

/** The mean under each window, channel by channel. */
export function averagePoolNode(
  { kernels }: PlanSpace,
  window: Window,
  { matrix: image }: Value,
  { matrix: pooled }: Value,
): Node {
  return {
    forward(_, count) {
      kernels.averagePool(count, window, image.data, image.stride, pooled.data, pooled.stride);
    },
    throughActivation: null,
    throughInputs(_, count, repeat, d, out) {
      kernels.scale(count * repeat * out.stride, 0, out.data);
      kernels.averageUnpool(count * repeat, window, d.data, d.stride, out.data, out.stride);
    },
  };
}
