import { NetworkError } from "../../errors.ts";
import type { Activation } from "../../kernels/activation.ts";
import type { PlanMatrix } from "../plan-matrix.ts";
import { describeShape, isVector, vectorShape } from "../shape.ts";
import { affineBlock } from "./affine.ts";
import { requireActivation, requireWidth } from "./checks.ts";
import { fuseActivation } from "./fused-activation.ts";
import type { LayerKind, LayerPlace, Trainable } from "./layer-kind.ts";
import type { Node } from "./node.ts";

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

/** ã: examples × (inputs + bias). */
export interface DenseFactors {
  readonly kind: "dense";
  readonly inputs: PlanMatrix;
}

export const denseKind: LayerKind<DenseLayer> = (where, layer, input) => {
  requireWidth(`${where}.units`, layer.units);
  requireActivation(where, layer.activation);
  if (!isVector(input))
    throw new NetworkError(
      `${where}: is dense, and gets ${describeShape(input)} numbers at many positions; put { kind: "flatten" } or { kind: "global-pool" } before it`,
    );
  const sizes = { columns: layer.units, inputs: input.channels, positions: 1, groups: 1 };
  return {
    output: vectorShape(layer.units),
    words: [`dense ${layer.units}`],
    parameters: affineBlock(where, "dense", layer, sizes),
    plan: (place) => ({ node: denseNode(place), factors: { kind: "dense", inputs: place.from.matrix } }),
  };
};

/** One product for all examples. */
function denseNode({ space, from, to, block, index }: LayerPlace): Node {
  const { kernels } = space;
  const { inputs, rows, columns, scale, activation: name } = block!;
  const { data: a, stride: lda } = from.matrix;
  const { data: z, stride: ldz } = to.matrix;
  const activation = fuseActivation(space, name, to);
  return {
    forward(parameters, examples) {
      const theta = parameters.blocks[index!]!;
      kernels.gemm(false, false, examples, columns, rows, scale, a, lda, theta, columns, 0, z, ldz);
      activation.forward(examples);
    },
    throughActivation: activation.backward,
    throughInputs(parameters, examples, repeat, d, out) {
      // W, the weights without the bias row.
      const theta = parameters.blocks[index!]!;
      const [m, back, ldBack] = [examples * repeat, out.data, out.stride];
      kernels.gemm(false, true, m, inputs, columns, scale, d.data, d.stride, theta, columns, 0, back, ldBack);
    },
  };
}
