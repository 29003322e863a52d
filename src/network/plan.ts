import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import { type Network, type ParameterBlock, parameterBlocks } from "./network.ts";
import type { ParameterVector } from "./parameter-vector.ts";

/**
 * The buffers of one pass of a network over at most `capacity` examples, allocated once. All matrices are
 * row-major with an example, or an (example, output) pair, in each row.
 */
export interface Plan {
  readonly kernels: Kernels;
  readonly network: Network;
  readonly blocks: readonly ParameterBlock[];
  readonly dtype: DType;
  /** The most examples that one pass can take. */
  readonly capacity: number;
  /** Outputs of the network, K. */
  readonly outputs: number;
  /** For each block its input ã: capacity × rows of the block, the last column 1 where there is a bias. */
  readonly inputs: readonly PlanMatrix[];
  /** The last layer's output f: capacity × K. */
  readonly result: PlanMatrix;
  /** For each block σ'(z), capacity × units; null where σ is the identity, or where the plan has no derivatives. */
  readonly slopes: readonly (PlanMatrix | null)[];
}

/** A matrix in the plan: element (i, j) at data[i * stride + j]. */
export interface PlanMatrix {
  readonly data: FloatArray;
  readonly stride: number;
}

/**
 * Allocates the buffers for passes of up to `capacity` examples.
 *
 * @param derivatives false leaves out what only `backward` needs: for prediction.
 * @throws {MemoryLimitError} If they do not fit; says the sizes.
 */
export function planNetwork(
  kernels: Kernels,
  network: Network,
  dtype: DType,
  capacity: number,
  derivatives = true,
): Plan {
  const blocks = parameterBlocks(network);
  const last = blocks[blocks.length - 1]!;
  const inputs = blocks.map((block) => allocateInputs(kernels, dtype, capacity, block));
  const slopes = blocks.map((block) =>
    derivatives && block.activation !== "identity"
      ? allocateMatrix(kernels, dtype, capacity, block.columns)
      : null,
  );
  // Rows of outputs stand without a gap, so that they are the vector f of n = examples × outputs.
  const result = { data: kernels.allocate(dtype, capacity * last.columns), stride: last.columns };
  return { kernels, network, blocks, dtype, capacity, outputs: last.columns, inputs, result, slopes };
}

/** Allocates a matrix whose rows start at multiples of 64 bytes, except for rows shorter than that. */
export function allocateMatrix(kernels: Kernels, dtype: DType, rows: number, columns: number): PlanMatrix {
  const perLine = dtype === "float32" ? 16 : 8;
  const stride = columns <= perLine ? columns : Math.ceil(columns / perLine) * perLine;
  return { data: kernels.allocate(dtype, rows * stride), stride };
}

function allocateInputs(kernels: Kernels, dtype: DType, capacity: number, block: ParameterBlock): PlanMatrix {
  const matrix = allocateMatrix(kernels, dtype, capacity, block.rows);
  // The column of ones that makes the bias a row of θ. No pass writes to it.
  if (block.bias) for (let i = 0; i < capacity; i++) matrix.data[i * matrix.stride + block.inputs] = 1;
  return matrix;
}

/**
 * Runs the network on the first `count` rows of `plan.inputs[0]`: for each layer z = scale ã θ, a = σ(z).
 * Leaves f in `plan.result`, and the layers' inputs and slopes for `backward`.
 */
export function forward(plan: Plan, parameters: ParameterVector, count: number): void {
  const { kernels, blocks, inputs, slopes } = plan;
  for (let l = 0; l < blocks.length; l++) {
    const block = blocks[l]!;
    const a = inputs[l]!;
    const z = inputs[l + 1] ?? plan.result;
    const slope = slopes[l] ?? null;
    const { columns, rows } = block;
    const theta = parameters.blocks[l]!;
    kernels.gemm(
      false,
      false,
      count,
      columns,
      rows,
      block.scale,
      a.data,
      a.stride,
      theta,
      columns,
      0,
      z.data,
      z.stride,
    );
    if (block.activation !== "identity")
      kernels.activate(
        block.activation,
        count,
        columns,
        z.data,
        z.stride,
        z.data,
        z.stride,
        slope?.data ?? null,
        slope?.stride ?? 0,
        null,
        0,
      );
  }
}

/**
 * Carries derivatives with respect to the output of block l to those with respect to its z, in place:
 * d <- d ∘ σ'(z), with `repeat` rows of d for each example.
 */
export function throughActivation(plan: Plan, l: number, count: number, repeat: number, d: PlanMatrix): void {
  const slope = plan.slopes[l];
  if (!slope) return;
  plan.kernels.scaleRows(count, repeat, plan.blocks[l]!.columns, slope.data, slope.stride, d.data, d.stride);
}

/**
 * Carries derivatives with respect to z of block l to those with respect to z of block l - 1:
 * out = scale d Wᵀ ∘ σ'(z), W the weights of block l without the bias row.
 */
export function throughBlock(
  plan: Plan,
  parameters: ParameterVector,
  l: number,
  count: number,
  repeat: number,
  d: PlanMatrix,
  out: PlanMatrix,
): void {
  const { inputs, columns, scale } = plan.blocks[l]!;
  const theta = parameters.blocks[l]!;
  const m = count * repeat;
  plan.kernels.gemm(
    false,
    true,
    m,
    inputs,
    columns,
    scale,
    d.data,
    d.stride,
    theta,
    columns,
    0,
    out.data,
    out.stride,
  );
  throughActivation(plan, l - 1, count, repeat, out);
}
