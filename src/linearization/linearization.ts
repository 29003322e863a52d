import type { FloatArray } from "../kernels/kernels.ts";
import { backward, type Derivatives, planDerivatives } from "../network/backward.ts";
import { trainableCount } from "../network/network.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import { forward, type Plan } from "../network/plan.ts";
import type { PlanMatrix } from "../network/plan-matrix.ts";
import { layerJacobians } from "./block-kinds.ts";
import { type RowProducts, rowProducts } from "./by-rows.ts";
import { planCrossGram } from "./cross-gram.ts";
import { type GramWorkspace, gramWorkspace } from "./gram-workspace.ts";
import {
  assembleGram,
  assembleNormal,
  type LayerRows,
  planRowChunks,
  planWeighted,
  pullbackFactors,
  pushforwardFactors,
  type RowChunks,
  traceGramParts,
  type Weighted,
  writeRows,
} from "./layer-rows.ts";
import { lazy } from "./lazy.ts";
import { groupsOf } from "./space.ts";

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
 * in a dense layer
 *
 *     s ã_i ⊗ d_ik
 *
 * so that its part of J is never formed:
 *
 *     G  = Σ_layers  s² (Ã Ãᵀ) ∘ (D Dᵀ)       two small Gram matrices and a Hadamard product:
 *                                              b² (inputs + units) instead of b² inputs units
 *     Jᵀu = s Ãᵀ E,  e_i = Σ_k u_ik d_ik       one product for each layer, no second backward pass
 *     Jδ  = s rowwise d_ik · (ãᵀ Δ)_i          one product for each layer
 *     N   from the rows above, a chunk of them at a time; only for small p
 *
 * A layer that is applied at S positions of each example, as a convolution at the pixels, has the sum of their rows,
 * Σ_s s ã_is ⊗ d_iks. Then G sums over pairs of positions, or the layer's rows of J are formed, multiplied and
 * dropped, whichever is cheaper: `convolution-jacobian.ts`.
 *
 * A diagonal weight of the parameters that is constant over a layer's weights (w) and over its biases (v) goes
 * through at no cost, because Ã Ãᵀ = A Aᵀ + 1:
 *
 *     J W Jᵀ = Σ_layers  s² (w Ã Ãᵀ + v - w) ∘ (D Dᵀ)
 */

/**
 * Residuals near θ on one batch, by their Jacobian: r(θ + δ) ≈ r + J δ. The only thing that an optimizer sees of what it
 * trains.
 *
 * It is a view of buffers that the next batch reuses. Results go to `out`, which is returned.
 */
export interface Linearization {
  /** n: residual rows. */
  readonly rows: number;
  /** p: trainable parameters. */
  readonly columns: number;
  /** For each row the number of its example, ascending: the rows of one example leave together. The first n numbers. */
  readonly example: Int32Array;
  /** out <- Jᵀ u, p. SGD is the pullback of the residuals. u: n, of either precision. */
  pullback(u: FloatArray, out: ParameterVector): ParameterVector;
  /** out <- J d, n. */
  pushforward(d: ParameterVector, out: FloatArray): FloatArray;
  /**
   * Lower out <- J W Jᵀ, n × n, leading dimension n.
   *
   * @param weights The diagonal of W by groups: of a network for each layer the factor of its weights, then that of its
   *   biases. null is W = I, the Gram matrix.
   */
  gram(weights: Float64Array | null, out: Float64Array): Float64Array;
  /**
   * out[g] <- tr(Z G_g) for each group g of the parameters, where J Jᵀ = Σ_g G_g.
   *
   * @param z Lower Z, symmetric, n × n, leading dimension n.
   * @param scratch n × n numbers, overwritten.
   */
  gramTraces(z: Float64Array, scratch: Float64Array, out: Float64Array): Float64Array;
  /**
   * out <- J W J'ᵀ, n × n', leading dimension n', with the J' of another linearization at the same parameters, on a batch of
   * any size in buffers of its own. Of a linearization and itself the whole Gram matrix. Weights as in `gram`.
   */
  cross(other: Linearization, weights: Float64Array | null, out: Float64Array): Float64Array;
  /** out <- `count` rows of J from the first on, p numbers each; whole examples. For small p. */
  writeRows(first: number, count: number, out: FloatArray): void;
  /** Lower out <- Jᵀ J, p × p, leading dimension p. */
  normal(out: Float64Array): Float64Array;
  /** The layers with their derivatives, for methods that go layer by layer. Also a view; null where there are none. */
  layers(): LayerRows | null;
  /** The same, without the work of derivatives: what they are planned for, with those of whatever batch was there. */
  plannedLayers(): LayerRows | null;
}

