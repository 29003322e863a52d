import { type ParameterBlock, type ResolvedNetwork, trainableCount } from "../network/network.ts";
import type { ResolvedLayer } from "../network/resolve.ts";
import { sizeOf } from "../network/shape.ts";
import type { Form } from "./form.ts";

/** Floating-point operations of a step, a product and a sum as 2: those of the layers with parameters, and of the system. */
export interface StepFlops {
  /** Forward, back to the inputs of each layer that needs it, and Jᵀ r. */
  readonly sgd: number;
  /** The same with a way back for each output, and the system. One forward pass more where the step is judged. */
  readonly gramGaussNewton: number;
}

/**
 * Counts the operations of a step of SGD and of the Gram-Gauss-Newton method. With M = Σ S rows columns, the
 * products of a pass of one example, over the layers and M' over those with something to train before them:
 *
 *     sgd        2 b M + 2 b M' + 2 b M
 *     gram       2 b M + 2 n M' + 2 b M + Gram parts + n³/3
 *     primal     2 b M + 2 n M' + 2 b M + 2 n M + n p² + p³/3
 *
 * @param gram The operations of all layers' parts of the Gram matrix.
 */
export function stepFlops(
  { layers, blocks, output }: ResolvedNetwork,
  examples: number,
  form: Form,
  gram: number,
): StepFlops {
  const n = examples * sizeOf(output);
  const p = trainableCount(blocks);
  const trained = productsOf(blocks.filter(({ trainable }) => trainable));
  const carried = productsOf(carryingBlocks(layers, blocks));
  const pass = 2 * examples * (productsOf(blocks) + trained);
  const system = form === "gram" ? gram + n ** 3 / 3 : 2 * n * trained + n * p ** 2 + p ** 3 / 3;
  return { sgd: pass + 2 * examples * carried, gramGaussNewton: pass + 2 * n * carried + system };
}

/** A product and a sum for each. */
function productsOf(blocks: readonly ParameterBlock[]): number {
  return blocks.reduce((sum, { products }) => sum + products, 0);
}

/** The blocks of the layers that carry derivatives on: something before them is trained. */
function carryingBlocks(
  layers: readonly ResolvedLayer[],
  blocks: readonly ParameterBlock[],
): readonly ParameterBlock[] {
  const carrying: ParameterBlock[] = [];
  /** Answers whether what the layers give depends on something trained. */
  const visit = (list: readonly ResolvedLayer[], isTrained: boolean): boolean =>
    list.reduce((before, { block, body, shortcut }) => {
      if (body.length > 0) return [visit(body, before), visit(shortcut, before)].includes(true);
      if (block === null) return before;
      if (before) carrying.push(blocks[block]!);
      return before || blocks[block]!.trainable;
    }, isTrained);
  visit(layers, false);
  return carrying;
}
