import type { Pair } from "../network/layers.ts";
import type { ResolvedLayer } from "../network/resolve.ts";

/** Writes a layer in a line, without its defaults: "conv2d 16, 3x3, stride 2, relu". */
export function writeLayer({ layer }: ResolvedLayer): string {
  const details = [layer.kind + ownNumber(layer), ...detailsOf(layer)];
  if ("activation" in layer && layer.activation !== "identity") details.push(layer.activation!);
  if ("trainable" in layer && layer.trainable === false) details.push("frozen");
  return details.join(", ");
}

function ownNumber(layer: ResolvedLayer["layer"]): string {
  switch (layer.kind) {
    case "embedding":
      return ` ${layer.levels}x${layer.units}`;
    case "dense":
      return ` ${layer.units}`;
    case "conv2d":
    case "conv1d":
      return ` ${layer.filters}`;
    default:
      return "";
  }
}

function detailsOf(layer: ResolvedLayer["layer"]): string[] {
  switch (layer.kind) {
    case "conv2d":
    case "conv1d":
      return [
        writePair(layer.kernel, layer.kind === "conv1d"),
        ...unlessOne("stride", layer.stride),
        ...unlessOne("dilation", layer.dilation),
        ...unlessOne("groups", layer.groups),
      ];
    case "max-pool":
    case "average-pool":
      return [
        writePair(layer.size, false),
        ...(layer.stride ? [`stride ${writePair(layer.stride, true)}`] : []),
      ];
    case "scale":
      return layer.per === "layer" ? ["one for the layer"] : [];
    case "group-norm":
      return layer.groups ? [`groups ${layer.groups}`] : [];
    default:
      return [];
  }
}

function unlessOne(name: string, value: Pair = 1): string[] {
  return value === 1 ? [] : [`${name} ${writePair(value, true)}`];
}

/** "3x3" of a pair; of a number too, unless one will do. */
function writePair(value: Pair, isSingle: boolean): string {
  if (typeof value !== "number") return value.join("x");
  return isSingle ? String(value) : `${value}x${value}`;
}
