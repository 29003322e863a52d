import { chooseForm } from "../../src/gram/form.ts";
import type { DType } from "../../src/kernels/kernels.ts";
import { type Network, outputCount, parameterBlocks } from "../../src/network/network.ts";
import type { MeasuredOptimizer } from "./gramian-contender.ts";

/**
 * Milliseconds of a step if all its operations ran at the speed of a large matrix product:
 *
 *     SGD    2 b p for f, 2 b p for Jᵀ r, and 2 b (p - p₁) for D, which the first layer does not need
 *     GGN    the same, and the Gram or the normal matrix and its factorization; of these n³/3 in float64
 *
 * @param rates GFLOP/s of a matrix product in each precision.
 */
export function predictStep(
  network: Network,
  batch: number,
  optimizer: MeasuredOptimizer,
  dtype: DType,
  rates: Readonly<Record<DType, number>>,
): number {
  const blocks = parameterBlocks(network);
  const outputs = outputCount(network);
  const sizes = blocks.map(({ rows, columns }) => rows * columns);
  const p = sizes.reduce((sum, size) => sum + size, 0);
  const firstOrder = 2 * batch * (3 * p - sizes[0]!);
  if (optimizer !== "gram-gauss-newton") return firstOrder / rates[dtype] / 1e6;
  const { form, flops } = chooseForm(blocks, batch, outputs, dtype);
  const order = form === "gram" ? batch * outputs : p;
  const factorization = order ** 3 / 3;
  const inPrecision = firstOrder + flops[form] - factorization;
  return (inPrecision / rates[dtype] + factorization / rates.float64) / 1e6;
}
