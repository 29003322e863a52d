import type { FloatArray } from "../kernels/kernels.ts";
import type { BlockShape } from "../network/layers/layer-kind.ts";
import type { BlockFactors } from "../network/layers.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { PlanMatrix } from "../network/plan-matrix.ts";
import type { GramShape, GramWorkspace } from "./gram-workspace.ts";

/**
 * The part of J that belongs to the parameters θ of one layer, n × (rows × columns), on the first `examples` of
 * its buffers. d holds the derivatives df_ik/dz of the layer: a row for each (example i, output k).
 */
export interface BlockJacobian {
  readonly block: ParameterBlock;
  /** out <- Jᵀ of the weighted derivatives e_i = Σ_k u_ik d_ik: a row for each example. */
  pullback(examples: number, e: PlanMatrix, out: FloatArray): void;
  /** out <- out + J Δ, n. */
  pushforward(examples: number, d: PlanMatrix, delta: FloatArray, out: FloatArray): void;
  /** Writes the columns of some units or of all in the rows of J of some examples. */
  readonly writeUnits: UnitRowsWriter;
  /** Whether writing some units takes as long as writing all: then all are asked for at once. */
  readonly writesAll?: boolean;
  /** w J_w J_wᵀ + v J_v J_vᵀ, n × n: the parts of the weights and of the biases. */
  readonly gram: GramPart;
  /** How the layer's part of the Gram matrix is formed. */
  readonly method: GramMethod;
  /** The ã, where rows of J are Σ_s scale ã_is ⊗ d_iks. Without them methods go by rows of J that are written. */
  readonly inputs?: InputRows;
  /** Where each ã_i is a unit vector or 0: out <- weight Σ_i ã_i, the diagonal of weight Ãᵀ Ã. */
  weighInputs?(examples: number, weight: number, out: Float64Array): void;
}

/** The inputs ã of a layer: a row for each position of each example, the one of the bias at its end. */
export interface InputRows {
  /** All of them, where an example has one position; null where they are written anew for each visit. */
  readonly matrix: PlanMatrix | null;
  /** Examples that are visited at once, at most. */
  readonly atOnce: number;
  /** Visits the rows of the first `examples` of a batch as a group of units sees them: those of `size` from `first` on. */
  visit(
    examples: number,
    group: number,
    visitor: (rows: FloatArray, stride: number, first: number, size: number) => void,
  ): void;
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
      add(examples: number, d: PlanMatrix, w: number, v: number, out: FloatArray): void;
    };

/**
 * How a layer's part of the Gram matrix comes about:
 *
 *     product    (Ã Ãᵀ) ∘ (D Dᵀ): two small Gram matrices and a Hadamard product
 *     pairs      Σ_st (ã_is · ã_jt) (d_is · d_jt) over all pairs of positions
 *     rows       the layer's rows of J, their product, then dropped
 */
export type GramMethod = "product" | "pairs" | "rows";

/** How a layer's part of the Gram matrix is formed, and what that takes. */
export interface GramChoice {
  readonly method: GramMethod;
  /** Units whose rows of J are formed at once; all of them by another method. */
  readonly unitsAtOnce: number;
  /** Numbers in its buffers, which the layers use one after the other. */
  readonly numbers: number;
}

/** Floating-point operations of the ways that a kind of layer allows, the symmetric products by half. */
export type GramFlops = { readonly [method in GramMethod]?: number };

/** All that the method knows of a kind of layer with parameters. */
export interface BlockKind<F extends BlockFactors = BlockFactors> {
  /** Plans the products with a layer's part of J; its inputs may be a copy of a batch that is gone. */
  planJacobian(workspace: GramWorkspace, block: ParameterBlock, factors: F): BlockJacobian;
  /** How its part of the Gram matrix is formed. Default: by rows of J, as many units at a time as fit. */
  chooseGram?(space: GramShape, block: ParameterBlock): GramChoice;
  /**
   * Counts the operations for n = examples × outputs residual rows. Default: those of the rows of J.
   *
   * @param pass What each element of an n × n matrix costs besides the products.
   */
  gramFlops?(block: BlockShape, examples: number, outputs: number, pass: number): GramFlops;
}

/** The leading dimension of d as a matrix with a row for each position: only a single one may have a gap after it. */
export function ldOfPositions({ positions, columns }: ParameterBlock, { stride }: PlanMatrix): number {
  return positions === 1 ? stride : columns;
}
