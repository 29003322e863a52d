import { expect } from "vitest";
import type { Curvature } from "../../src/curvatures/curvature.ts";
import { gramSketch } from "../../src/curvatures/gram-sketch.ts";
import type { FloatArray } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference/reference-kernels.ts";
import { layerJacobian } from "../../src/linearization/block-kinds.ts";
import { gramWorkspace } from "../../src/linearization/gram-workspace.ts";
import { type Linearization, planLinearization } from "../../src/linearization/linearization.ts";
import { networkSpace, type Space } from "../../src/linearization/space.ts";
import { initialize } from "../../src/network/initialize.ts";
import { isDense, type Network, outputCount, parameterBlocks } from "../../src/network/network.ts";
import { allocateParameters } from "../../src/network/parameter-vector.ts";
import { planNetwork } from "../../src/network/plan.ts";
import { dampedSystem } from "../../src/posterior/damped-system.ts";
import type { Form } from "../../src/posterior/form.ts";
import type { System } from "../../src/posterior/system.ts";
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
  const space = networkSpace(kernels, "float64", network, examples);
  const system = (form: Form) => dampedSystem(form, space);
  return {
    kernels,
    space,
    linearization,
    residuals,
    vector: space.vector,
    system,
    blocks,
    gaussian,
    n,
    theta: theta.flat,
    xs,
    J: jacobianOf(network, theta.flat, xs),
  };
}

const jacobians = new Map<string, number[][]>();

/** The twin's Jacobian; computed once for each case, since several laws ask for it. */
function jacobianOf(network: Network, theta: FloatArray, xs: readonly (readonly number[])[]): number[][] {
  const key = JSON.stringify([network, [...theta], xs]);
  const known = jacobians.get(key);
  if (known) return known;
  const jacobian = (isDense(network) ? naiveJacobian : naiveLayersJacobian)(network, theta, xs);
  jacobians.set(key, jacobian);
  return jacobian;
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

/** The linearization of a problem, the inputs of whose first layer are no numbers. */
export function withUnknownInputs({ space, linearization }: ReturnType<typeof linearProblem>): Linearization {
  const layers = linearization.layers();
  const [first, ...rest] = layers.jacobians;
  const { inputs } = first!.factors;
  const unknown = { ...inputs, data: inputs.data.map(() => Number.NaN) };
  const broken = layerJacobian(gramWorkspace(space.layers!), first!.block, {
    ...first!.factors,
    inputs: unknown,
  });
  const jacobians = [broken, ...rest];
  return { ...linearization, rows: linearization.rows, layers: () => ({ ...layers, jacobians }) };
}

/** J W Jᵀ, W with this diagonal. */
export function naiveGram(J: number[][], diagonal: ArrayLike<number>): number[][] {
  return J.map((a) => J.map((b) => a.reduce((sum, value, j) => sum + value * diagonal[j]! * b[j]!, 0)));
}

/** Expects that sketches M of s columns have the expectation M Mᵀ = J W Jᵀ. */
export function expectUnbiasedSketch(problem: ReturnType<typeof linearProblem>, s: number): void {
  const { space, linearization, J, n } = problem;
  const { weights, diagonal } = randomWeights(problem);
  const G = naiveGram(J, diagonal);
  const { matrix, draw } = gramSketch(space.layers!, s);
  draw(linearization, weights, s, seededRandom(1));
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const product = dotProduct(matrix.subarray(i * s, (i + 1) * s), matrix.subarray(j * s, (j + 1) * s));
      // A bilinear form ξ of random signs has E ξ⁴ <= 9 (E ξ²)², so a product of two has a deviation of at most
      // 3 √(G_ii G_jj); five deviations of a mean of s.
      expect(Math.abs(product - G[i]![j]!)).toBeLessThan(5 * 3 * Math.sqrt((G[i]![i]! * G[j]![j]!) / s));
    }
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

/** The system of a curvature for the largest batch, with its state before the first step, which `assemble` goes on from. */
export function systemOf(curvature: Curvature, space: Space) {
  const state = curvature.init(space);
  const system: System = curvature.plan(space)(space.rows);
  return {
    ...system,
    assemble: (linearization: Linearization, weights: Float64Array | null) =>
      system.assemble(linearization, weights, state),
  };
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
  const system = systemOf(curvature, space);
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
