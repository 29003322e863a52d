import type { DType } from "../kernels/kernels.ts";
import type { GramChoice } from "../linearization/block-jacobian.ts";
import { chooseGram, gramFlops } from "../linearization/block-kinds.ts";
import { defaultRowBytes } from "../linearization/gram-workspace.ts";
import {
  describeLayer,
  type Network,
  type ParameterBlock,
  parameterCount,
  type ResolvedNetwork,
  resolveNetwork,
  trainableCount,
} from "../network/network.ts";
import type { ResolvedLayer } from "../network/resolve.ts";
import { describeShape, sizeOf } from "../network/shape.ts";
import { gramGaussNewton } from "../optimizers/gram-gauss-newton.ts";
import { sgd } from "../optimizers/sgd.ts";
import { chooseForm, type FormCosts } from "../posterior/form.ts";
import { type StepFlops, stepFlops } from "../posterior/step-flops.ts";
import { type StepShape, stepMemory } from "../training/step-memory.ts";

/** How steps are made that are explained. */
export interface ExplainOptions {
  /** Examples in a batch. */
  readonly batchSize: number;
  readonly dtype: DType;
  /** As in a fit. Default 256 MiB. */
  readonly jacobianMemory?: number | undefined;
}

/** A layer with its part of a step. */
export interface ExplainedLayer {
  /** Where it stands: "layers[2].body[0]". */
  readonly where: string;
  /** 0, and 1 more for each residual layer around it. */
  readonly depth: number;
  /** For example "conv2d 16, 3x3, stride 2, relu". */
  readonly layer: string;
  /** For example "32x32x16". */
  readonly output: string;
  readonly parameters: number;
  /** null where it has no trainable parameters. */
  readonly gram: ExplainedGram | null;
}

/** How a layer's part of the Gram matrix is formed. */
export interface ExplainedGram extends Omit<GramChoice, "numbers"> {
  /** Filters, units or channels of the layer. */
  readonly units: number;
  /** Floating-point operations, the symmetric products by half. */
  readonly flops: number;
  /** In its buffers, which the layers use one after the other. */
  readonly bytes: number;
}

/** What a step of a network takes. */
export interface ExplainedNetwork {
  readonly layers: readonly ExplainedLayer[];
  /** All, and those that are trained. */
  readonly parameters: number;
  readonly trainable: number;
  readonly outputs: number;
  /** The form of the step, and what both forms cost. */
  readonly form: FormCosts;
  readonly flops: StepFlops;
  /** Bytes of training with each, the data aside. */
  readonly bytes: { readonly sgd: number; readonly gramGaussNewton: number };
}

/**
 * Explains what a step of SGD with momentum and one of the Gram-Gauss-Newton method take: by the decisions that the
 * step itself makes, and by the memory that it would allocate.
 *
 * @throws {NetworkError} If the network can't be used.
 */
export function explainNetwork(network: Network, options: ExplainOptions): ExplainedNetwork {
  const { batchSize, dtype } = options;
  const resolved = resolveNetwork(network);
  const outputs = sizeOf(resolved.output);
  const rowBytes = options.jacobianMemory ?? defaultRowBytes;
  const space = { capacity: batchSize, outputs, dtype, rowBytes };
  const explainGram = (block: ParameterBlock): ExplainedGram => {
    const { method, unitsAtOnce, numbers } = chooseGram(space, block);
    const flops = gramFlops(block, batchSize, outputs)[method]!;
    const bytes = numbers * (dtype === "float32" ? 4 : 8);
    return { method, unitsAtOnce, units: block.columns, flops, bytes };
  };
  const form = chooseForm(resolved.blocks, batchSize, outputs, dtype);
  const layers = explainLayers(resolved, explainGram);
  const gram = layers.reduce((sum, layer) => sum + (layer.gram?.flops ?? 0), 0);
  return {
    layers,
    parameters: parameterCount(network),
    trainable: trainableCount(resolved.blocks),
    outputs,
    form,
    flops: stepFlops(resolved, batchSize, form.form, gram),
    bytes: memoryOf({ network, dtype, examples: batchSize, rowBytes }, form),
  };
}

function memoryOf(space: StepShape, { form }: FormCosts): ExplainedNetwork["bytes"] {
  return {
    sgd: stepMemory(space, sgd()),
    gramGaussNewton: stepMemory(space, gramGaussNewton({ damping: 1, form })),
  };
}

function explainLayers(
  { layers, blocks }: ResolvedNetwork,
  explainGram: (block: ParameterBlock) => ExplainedGram,
): readonly ExplainedLayer[] {
  const explainAll = (list: readonly ResolvedLayer[], depth: number): readonly ExplainedLayer[] =>
    list.flatMap((layer) => [
      explainOne(layer, depth),
      ...explainAll(layer.body, depth + 1),
      ...explainAll(layer.shortcut, depth + 1),
    ]);
  const explainOne = (layer: ResolvedLayer, depth: number): ExplainedLayer => {
    const block = layer.block === null ? null : blocks[layer.block]!;
    return {
      where: layer.where.replace(/^network\./, ""),
      depth,
      layer: describeLayer(layer),
      output: describeShape(layer.output),
      parameters: block ? block.rows * block.columns : 0,
      gram: block?.trainable ? explainGram(block) : null,
    };
  };
  return explainAll(layers, 0);
}
