import type { FloatArray } from "../kernels/kernels.ts";
import type { BlockFactors } from "../network/layers.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { Plan } from "../network/plan.ts";
import type { PlanMatrix } from "../network/plan-matrix.ts";
import { convolutionJacobian } from "./convolution-jacobian.ts";
import { denseJacobian } from "./dense-jacobian.ts";
import { embeddingJacobian } from "./embedding-jacobian.ts";
import type { GramWorkspace } from "./gram-workspace.ts";
import { scaleJacobian } from "./scale-jacobian.ts";

/**
 * The part of J that belongs to the parameters θ of one layer, n × (rows × columns), on the first `count` examples
 * of its buffers. d holds the derivatives df_ik/dz of the layer: a row for each (example i, output k).
 */
export interface BlockJacobian {
  readonly block: ParameterBlock;
  /** out <- Jᵀ of the weighted derivatives e_i = Σ_k u_ik d_ik: a row for each example. */
  pullback(count: number, e: PlanMatrix, out: FloatArray): void;
  /** out <- out + J Δ, n. */
  pushforward(count: number, d: PlanMatrix, delta: FloatArray, out: FloatArray): void;
  /** Writes the columns of some units or of all in the rows of J of some examples. */
  readonly writeUnits: UnitRowsWriter;
  /** w J_w J_wᵀ + v J_v J_vᵀ, n × n: the parts of the weights and of the biases. */
  readonly gram: GramPart;
  /** How the layer's part of the Gram matrix is formed. */
  readonly method: GramMethod;
}

/** The same with what it is made of, besides the derivatives. */
export interface LayerJacobian extends BlockJacobian {
  readonly factors: BlockFactors;
}

/** Writes the columns of some units of a layer: rows × units for each row of J, ld apart. */
export type UnitRowsWriter = (
  d: PlanMatrix,
  first: number,
  examples: number,
  firstUnit: number,
  units: number,
  out: FloatArray,
  ld: number,
) => void;

/** Adds a layer's part to the lower Gram matrix: some rows at a time, or all at once. */
export type GramPart =
  | {
      readonly by: "panels";
      /** Prepares what `add` adds to the rows of the examples first <= i < end. */
      prepare(first: number, end: number, d: PlanMatrix): void;
      /** `rows`: G from the first of these rows on, leading dimension n. */
      add(first: number, end: number, w: number, v: number, rows: FloatArray, n: number): void;
    }
  | {
      readonly by: "whole";
      add(count: number, d: PlanMatrix, w: number, v: number, out: FloatArray): void;
    };

/**
 * How a layer's part of the Gram matrix comes about:
 *
 *     product    (Ã Ãᵀ) ∘ (D Dᵀ): two small Gram matrices and a Hadamard product
 *     pairs      Σ_st (ã_is · ã_jt) (d_is · d_jt) over all pairs of positions
 *     rows       the layer's rows of J, their product, then dropped
 */
export type GramMethod = "product" | "pairs" | "rows";

/** The Jacobians of all layers of a plan that have parameters. */
export function layerJacobians(plan: Plan, workspace: GramWorkspace): readonly LayerJacobian[] {
  return plan.blocks.map((block, l) => layerJacobian(workspace, block, plan.factors[l]!));
}

/** The Jacobian of one layer; its inputs may be a copy of a batch that is gone. */
export function layerJacobian(
  workspace: GramWorkspace,
  block: ParameterBlock,
  factors: BlockFactors,
): LayerJacobian {
  return { ...jacobianByKind(workspace, block, factors), factors };
}

function jacobianByKind(
  workspace: GramWorkspace,
  block: ParameterBlock,
  factors: BlockFactors,
): BlockJacobian {
  switch (factors.kind) {
    case "dense":
      return denseJacobian(workspace, block, factors.inputs);
    case "convolution":
      return convolutionJacobian(workspace, block, factors);
    case "scale":
      return scaleJacobian(workspace, block, factors.inputs);
    case "embedding":
      return embeddingJacobian(workspace, block, factors.inputs, factors.column);
  }
}
