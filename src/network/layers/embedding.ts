import { NetworkError } from "../../errors.ts";
import type { PlanMatrix } from "../plan-matrix.ts";
import { describeShape, isVector, type Shape, vectorShape } from "../shape.ts";
import { requireFinite, requireWidth } from "./checks.ts";
import type { BlockShape, LayerKind, LayerPlace, Trainable } from "./layer-kind.ts";
import type { Node } from "./node.ts";

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

/** The categories' numbers are in one column. */
export interface EmbeddingFactors {
  readonly kind: "embedding";
  readonly inputs: PlanMatrix;
  readonly column: number;
}

export const embeddingKind: LayerKind<EmbeddingLayer> = (where, layer, input) => {
  const { column, levels, units } = layer;
  return {
    parameters: embeddingBlock(where, layer, input),
    output: vectorShape(input.channels - 1 + units),
    words: [`embedding ${levels}x${units}`],
    plan: (place) => ({
      node: embeddingNode(place, column),
      factors: { kind: "embedding", inputs: place.from.matrix, column },
    }),
  };
};

function embeddingBlock(where: string, layer: EmbeddingLayer, input: Shape): BlockShape {
  const { column, levels, units, trainable = true, gain = 1 } = layer;
  requireWidth(`${where}.levels`, levels);
  requireWidth(`${where}.units`, units);
  requireFinite(`${where}.gain`, gain);
  if (!isVector(input) || !Number.isInteger(column) || column < 0 || column >= input.channels)
    throw new NetworkError(
      `${where}.column: ${column} is not one of the ${describeShape(input)} inputs; they count from 0`,
    );
  return {
    kind: "embedding",
    rows: levels,
    columns: units,
    inputs: levels,
    positions: 1,
    groups: 1,
    // It looks up, and multiplies nothing.
    products: 0,
    bias: false,
    scale: 1,
    trainable,
    gain,
    // A category sees one row of θ alone: one input.
    start: "unit deviation",
    activation: "identity",
  };
}

/** The row of θ of each example's category, then the other inputs. */
function embeddingNode({ from, to, block, index }: LayerPlace, column: number): Node {
  const { shape, matrix: x } = from;
  const { matrix: out } = to;
  const { rows: levels, columns: units } = block!;
  /** Where the other inputs come from and go to. */
  const others = Array.from({ length: shape.channels - 1 }, (_, j) => (j < column ? j : j + 1));
  return {
    forward(parameters, examples) {
      const theta = parameters.blocks[index!]!;
      for (let i = 0; i < examples; i++) {
        const level = levelOf(x, i, column, levels);
        const row = i * out.stride;
        for (let j = 0; j < units; j++) out.data[row + j] = level < 0 ? 0 : theta[level * units + j]!;
        for (let j = 0; j < others.length; j++)
          out.data[row + units + j] = x.data[i * x.stride + others[j]!]!;
      }
    },
    throughActivation: null,
    throughInputs(_, examples, repeat, d, back) {
      for (let row = 0; row < examples * repeat; row++) {
        back.data[row * back.stride + column] = 0;
        for (let j = 0; j < others.length; j++)
          back.data[row * back.stride + others[j]!] = d.data[row * d.stride + units + j]!;
      }
    },
  };
}

/** The category of example i, or -1. */
export function levelOf({ data, stride }: PlanMatrix, i: number, column: number, levels: number): number {
  const level = data[i * stride + column]!;
  return Number.isInteger(level) && level >= 0 && level < levels ? level : -1;
}
