import type { Activation } from "../../kernels/activation.ts";
import { addMatrix, copyMatrix } from "../plan-matrix.ts";
import { sizeOf } from "../shape.ts";
import { fuseActivation, planActivation } from "./fused-activation.ts";
import type { Node, PlanSpace, Value } from "./node.ts";

/** The same numbers in another arrangement of rows. */
export function copyNode({ kernels }: PlanSpace, from: Value, to: Value): Node {
  const size = sizeOf(from.shape);
  return {
    forward(_, count) {
      copyMatrix(kernels, count, size, from.matrix, to.matrix);
    },
    throughActivation: null,
    throughInputs(_, count, repeat, d, out) {
      copyMatrix(kernels, count * repeat, size, d, out);
    },
    handsOn: true,
  };
}

/** σ(x) as a layer of its own. `to` may be x itself. */
export function activationNode(space: PlanSpace, activation: Activation, from: Value, to: Value): Node {
  const { forward, backward } = planActivation(space, activation, from, to);
  const copy = copyNode(space, from, to);
  return {
    forward(_, count) {
      forward(count);
    },
    throughActivation: backward,
    throughInputs: copy.throughInputs,
    handsOn: true,
  };
}

/** σ(x + y). `to` may be x itself. */
export function sumNode(space: PlanSpace, activation: Activation, x: Value, y: Value, to: Value): Node {
  const { kernels } = space;
  const size = sizeOf(to.shape);
  const fused = fuseActivation(space, activation, to);
  const copy = copyNode(space, x, to);
  return {
    forward(parameters, count) {
      if (to.matrix !== x.matrix) copy.forward(parameters, count);
      addMatrix(kernels, count, size, y.matrix, to.matrix);
      fused.forward(count);
    },
    throughActivation: fused.backward,
    throughInputs: copy.throughInputs,
    handsOn: true,
  };
}
