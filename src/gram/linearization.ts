import type { FloatArray } from "../kernels/kernels.ts";
import { trainableCount } from "../network/network.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import {
  allocateMatrix,
  forward,
  type Plan,
  type PlanMatrix,
  throughActivation,
  throughBlock,
} from "../network/plan.ts";
import { allocateSquares, assembleGram, traceGramParts } from "./assemble-gram.ts";
import { assembleNormal, planRowChunks } from "./assemble-normal.ts";
import { lazy } from "./lazy.ts";
import { backpropagate, pullbackFactors, pushforwardFactors } from "./products.ts";

/*
 * The structured Jacobian
 * -----------------------
 *
 *   b    examples in the batch          K    outputs of the network
 *   n    = b K residual rows            p    trainable parameters
 *   f    n       outputs                J    n × p    df/dθ
 *   G    = J Jᵀ  n × n                  N    = Jᵀ J   p × p
 *
 * Every layer is affine in its parameters: z = s θᵀ ã, with ã its inputs and a one for the bias. With
 * d_ik = df_ik/dz, carried back through the network for each output k, the row of J of example i and output k is
 * in this layer
 *
 *     s ã_i ⊗ d_ik
 *
 * so that J is never formed:
 *
 *     G  = Σ_layers  s² (Ã Ãᵀ) ∘ (D Dᵀ)       two small Gram matrices and a Hadamard product:
 *                                              b² (inputs + units) instead of b² inputs units
 *     Jᵀu = s Ãᵀ E,  e_i = Σ_k u_ik d_ik       one product for each layer, no second backward pass
 *     Jδ  = s rowwise d_ik · (ãᵀ Δ)_i          one product for each layer
 *     N   from the rows above, a chunk of them at a time; only for small p
 *
 * A diagonal weight of the parameters that is constant over a layer's weights (w) and over its biases (v) goes
 * through at no cost, because Ã Ãᵀ = A Aᵀ + 1:
 *
 *     J W Jᵀ = Σ_layers  s² (w Ã Ãᵀ + v - w) ∘ (D Dᵀ)
 */

/**
 * A network near θ on one batch: f(θ + δ) ≈ f + J δ. The only thing that an optimizer sees of a network.
 *
 * It is a view of buffers that the next batch reuses. Results go to `out`, which is returned.
 */
export interface Linearization {
  /** n: examples × outputs. */
  readonly rows: number;
  /** p: trainable parameters. */
  readonly columns: number;
  /** f: the first n numbers; row i K + k is output k of example i. */
  readonly outputs: FloatArray;
  /** out <- Jᵀ u, p. SGD is the pullback of the residuals. u: n, of either precision. */
  pullback(u: FloatArray, out: ParameterVector): ParameterVector;
  /** out <- J d, n. */
  pushforward(d: ParameterVector, out: FloatArray): FloatArray;
  /**
   * Lower out <- J W Jᵀ, n × n, leading dimension n.
   *
   * @param weights The diagonal of W by groups: for each layer the factor of its weights, then that of its
   *   biases. null is W = I, the Gram matrix.
   */
  gram(weights: Float64Array | null, out: Float64Array): Float64Array;
  /**
   * out[2 l] <- tr(Z G_w), out[2 l + 1] <- tr(Z G_v), where J Jᵀ is the sum over the layers l of the part of the
   * weights, G_w, and of the biases, G_v.
   *
   * @param z Lower Z, symmetric, n × n, leading dimension n.
   * @param scratch n × n numbers, overwritten.
   */
  gramTraces(z: Float64Array, scratch: Float64Array, out: Float64Array): Float64Array;
  /** Lower out <- Jᵀ J, p × p, leading dimension p. */
  normal(out: Float64Array): Float64Array;
  /** The factors of the Jacobian's rows, for each layer: row (i, k) of J is scale · ã_i ⊗ d_ik. */
  blocks(): readonly JacobianFactors[];
}

/** One layer's part of the Jacobian. */
export interface JacobianFactors {
  /** ã: b × (inputs + bias). */
  readonly inputs: PlanMatrix;
  /** d: n × units; row i K + k. null for a frozen layer with no trainable layer before it. */
  readonly derivatives: PlanMatrix | null;
}

