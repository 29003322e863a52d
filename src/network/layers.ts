import {
  type Conv1dLayer,
  type Conv2dLayer,
  type ConvolutionFactors,
  convolutionKind,
} from "./layers/convolution.ts";
import { type DenseFactors, type DenseLayer, denseKind } from "./layers/dense.ts";
import { type EmbeddingFactors, type EmbeddingLayer, embeddingKind } from "./layers/embedding.ts";
import type { LayerKind } from "./layers/layer-kind.ts";
import { type NormLayer, normKind } from "./layers/norm.ts";
import {
  type ActivationLayer,
  activationKind,
  type DropoutLayer,
  dropoutKind,
  type FlattenLayer,
  flattenKind,
} from "./layers/plain.ts";
import { type GlobalPoolLayer, globalPoolKind, type PoolLayer, poolKind } from "./layers/pool.ts";
import { type ResidualLayer, residualKind } from "./layers/residual.ts";
import { type ScaleFactors, type ScaleLayer, scaleKind } from "./layers/scale.ts";

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

/** What a layer's part of the Jacobian is made of, besides the derivatives with respect to its z. */
export type BlockFactors = DenseFactors | ConvolutionFactors | ScaleFactors | EmbeddingFactors;

/** The kinds of layers, in the order in which messages name them. */
export const layerKinds: { readonly [K in Layer["kind"]]: LayerKind<Layer & { readonly kind: K }> } = {
  dense: denseKind,
  conv2d: convolutionKind,
  conv1d: convolutionKind,
  "max-pool": poolKind,
  "average-pool": poolKind,
  "global-pool": globalPoolKind,
  flatten: flattenKind,
  scale: scaleKind,
  "group-norm": normKind,
  "layer-norm": normKind,
  activation: activationKind,
  dropout: dropoutKind,
  embedding: embeddingKind,
  residual: residualKind,
};
