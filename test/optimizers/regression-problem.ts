import type { DType, Kernels } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { initialize } from "../../src/network/initialize.ts";
import { denseNetwork, type Network } from "../../src/network/network.ts";
import { allocateParameters } from "../../src/network/parameter-vector.ts";
import { parameterSpace } from "../../src/optimizers/optimizer.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { batchProblem } from "../../src/residuals/network-residual.ts";
import { loadDataset } from "../../src/residuals/dataset.ts";
import { planEvaluator } from "../../src/residuals/evaluator.ts";

/** A small problem for one optimizer: a 2-4-1 network or another of one output, all examples loaded as one batch. */
export function regressionProblem({
  examples,
  seed,
  scale = 1,
  network = denseNetwork(2, [4], 1),
  kernels = referenceKernels(),
  dtype = "float64",
}: {
  examples: number;
  seed: number;
  scale?: number;
  network?: Network;
  kernels?: Kernels;
  dtype?: DType;
}) {
  const gaussian = gaussianRandom(seededRandom(seed));
  const xs = Array.from({ length: examples }, () => Array.from({ length: network.inputs }, gaussian));
  const targets = xs.map(([a, b = 0]) => scale * (Math.sin(2 * a!) + b + 0.1 * gaussian()));
  const dataset = loadDataset(kernels, dtype, examples, xs.flat(), targets);
  const evaluator = planEvaluator(kernels, network, dtype);
  const problem = batchProblem(kernels, network, dtype, dataset, evaluator, examples);
  const space = parameterSpace(kernels, dtype, network, examples);
  const parameters = allocateParameters(kernels, dtype, space.blocks);
  parameters.flat.set(initialize(network, seed));
  problem.load(
    Int32Array.from(xs, (_, i) => i),
    0,
    examples,
  );
  return { kernels, network, xs, targets, problem, parameters, space };
}
