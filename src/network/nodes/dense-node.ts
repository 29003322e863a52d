import type { ParameterBlock } from "../network.ts";
import { fuseActivation } from "./fused-activation.ts";
import type { Node, PlanSpace, Value } from "./node.ts";

/** z = scale ã θ, a = σ(z): one product for all examples. */
export function denseNode(
  space: PlanSpace,
  block: ParameterBlock,
  index: number,
  from: Value,
  to: Value,
): Node {
  const { kernels } = space;
  const { inputs, rows, columns, scale } = block;
  const [a, z] = [from.matrix, to.matrix];
  const activation = fuseActivation(space, block.activation, to);
  return {
    forward(parameters, count) {
      const theta = parameters.blocks[index]!;
      kernels.gemm(
        false,
        false,
        count,
        columns,
        rows,
        scale,
        a.data,
        a.stride,
        theta,
        columns,
        0,
        z.data,
        z.stride,
      );
      activation.forward(count);
    },
    throughActivation: activation.backward,
    throughInputs(parameters, count, repeat, d, out) {
      // W, the weights without the bias row.
      const theta = parameters.blocks[index]!;
      kernels.gemm(
        false,
        true,
        count * repeat,
        inputs,
        columns,
        scale,
        d.data,
        d.stride,
        theta,
        columns,
        0,
        out.data,
        out.stride,
      );
    },
  };
}
