import { NetworkError } from "../errors.ts";
import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import { selectKernels } from "../kernels/select-kernels.ts";
import { type Network, type ParameterBlock, parameterBlocks, parameterCount } from "../network/network.ts";
import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import { type Plan, planNetwork } from "../network/plan.ts";
import { lazy } from "./lazy.ts";
import { type JacobianFactors, type PlannedLinearization, planLinearization } from "./linearization.ts";

/** Inputs of some examples: rows, or numbers in row-major order with their shape. */
export type BatchInputs =
  | readonly (readonly number[])[]
  | { readonly data: ArrayLike<number>; readonly shape: readonly [number, number] };

/** A network near given parameters on given examples, for those who build on the method. */
export interface BatchLinearization {
  /** f: examples × outputs. */
  readonly outputs: Float64Array;
  /** Jᵀ u. u: examples × outputs. Returns p numbers. */
  pullback(u: ArrayLike<number>): Float64Array;
  /** J d. d: p. Returns examples × outputs numbers. */
  pushforward(d: ArrayLike<number>): Float64Array;
  /** G = J Jᵀ, n × n, n = examples × outputs, both triangles. */
  gram(): Float64Array;
  /** Jᵀ J, p × p, both triangles. */
  normal(): Float64Array;
  /**
   * For each dense layer the factors of the Jacobian: row i K + k of the layer's columns of J is
   * scale · inputs[i] ⊗ derivatives[i K + k]. null for a layer of another kind.
   */
  blocks(): readonly (BatchFactors | null)[];
}

/** Copies of one layer's factors, row-major. */
export interface BatchFactors {
  /** ã, with the column of ones where there is a bias: examples × (inputs + bias). */
  readonly inputs: Float64Array;
  /** df/dz: n × units. Empty for a frozen layer with no trainable one before it. */
  readonly derivatives: Float64Array;
}

/** Where the numbers of `linearize` live, and in which precision. */
export interface LinearizeOptions {
  /** Default "float64". */
  readonly dtype?: DType;
  /** Memory and arithmetic; each call allocates buffers for its batch there. Default: new WebAssembly kernels. */
  readonly kernels?: Kernels;
}

/**
 * Linearizes a network: f(θ + d) ≈ f + J d on a batch.
 *
 * @param parameters θ, in the layout of `parameterBlocks`: the trainable layers in their order, then the frozen.
 * @throws {NetworkError} If the parameters or the inputs do not have the network's size.
 * @throws {MemoryLimitError} If the batch does not fit.
 */
export function linearize(
  network: Network,
  parameters: ArrayLike<number>,
  batch: BatchInputs,
  { dtype = "float64", kernels = selectKernels() }: LinearizeOptions = {},
): BatchLinearization {
  const { plan, linearization, theta, examples } = loadBatch(kernels, dtype, network, parameters, batch);
  const n = examples * plan.outputs;
  const p = linearization.columns;
  const vector = lazy(() => allocateParameters(kernels, dtype, plan.blocks));
  const rows = kernels.allocate(dtype, n);
  linearization.at(theta, examples);
  return {
    outputs: Float64Array.from(linearization.outputs.subarray(0, n)),
    pullback(u) {
      requireLength("pullback(u)", u.length, n);
      rows.set(u);
      return Float64Array.from(linearization.pullback(rows, vector()).flat.subarray(0, p));
    },
    pushforward(d) {
      requireLength("pushforward(d)", d.length, p);
      const direction = vector();
      direction.flat.set(d);
      return Float64Array.from(linearization.pushforward(direction, rows));
    },
    gram: () => mirror(n, Float64Array.from(linearization.gram(null, kernels.allocate("float64", n * n)))),
    normal: () => mirror(p, Float64Array.from(linearization.normal(kernels.allocate("float64", p * p)))),
    blocks: () =>
      linearization
        .blocks()
        .map((factors, l) => factors && copyFactors(factors, plan.blocks[l]!, examples, n)),
  };
}

/** A batch in its plan. */
export interface LoadedBatch {
  readonly plan: Plan;
  readonly linearization: PlannedLinearization;
  readonly theta: ParameterVector;
  readonly examples: number;
}

/** Places a batch and parameters in buffers of their own; checks their sizes. */
export function loadBatch(
  kernels: Kernels,
  dtype: DType,
  network: Network,
  parameters: ArrayLike<number>,
  batch: BatchInputs,
): LoadedBatch {
  requireLength("parameters", parameters.length, parameterCount(network));
  const { examples, at } = readBatch(network, batch);
  const plan = planNetwork(kernels, network, dtype, examples);
  const theta = allocateParameters(kernels, dtype, parameterBlocks(network));
  theta.flat.set(parameters);
  const { data, stride } = plan.input;
  for (let i = 0; i < examples; i++) for (let j = 0; j < network.inputs; j++) data[i * stride + j] = at(i, j);
  return { plan, linearization: planLinearization(plan), theta, examples };
}

function copyFactors(
  { inputs, derivatives }: JacobianFactors,
  { rows, columns }: ParameterBlock,
  examples: number,
  n: number,
): BatchFactors {
  return {
    inputs: dense(inputs.data, inputs.stride, examples, rows),
    derivatives: derivatives ? dense(derivatives.data, derivatives.stride, n, columns) : new Float64Array(),
  };
}

function readBatch(
  network: Network,
  batch: BatchInputs,
): { examples: number; at: (i: number, j: number) => number } {
  if ("data" in batch) {
    const [examples, columns] = batch.shape;
    requireLength("batch: columns", columns, network.inputs);
    requireLength("batch: numbers", batch.data.length, examples * columns);
    return { examples, at: (i, j) => batch.data[i * columns + j]! };
  }
  for (const [i, row] of batch.entries()) requireLength(`batch[${i}]`, row.length, network.inputs);
  return { examples: batch.length, at: (i, j) => batch[i]![j]! };
}

function requireLength(what: string, length: number, expected: number): void {
  if (length !== expected)
    throw new NetworkError(`${what}: has length ${length}; the network needs ${expected}`);
}

function mirror(n: number, matrix: Float64Array): Float64Array {
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) matrix[i * n + j] = matrix[j * n + i]!;
  return matrix;
}

function dense(data: FloatArray, stride: number, rows: number, columns: number): Float64Array {
  return Float64Array.from(
    { length: rows * columns },
    (_, i) => data[Math.floor(i / columns) * stride + (i % columns)]!,
  );
}
