import type { DType, Kernels } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import type { Problem } from "../../src/linearization/residual.ts";
import type { Space } from "../../src/linearization/space.ts";
import { initialize } from "../../src/network/initialize.ts";
import { denseNetwork, type Network } from "../../src/network/network.ts";
import type { ParameterVector } from "../../src/network/parameter-vector.ts";
import type { Optimizer, StepReport } from "../../src/optimizers/optimizer.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { loadDataset } from "../../src/residuals/dataset.ts";
import { networkResidual } from "../../src/residuals/network-residual.ts";

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
  const problem = networkResidual(network, dataset).plan(kernels, dtype, examples);
  const { space } = problem;
  const parameters = space.vector();
  parameters.flat.set(initialize(network, seed));
  problem.load(
    Int32Array.from(xs, (_, i) => i),
    0,
    examples,
  );
  return { kernels, network, xs, targets, problem, parameters, space };
}

/** The steps of an optimizer, one after the other, from its state before the first. */
export function planSteps<State>(
  optimizer: Optimizer<State>,
  space: Space,
): (problem: Problem, parameters: ParameterVector) => StepReport {
  const state = optimizer.init(space);
  const step = optimizer.plan(space);
  return (problem, parameters) => step(state, problem, parameters);
}
