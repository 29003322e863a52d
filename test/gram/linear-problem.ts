import type { Curvature, SystemSpace } from "../../src/gram/curvature.ts";
import { dampedSystem } from "../../src/gram/damped-system.ts";
import type { Form } from "../../src/gram/form.ts";
import { planLinearization } from "../../src/gram/linearization.ts";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { initialize } from "../../src/network/initialize.ts";
import { isDense, type Network, outputCount, parameterBlocks } from "../../src/network/network.ts";
import { allocateParameters, type ParameterVector } from "../../src/network/parameter-vector.ts";
import { planNetwork } from "../../src/network/plan.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { examplesFor } from "../network/layered-networks.ts";
import { naiveLayersJacobian } from "../twins/naive-layers.ts";
import { dotProduct, multiply, relativeError, solve, transpose } from "../twins/naive-matrix.ts";
import { naiveJacobian } from "../twins/naive-network.ts";

/**
 * A network linearized on random examples, with random residuals, and its Jacobian as nested arrays.
 *
 * @param inputOf Number j of example i where it is not random, else null.
 */
export function linearProblem(
  network: Network,
  examples: number,
  seed: number,
  inputOf: (i: number, j: number) => number | null = () => null,
) {
  const kernels = referenceKernels();
  const gaussian = gaussianRandom(seededRandom(seed));
  const blocks = parameterBlocks(network);
  const plan = planNetwork(kernels, network, "float64", examples);
  const theta = allocateParameters(kernels, "float64", blocks);
  theta.flat.set(initialize(network, seed));
  const xs = examplesFor(network, examples, gaussian).map((x, i) =>
    x.map((value, j) => inputOf(i, j) ?? value),
  );
  const { data, stride } = plan.input;
  for (const [i, x] of xs.entries()) for (const [j, value] of x.entries()) data[i * stride + j] = value;
  const linearization = planLinearization(plan);
  linearization.at(theta, examples);
  const n = examples * outputCount(network);
  const residuals = kernels.allocate("float64", n).map(gaussian);
  const vector = (): ParameterVector => allocateParameters(kernels, "float64", blocks);
  const system = (form: Form) => dampedSystem(form, kernels, "float64", blocks, n, plan.outputs);
  const space: SystemSpace = { kernels, dtype: "float64", blocks, outputs: plan.outputs, capacity: examples };
  return {
    kernels,
    space,
    linearization,
    residuals,
    vector,
    system,
    blocks,
    gaussian,
    n,
    theta: theta.flat,
    xs,
    J: isDense(network)
      ? naiveJacobian(network, theta.flat, xs)
      : naiveLayersJacobian(network, theta.flat, xs),
  };
}

/** Random weights of each group, expanded to a diagonal. */
export function randomWeights({ blocks, gaussian }: ReturnType<typeof linearProblem>) {
  const weights = Float64Array.from({ length: 2 * blocks.length }, () => Math.exp(gaussian()));
  const diagonal = blocks.flatMap((block, l) =>
    Array.from({ length: block.trainable ? block.rows * block.columns : 0 }, (_, e) =>
      e < block.inputs * block.columns ? weights[2 * l]! : weights[2 * l + 1]!,
    ),
  );
  return { weights, diagonal };
}

/** -(Jᵀ J + λ W⁻¹)⁻¹ (Jᵀ r + g); `diagonal` is that of W, by default 1. */
export function naiveDampedStep(
  J: number[][],
  residuals: ArrayLike<number>,
  damping: number,
  diagonal?: ArrayLike<number>,
  prior?: ArrayLike<number>,
): number[] {
  return naiveCurvatureStep(multiply(transpose(J), J), J, residuals, damping, diagonal, prior);
}

/** -(C + λ W⁻¹)⁻¹ (Jᵀ r + g). */
export function naiveCurvatureStep(
  C: number[][],
  J: number[][],
  residuals: ArrayLike<number>,
  damping: number,
  diagonal?: ArrayLike<number>,
  prior?: ArrayLike<number>,
): number[] {
  const matrix = C.map((row, i) => row.map((c, j) => c + (i === j ? damping / (diagonal?.[i] ?? 1) : 0)));
  return solve(
    matrix,
    transpose(J).map((column, i) => -dotProduct(column, residuals) - (prior?.[i] ?? 0)),
  );
}

/** What a curvature gives on a linear problem, with random weights and a random prior, beside their naive twins. */
export function curvatureStep(
  curvature: Curvature,
  problem: ReturnType<typeof linearProblem>,
  damping: number,
) {
  const { linearization, residuals, vector, gaussian, space } = problem;
  const { weights, diagonal } = randomWeights(problem);
  const prior = vector();
  prior.flat.set(prior.flat.map(gaussian));
  const delta = vector();
  const system = curvature.init(space)(space.capacity);
  system.assemble(linearization, weights);
  const step = { ...system.solve(residuals, damping, prior, delta) };
  const count = diagonal.length;
  return { delta: delta.flat.subarray(0, count), step, diagonal, prior: prior.flat };
}

/** How far a curvature's step is from the exact one, relative to it. */
export function errorFromExactStep(
  curvature: Curvature,
  problem: ReturnType<typeof linearProblem>,
  damping: number,
): number {
  const { delta, diagonal, prior } = curvatureStep(curvature, problem, damping);
  return relativeError(delta, naiveDampedStep(problem.J, problem.residuals, damping, diagonal, prior));
}
