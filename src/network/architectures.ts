import { NetworkError } from "../errors.ts";
import type { Activation } from "../kernels/activation.ts";
import type { Conv2dLayer } from "./layers/convolution.ts";
import type { ScaleLayer } from "./layers/scale.ts";
import type { Layer } from "./layers.ts";
import type { Network } from "./network.ts";

/** How a residual network is kept trainable without batch norm. */
export type ResidualNorm = "fixup" | "group-norm";

/** What the ready-made networks for pictures are made for. */
export interface PictureNetworkOptions {
  /** [height, width, channels] of a picture. */
  readonly shape: readonly [number, number, number];
  /** Default 1. */
  readonly outputs?: number;
  /** Default relu. */
  readonly activation?: Activation;
}

/**
 * A residual network for small pictures: a convolution of 16 filters, three stages of (depth - 2) / 6 blocks with 16,
 * 32 and 64 filters, the mean over all positions, and a linear layer.
 *
 *     fixup       one shift before and after each convolution and one factor for each block; the last convolution of
 *                 a block starts at 0, the first at 1/√L of its usual size in a network of L blocks, so that the
 *                 sizes of all layers' outputs and derivatives do not grow with the depth
 *     group-norm  a norm over groups of 8 channels after each convolution
 *
 * In both, the rows of the Jacobian belong to one example each, which batch norm does not allow.
 *
 * Source: He et al. 2016, arXiv:1512.03385, section 4.2; Zhang, Dauphin and Ma 2019, arXiv:1901.09321; Wu and He
 * 2018, arXiv:1803.08494. The linear layer starts at its usual size, not at 0: regression needs no cautious start.
 *
 * @param depth 20, 32, 44, 56 ...: 6 n + 2.
 * @throws {NetworkError} If the depth is none of these.
 */
export function residualNetwork(
  depth: number,
  { shape, outputs = 1, activation = "relu" }: PictureNetworkOptions,
  norm: ResidualNorm = "fixup",
): Network {
  const perStage = (depth - 2) / 6;
  if (!Number.isInteger(perStage) || perStage < 1)
    throw new NetworkError(`residualNetwork: depth ${depth} is not 6 n + 2; use 8, 20, 32, 44 or 56`);
  const block = norm === "fixup" ? fixupBlock : normBlock;
  const stages = [16, 32, 64].flatMap((filters, stage) =>
    Array.from({ length: perStage }, (_, i) =>
      block(filters, stage > 0 && i === 0, 3 * perStage, activation),
    ),
  );
  const opening = conv(16, 3, 1, activation);
  const layers: Layer[] = [
    ...(norm === "fixup" ? [opening, shift(activation)] : [opening, ...normalized(activation)]),
    ...stages,
    { kind: "global-pool" },
    { kind: "dense", units: outputs, activation: "identity" },
  ];
  return { inputs: shape[0] * shape[1] * shape[2], shape, layers };
}

/** Two convolutions that halve the picture each, a third one, and a hidden dense layer: for pictures of some 20 to 64 pixels. */
export function smallConvolutionalNetwork({
  shape,
  outputs = 1,
  activation = "relu",
}: PictureNetworkOptions): Network {
  const layer = (filters: number, kernel: number, stride: number): Conv2dLayer => ({
    kind: "conv2d",
    filters,
    kernel,
    stride,
    activation,
  });
  return {
    inputs: shape[0] * shape[1] * shape[2],
    shape,
    layers: [
      layer(16, 5, 2),
      layer(32, 3, 2),
      layer(32, 3, 2),
      { kind: "flatten" },
      { kind: "dense", units: 64, activation },
      { kind: "dense", units: outputs, activation: "identity" },
    ],
  };
}

type Block = (filters: number, halves: boolean, blocks: number, activation: Activation) => Layer;

const fixupBlock: Block = (filters, halves, blocks, activation) => ({
  kind: "residual",
  activation,
  body: [
    shift(),
    { ...conv(filters, 3, halves ? 2 : 1, activation), gain: usualGain(activation) / Math.sqrt(blocks) },
    shift(activation),
    shift(),
    { ...conv(filters, 3, 1, activation), gain: 0 },
    { kind: "scale", per: "layer" },
  ],
  ...shortcutOf(filters, halves),
});

const normBlock: Block = (filters, halves, _, activation) => ({
  kind: "residual",
  activation,
  body: [
    conv(filters, 3, halves ? 2 : 1, activation),
    ...normalized(activation),
    conv(filters, 3, 1, activation),
    ...normalized("identity"),
  ],
  ...shortcutOf(filters, halves),
});

/** A convolution without bias: what follows has a shift. */
function conv(filters: number, kernel: number, stride: number, activation: Activation): Conv2dLayer {
  return { kind: "conv2d", filters, kernel, stride, bias: false, gain: usualGain(activation) };
}

/** √2 of He et al. 2015 for the rectifiers. */
function usualGain(activation: Activation): number {
  return activation === "relu" || activation === "leaky-relu" ? Math.SQRT2 : 1;
}

function shift(activation: Activation = "identity"): ScaleLayer {
  return { kind: "scale", per: "layer", scale: false, activation };
}

function normalized(activation: Activation): readonly Layer[] {
  return [{ kind: "group-norm" }, { kind: "scale", activation }];
}

function shortcutOf(filters: number, halves: boolean): { readonly shortcut?: readonly Layer[] } {
  if (!halves) return {};
  return { shortcut: [{ kind: "conv2d", filters, kernel: 1, stride: 2, bias: false }] };
}

/** Names of the ready-made networks: those with "-gn" have group norm, the other residual ones no norm at all. */
export const networkNames = [
  "cnn-small",
  "resnet-20",
  "resnet-32",
  "resnet-56",
  "resnet-20-gn",
  "resnet-32-gn",
  "resnet-56-gn",
] as const;

export type NetworkName = (typeof networkNames)[number];

/** The ready-made network of a name. */
export function namedNetwork(name: NetworkName, options: PictureNetworkOptions): Network {
  if (name === "cnn-small") return smallConvolutionalNetwork(options);
  const [, depth, norm] = name.split("-");
  return residualNetwork(Number(depth), options, norm === "gn" ? "group-norm" : "fixup");
}