/** The linearization of a plan's network, moved from batch to batch. */
export interface PlannedLinearization extends Linearization {
  /** Runs the network on the first `count` rows of `plan.inputs[0]` and linearizes there. */
  at(parameters: ParameterVector, count: number): Linearization;
}

/** Prepares the linearization of a plan's network. Buffers are allocated at the first use of what needs them. */
export function planLinearization(plan: Plan): PlannedLinearization {
  const columns = trainableCount(plan.blocks);
  const firstTrainable = plan.blocks.findIndex((block) => block.trainable);
  const weighted = lazy(() => allocateWeighted(plan));
  const derivatives = lazy(() => allocateDerivatives(plan, firstTrainable));
  const squares = lazy(() => allocateSquares(plan));
  const rowChunk = lazy(() => planRowChunks(plan, columns));
  let count = 0;
  let parameters: ParameterVector;
  let differentiated = false;

  /** D of every layer: from D = σ'(z) of the last one back to the first trainable one. */
  const differentiate = (): readonly (PlanMatrix | null)[] => {
    const d = derivatives();
    if (differentiated) return d;
    const last = plan.blocks.length - 1;
    writeIdentities(d[last]!, count, plan.outputs);
    throughActivation(plan, last, count, plan.outputs, d[last]!);
    for (let l = last; l > firstTrainable; l--)
      throughBlock(plan, parameters, l, count, plan.outputs, d[l]!, d[l - 1]!);
    differentiated = true;
    return d;
  };

  return {
    get rows() {
      return count * plan.outputs;
    },
    columns,
    outputs: plan.result.data,

    at(theta, examples) {
      parameters = theta;
      count = examples;
      differentiated = false;
      forward(plan, theta, examples);
      return this;
    },

    pullback(u, out) {
      const { seed, e } = weighted();
      plan.kernels.copy(count * plan.outputs, u, seed);
      return differentiated
        ? pullbackFactors(plan, count, derivatives(), seed, e, out)
        : backpropagate(plan, parameters, count, firstTrainable, seed, e, out);
    },

    pushforward(d, out) {
      return pushforwardFactors(plan, count, differentiate(), d, weighted().e[0], out);
    },

    gram(weights, out) {
      return assembleGram(plan, count, differentiate(), weights, squares(), out);
    },

    gramTraces(z, scratch, out) {
      return traceGramParts(plan, count, differentiate(), squares(), z, scratch, out);
    },

    normal(out) {
      return assembleNormal(plan, count, differentiate(), columns, rowChunk(), out);
    },

    blocks() {
      const d = differentiate();
      return plan.blocks.map((_, l) => ({ inputs: plan.inputs[l]!, derivatives: d[l]! }));
    },
  };
}

/** Two buffers of a row for each example, as wide as the widest layer, and the seed u. */
interface Weighted {
  readonly seed: FloatArray;
  readonly e: readonly [PlanMatrix, PlanMatrix];
}

function allocateWeighted({ kernels, dtype, capacity, blocks, outputs }: Plan): Weighted {
  const width = Math.max(...blocks.map((block) => block.columns));
  const buffer = () => allocateMatrix(kernels, dtype, capacity, width);
  return { seed: kernels.allocate(dtype, capacity * outputs), e: [buffer(), buffer()] };
}

function allocateDerivatives(plan: Plan, firstTrainable: number): readonly (PlanMatrix | null)[] {
  const { kernels, dtype, capacity, outputs } = plan;
  return plan.blocks.map((block, l) =>
    l < firstTrainable ? null : allocateMatrix(kernels, dtype, capacity * outputs, block.columns),
  );
}

/** D of the last layer before its activation: for each example the K × K identity, df_ik/df_ij. */
function writeIdentities(d: PlanMatrix, count: number, outputs: number): void {
  for (let row = 0; row < count * outputs; row++)
    for (let j = 0; j < outputs; j++) d.data[row * d.stride + j] = row % outputs === j ? 1 : 0;
}
