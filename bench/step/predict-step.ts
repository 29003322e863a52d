import type { DType } from "../../src/kernels/kernels.ts";
import { type Network, outputCount, parameterBlocks } from "../../src/network/network.ts";
import { chooseForm } from "../../src/posterior/form.ts";
import type { MeasuredOptimizer } from "./gramian-contender.ts";

/**
 * Milliseconds of a step if all its operations ran at the speed of a large matrix product:
 *
 *     SGD    2 b p for f, 2 b p for Jᵀ r, 2 b Σ inputs units over the layers after the first for the way back
 *     GGN    the same, the way back for each output; the Gram or the normal matrix; its factorization, in float64
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
  const n = batch * outputCount(network);
  const p = blocks.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  const weightsBack = blocks.slice(1).reduce((sum, { inputs, columns }) => sum + inputs * columns, 0);
  if (optimizer !== "gram-gauss-newton")
    return (4 * batch * p + 2 * batch * weightsBack) / rates[dtype] / 1e6;
  const { form, flops } = chooseForm(blocks, batch, outputCount(network), dtype);
  const factorization = (form === "gram" ? n : p) ** 3 / 3;
  const inPrecision = 4 * batch * p + 2 * n * weightsBack + flops[form] - factorization;
  return (inPrecision / rates[dtype] + factorization / rates.float64) / 1e6;
}
