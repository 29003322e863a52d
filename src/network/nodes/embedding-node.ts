import type { ParameterBlock } from "../network.ts";
import type { PlanMatrix } from "../plan-matrix.ts";
import type { Node, Value } from "./node.ts";

/**
 * The row of θ of each example's category, then the other inputs. A number that is no category gives 0.
 */
export function embeddingNode(
  block: ParameterBlock,
  index: number,
  column: number,
  { shape, matrix: x }: Value,
  { matrix: out }: Value,
): Node {
  const { rows: levels, columns: units } = block;
  /** Where the other inputs come from and go to. */
  const others = Array.from({ length: shape.channels - 1 }, (_, j) => (j < column ? j : j + 1));
  return {
    forward(parameters, count) {
      const theta = parameters.blocks[index]!;
      for (let i = 0; i < count; i++) {
        const level = levelOf(x, i, column, levels);
        const row = i * out.stride;
        for (let j = 0; j < units; j++) out.data[row + j] = level < 0 ? 0 : theta[level * units + j]!;
        for (let j = 0; j < others.length; j++)
          out.data[row + units + j] = x.data[i * x.stride + others[j]!]!;
      }
    },
    throughActivation: null,
    throughInputs(_, count, repeat, d, back) {
      for (let row = 0; row < count * repeat; row++) {
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