/** A network near θ on one batch: f(θ + δ) ≈ f + J δ. Row i K + k is output k of example i. */
export interface NetworkLinearization extends Linearization {
  /** f: the first n numbers. */
  readonly outputs: FloatArray;
  layers(): LayerRows;
  /** The factors of the Jacobian's rows, for each dense layer: row (i, k) of J is scale · ã_i ⊗ d_ik. null for others. */
  blocks(): readonly (JacobianFactors | null)[];
}

/** One dense layer's part of the Jacobian. */
export interface JacobianFactors {
  /** ã: b × (inputs + bias). */
  readonly inputs: PlanMatrix;
  /** d: n × units; row i K + k. null for a frozen layer with no trainable layer before it. */
  readonly derivatives: PlanMatrix | null;
}

/** The linearization of a plan's network, moved from batch to batch. */
export interface PlannedLinearization extends NetworkLinearization {
  /** Runs the network on the first `count` rows of `plan.input` and linearizes there. */
  at(parameters: ParameterVector, count: number): NetworkLinearization;
  /** Goes on from the pass that `at` made, with the same parameters in a vector that stays: the way back reads them. */
  resume(parameters: ParameterVector): void;
}

/** What a linearization writes to, besides its plan: plans of the same network may use it one after the other. */
export interface LinearizationBuffers {
  readonly workspace: GramWorkspace;
  readonly weighted: () => Weighted;
  /** Derivatives of one weighted sum of the outputs, and those of all outputs. */
  readonly seeded: () => Derivatives;
  readonly kept: () => Derivatives;
  readonly rowChunk: () => RowChunks;
}

/**
 * Prepares the buffers of a plan's linearization, which are allocated at the first use of what needs them.
 *
 * @param rowBytes What the rows of J of a layer with shared weights may take at once. Default 256 MiB.
 */
export function linearizationBuffers(plan: Plan, rowBytes?: number): LinearizationBuffers {
  const { outputs, blocks } = plan;
  const workspace = gramWorkspace(plan, rowBytes);
  return {
    workspace,
    weighted: lazy(() => planWeighted(workspace, blocks)),
    seeded: lazy(() => planDerivatives(plan, 1, () => false)),
    kept: lazy(() => planDerivatives(plan, outputs, ({ block }) => block !== null)),
    rowChunk: lazy(() => planRowChunks(workspace, trainableCount(blocks))),
  };
}

