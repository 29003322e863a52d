import type { DType, Kernels } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { linearizationBuffers, planLinearization } from "../../src/linearization/linearization.ts";
import { initialize } from "../../src/network/initialize.ts";
import { type Network, outputCount, type parameterBlocks } from "../../src/network/network.ts";
import { allocateParameters } from "../../src/network/parameter-vector.ts";
import { type Plan, planNetwork } from "../../src/network/plan.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { examplesFor } from "../network/layered-networks.ts";
import { naiveLayersJacobian } from "../twins/naive-layers.ts";

/** A network, how many examples, and what is drawn. */
export interface LayerCase {
  readonly network: Network;
  readonly examples: number;
  readonly seed: number;
}

/** Parameters, of which none is 0, and inputs. */
export function drawCase({ network, examples, seed }: LayerCase) {
  const gaussian = gaussianRandom(seededRandom(seed + 7));
  const theta = initialize(network, seed).map((value) => value + 0.1 * gaussian());
  return { theta, xs: examplesFor(network, examples, gaussian), gaussian };
}

/** Buffers with the inputs of a case in the first rows, and its parameters. */
export function loadCase(
  { network, examples }: LayerCase,
  { theta, xs }: ReturnType<typeof drawCase>,
  { kernels = referenceKernels(), dtype = "float64" as DType, capacity = examples + 1 } = {},
) {
  const plan = planNetwork(kernels, network, dtype, capacity);
  const parameters = allocateParameters(kernels, dtype, plan.blocks);
  parameters.flat.set(theta);
  loadRows(plan, xs);
  return { kernels, plan, parameters };
}

export function loadRows({ input: { data, stride } }: Plan, xs: readonly (readonly number[])[]): void {
  for (const [i, x] of xs.entries()) for (const [j, value] of x.entries()) data[i * stride + j] = value;
}

/** A network linearized on random examples, in buffers that hold one more. */
export function layerProblem(
  layerCase: LayerCase,
  options: { kernels?: Kernels; dtype?: DType; rowBytes?: number } = {},
) {
  const { network, examples } = layerCase;
  const drawn = drawCase(layerCase);
  const { kernels, plan, parameters } = loadCase(layerCase, drawn, options);
  const linearization = planLinearization(plan, linearizationBuffers(plan, options.rowBytes));
  linearization.at(parameters, examples);
  const n = examples * outputCount(network);
  const vector = () => allocateParameters(kernels, plan.dtype, plan.blocks);
  return { ...drawn, kernels, plan, parameters, blocks: plan.blocks, linearization, n, vector };
}

const jacobians = new Map<string, number[][]>();

/** The twin's Jacobian; computed once for each case, since several laws ask for it. */
export function jacobianOf(layerCase: LayerCase): number[][] {
  const key = JSON.stringify(layerCase);
  let jacobian = jacobians.get(key);
  if (!jacobian) {
    const { theta, xs } = drawCase(layerCase);
    jacobian = naiveLayersJacobian(layerCase.network, theta, xs);
    jacobians.set(key, jacobian);
  }
  return jacobian;
}

/** J W_l Jᵀ for the columns of some parameters alone, lower triangle, zeros above. */
export function lowerGram(J: number[][], weightOf: (column: number) => number): Float64Array {
  const n = J.length;
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++)
      out[i * n + j] = J[i]!.reduce((sum, value, c) => sum + weightOf(c) * value * J[j]![c]!, 0);
  return out;
}

/** The lower triangle of a symmetric matrix, zeros above. */
export function lowerOf(n: number, matrix: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: n * n }, (_, e) => (e % n <= Math.floor(e / n) ? matrix[e]! : 0));
}

/** For each trainable parameter the number of its group: 2 l of the weights of layer l, 2 l + 1 of its biases. */
export function groupsOf({ blocks }: { blocks: ReturnType<typeof parameterBlocks> }): number[] {
  const groups: number[] = [];
  for (const [l, { trainable, offset, rows, columns, inputs }] of blocks.entries())
    for (let e = 0; trainable && e < rows * columns; e++)
      groups[offset + e] = e < inputs * columns ? 2 * l : 2 * l + 1;
  return groups;
}
