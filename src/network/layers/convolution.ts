import { NetworkError } from "../../errors.ts";
import type { Activation } from "../../kernels/activation.ts";
import type { Window } from "../../kernels/image-kernels.ts";
import type { FloatArray } from "../../kernels/kernels.ts";
import { type PlanMatrix, positionStride, rowView, viewFrom } from "../plan-matrix.ts";
import { affineBlock } from "./affine.ts";
import { requireWidth } from "./checks.ts";
import { fuseActivation } from "./fused-activation.ts";
import type { BlockShape, LayerKind, LayerPlace, Trainable } from "./layer-kind.ts";
import type { Node } from "./node.ts";
import { forEachChunk, type Patches, planPatches } from "./patches.ts";
import { type Padding, type Pair, pair, placeWindow, type WindowPlacement, writePair } from "./window.ts";

/**
 * A dense layer applied to the window around each position: z_s = scale · θᵀ ã_s, a_s = σ(z_s), with ã_s the
 * kernelHeight × kernelWidth × channels numbers under the window, and a one. θ is a (window + bias) × filters matrix,
 * row-major. With `groups` G the filters and the channels are divided into G parts, and each part of the filters sees
 * its part of the channels.
 */
export interface Conv2dLayer extends Trainable {
  readonly kind: "conv2d";
  readonly filters: number;
  readonly kernel: Pair;
  /** Default identity. */
  readonly activation?: Activation;
  /** Default 1. */
  readonly stride?: Pair;
  /** Default "same". */
  readonly padding?: Padding;
  /** Distance of the numbers under the window. Default 1. */
  readonly dilation?: Pair;
  /** Default 1. */
  readonly groups?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** As in a dense layer. Default 1. */
  readonly scale?: number;
}

/** The same along one direction, for inputs of length × channels. */
export interface Conv1dLayer
  extends Omit<Conv2dLayer, "kind" | "kernel" | "stride" | "padding" | "dilation"> {
  readonly kind: "conv1d";
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: "same" | "valid" | number;
  readonly dilation?: number;
}

/** The images, whose windows are the inputs ã_is of position s. */
export interface ConvolutionFactors {
  readonly kind: "convolution";
  readonly inputs: PlanMatrix;
  readonly patches: Patches;
}

export const convolutionKind: LayerKind<Conv2dLayer | Conv1dLayer> = (where, layer, input) => {
  const window = placeWindow(where, placementOf(layer), input);
  return {
    output: { height: window.outHeight, width: window.outWidth, channels: layer.filters },
    words: wordsOf(layer),
    parameters: convolutionBlock(where, layer, window),
    plan(place) {
      const patches = planPatches(place.space, place.block!, window);
      const factors = { kind: "convolution", inputs: place.from.matrix, patches } as const;
      return { node: convolutionNode(place, patches), factors };
    },
  };
};

function placementOf(layer: Conv2dLayer | Conv1dLayer): WindowPlacement {
  const { stride = 1, dilation = 1, padding = "same" } = layer;
  if (layer.kind === "conv2d")
    return { kernel: pair(layer.kernel), stride: pair(stride), dilation: pair(dilation), padding };
  return {
    kernel: [1, layer.kernel],
    stride: [1, stride as number],
    dilation: [1, dilation as number],
    padding: typeof padding === "number" ? [0, padding] : padding,
  };
}

function convolutionBlock(where: string, layer: Conv2dLayer | Conv1dLayer, window: Window): BlockShape {
  const { groups = 1, filters } = layer;
  requireWidth(`${where}.filters`, filters);
  requireWidth(`${where}.groups`, groups);
  if (window.channels % groups !== 0 || filters % groups !== 0)
    throw new NetworkError(
      `${where}.groups: ${groups} does not divide ${window.channels} channels and ${filters} filters; use a divisor of both`,
    );
  const inputs = window.kernelHeight * window.kernelWidth * (window.channels / groups);
  const positions = window.outHeight * window.outWidth;
  return affineBlock(where, "convolution", layer, { columns: filters, inputs, positions, groups });
}

function wordsOf({ kind, filters, kernel, stride, dilation, groups }: Conv2dLayer | Conv1dLayer): string[] {
  const unlessOne = (name: string, value: Pair = 1) =>
    value === 1 ? [] : [`${name} ${writePair(value, true)}`];
  return [
    `${kind} ${filters}`,
    writePair(kernel, kind === "conv1d"),
    ...unlessOne("stride", stride),
    ...unlessOne("dilation", dilation),
    ...unlessOne("groups", groups),
  ];
}

/** A dense layer on the windows, some images at a time, so that the windows, which are larger than the image, stay in cache. */
function convolutionNode({ space, from, to, block, index }: LayerPlace, patches: Patches): Node {
  const { kernels } = space;
  const { inputs, rows, columns, groups, scale, positions, activation: name } = block!;
  const { data: windows, stride } = patches.matrix;
  const { atOnce } = patches;
  const filters = columns / groups;
  const activation = fuseActivation(space, name, to);
  const filtersOf = (array: FloatArray, group: number) => viewFrom(array, group * filters);
  const ldz = positionStride(to.shape, to.matrix);

  return {
    forward(parameters, examples) {
      const theta = parameters.blocks[index!]!;
      forEachChunk(examples, atOnce, (first, size) => {
        const z = rowView(to.matrix, first);
        for (let g = 0; g < groups; g++) {
          patches.unfold(from.matrix, first, size, g);
          const [m, own, sums] = [size * positions, filtersOf(theta, g), filtersOf(z, g)];
          kernels.gemm(false, false, m, filters, rows, scale, windows, stride, own, columns, 0, sums, ldz);
        }
      });
      activation.forward(examples);
    },
    throughActivation: activation.backward,
    throughInputs(parameters, examples, repeat, d, out) {
      const theta = parameters.blocks[index!]!;
      const ldd = positionStride(to.shape, d);
      kernels.scale(examples * repeat * out.stride, 0, out.data);
      forEachChunk(examples * repeat, atOnce, (first, size) => {
        const dz = rowView(d, first);
        for (let g = 0; g < groups; g++) {
          const [m, own, dOwn] = [size * positions, filtersOf(theta, g), filtersOf(dz, g)];
          kernels.gemm(false, true, m, inputs, filters, scale, dOwn, ldd, own, columns, 0, windows, stride);
          patches.fold(out, first, size, g);
        }
      });
    },
  };
}