/** Prepares the linearization of a plan's network. */
export function planLinearization(
  plan: Plan,
  buffers: LinearizationBuffers = linearizationBuffers(plan),
): PlannedLinearization {
  const { kernels, outputs, blocks } = plan;
  const { workspace, weighted, seeded, kept, rowChunk } = buffers;
  const columns = trainableCount(blocks);
  const jacobians = layerJacobians(plan, workspace);
  const products = lazy(() => productsOf(plan));
  const crossGram = lazy(() => planCrossGram(workspace, jacobians));
  let examples = 0;
  let parameters: ParameterVector;
  let differentiated = false;

  const layers = lazy(() => ({
    kernels,
    outputs,
    rowBytes: workspace.rowBytes,
    jacobians,
    derivatives: derivativesOfBlocks(plan, kept()),
    get examples() {
      return examples;
    },
  }));

  /** The layers with their D: from the identity at the result back to the first trainable one. */
  const differentiate = (): LayerRows => {
    if (!differentiated) {
      writeIdentities(resultOf(plan, kept()), examples, outputs);
      backward(plan, parameters, examples, kept(), () => {});
      differentiated = true;
    }
    return layers();
  };

  /** Jᵀ u by one backward pass of the weighted sum of outputs: what SGD does. */
  const backpropagate = (u: FloatArray, out: ParameterVector): void => {
    kernels.copy(examples * outputs, u, resultOf(plan, seeded()).data);
    backward(plan, parameters, examples, seeded(), (l, e) => {
      if (jacobians[l]!.block.trainable) jacobians[l]!.pullback(examples, e, out.blocks[l]!);
    });
  };

  return {
    get rows() {
      return examples * outputs;
    },
    columns,
    example: numberExamples(plan),
    outputs: plan.result.data,

    at(theta, size) {
      parameters = theta;
      examples = size;
      differentiated = false;
      forward(plan, theta, size);
      return this;
    },
    resume(theta) {
      parameters = theta;
      // Another plan may have used the buffers since.
      differentiated = false;
    },

    pullback(u, out) {
      if (differentiated) pullbackFactors(layers(), u, weighted(), out);
      else backpropagate(u, out);
      return out;
    },

    pushforward: (d, out) => pushforwardFactors(differentiate(), d, out),
    gram: (weights, out) => assembleGram(differentiate(), weights, out),
    gramTraces: (z, scratch, out) => traceGramParts(differentiate(), z, scratch, out),
    layers: differentiate,
    plannedLayers: layers,
    cross(other, weights, out) {
      const others = other.layers();
      // Without factors to multiply, by the rows of both.
      return others
        ? crossGram()(differentiate(), others, weights, out)
        : products().cross(this, other, weights, out);
    },
    writeRows: (first, count, out) =>
      writeRows(differentiate(), columns, first / outputs, count / outputs, out),
    normal: (out) => assembleNormal(differentiate(), columns, rowChunk(), out),

    blocks: () => denseFactors(differentiate()),
  };
}

function denseFactors({ jacobians, derivatives }: LayerRows): readonly (JacobianFactors | null)[] {
  return jacobians.map(({ inputs }, l) =>
    inputs?.matrix ? { inputs: inputs.matrix, derivatives: derivatives[l]! } : null,
  );
}

/** K rows for each example. */
function numberExamples({ capacity, outputs }: Plan): Int32Array {
  return Int32Array.from({ length: capacity * outputs }, (_, row) => Math.floor(row / outputs));
}

/** For what goes by whole rows of J. */
function productsOf({ kernels, dtype, blocks }: Plan): RowProducts {
  return rowProducts({ kernels, dtype, parameters: trainableCount(blocks), groups: groupsOf(blocks) });
}

/** The derivatives with respect to f, where the way back begins. */
function resultOf({ values }: Plan, { of }: Derivatives): PlanMatrix {
  return of[values.length - 1]!;
}

/** For each block, the derivatives of the value that its node writes. */
function derivativesOfBlocks(plan: Plan, { of }: Derivatives): readonly (PlanMatrix | null)[] {
  const result: (PlanMatrix | null)[] = plan.blocks.map(() => null);
  for (const { block, output } of plan.nodes) if (block !== null) result[block] = of[output]!;
  return result;
}

/** D of the result: for each example the K × K identity, df_ik/df_ij. */
function writeIdentities(d: PlanMatrix, examples: number, outputs: number): void {
  for (let row = 0; row < examples * outputs; row++)
    for (let j = 0; j < outputs; j++) d.data[row * d.stride + j] = row % outputs === j ? 1 : 0;
}
