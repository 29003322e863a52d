import type { Activation } from "../kernels/activation.ts";

/** What all layers with parameters have in common. */
interface Trainable {
  /** false keeps the layer's parameters as they were initialized. Default true. */
  readonly trainable?: boolean;
  /** Factor of the standard deviation of the initial weights; 0 starts them at 0. Default 1. */
  readonly gain?: number;
}

/**
 * z = scale · θᵀ ã, a = σ(z), where ã is the layer's input with a one appended when `bias` is set. θ is a
 * (inputs + bias) × units matrix, row-major; the bias is its last row.
 */
export interface DenseLayer extends Trainable {
  readonly kind: "dense";
  readonly units: number;
  readonly activation: Activation;
  /** Default true. */
  readonly bias?: boolean;
  /** Constant factor of the NTK parameterization (Jacot et al. 2018), for example 1/√inputs. Default 1. */
  readonly scale?: number;
}

/** A number for both directions, or height and width. */
export type Pair = number | readonly [number, number];

/**
 * "same": out = ⌈in / stride⌉ positions, the zeros divided evenly, the odd one after the end.
 * "valid": none. Numbers: on each side.
 */
export type Padding = "same" | "valid" | Pair;

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

/** All numbers of an image as one row, for a dense layer. */
export interface FlattenLayer {
  readonly kind: "flatten";
}

/** z = γ x + β, a = σ(z): a γ and a β for each channel, or one of each for the layer. */
export interface ScaleLayer extends Trainable {
  readonly kind: "scale";
  /** Default "channel". */
  readonly per?: "channel" | "layer";
  /** Whether there is a γ, which starts at `gain`. Default true. */
  readonly scale?: boolean;
  /** Whether there is a β, which starts at 0. Default true. */
  readonly shift?: boolean;
  /** Default identity. */
  readonly activation?: Activation;
}

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

/** a = σ(x). */
export interface ActivationLayer {
  readonly kind: "activation";
  readonly activation: Activation;
}

/**
 * Does nothing: random zeros would make the residuals of a step differ from those of its Jacobian. So that
 * descriptions from elsewhere can be read; what it is for, a prior or early stopping does here.
 */
export interface DropoutLayer {
  readonly kind: "dropout";
  readonly rate: number;
}

/**
 * Puts `units` trained numbers for each of `levels` categories in the place of one input column, which holds the
 * category's number, 0 ... levels - 1; any other number stands for none of them, and gives 0. The first layer, or
 * after other embeddings.
 */
export interface EmbeddingLayer extends Trainable {
  readonly kind: "embedding";
  /** 0-based, among the inputs of this layer. Its numbers come first in the row that goes on. */
  readonly column: number;
  readonly levels: number;
  readonly units: number;
}

/** a = σ(body(x) + shortcut(x)); the shortcut is x itself where it is absent. He et al. 2016. */
export interface ResidualLayer {
  readonly kind: "residual";
  readonly body: readonly Layer[];
  readonly shortcut?: readonly Layer[];
  /** Default identity. */
  readonly activation?: Activation;
}

/** A layer as plain data. */
export type Layer =
  | DenseLayer
  | Conv2dLayer
  | Conv1dLayer
  | PoolLayer
  | GlobalPoolLayer
  | FlattenLayer
  | ScaleLayer
  | NormLayer
  | ActivationLayer
  | DropoutLayer
  | EmbeddingLayer
  | ResidualLayer;
