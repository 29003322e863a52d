import type { BlockShape } from "../network/layers/layer-kind.ts";
import type { BlockFactors } from "../network/layers.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { Plan } from "../network/plan.ts";
import type { BlockKind, GramChoice, GramFlops, LayerJacobian } from "./block-jacobian.ts";
import { convolutionBlocks } from "./convolution-jacobian.ts";
import { denseBlocks } from "./dense-jacobian.ts";
import { embeddingBlocks } from "./embedding-jacobian.ts";
import type { GramShape, GramWorkspace } from "./gram-workspace.ts";
import { chooseRows, rowsFlops } from "./rows-gram.ts";
import { scaleBlocks } from "./scale-jacobian.ts";

const blockKinds: {
  readonly [K in BlockFactors["kind"]]: BlockKind<BlockFactors & { readonly kind: K }>;
} = {
  dense: denseBlocks,
  convolution: convolutionBlocks,
  scale: scaleBlocks,
  embedding: embeddingBlocks,
};

function kindOf({ kind }: Pick<BlockShape, "kind">): BlockKind {
  return blockKinds[kind];
}

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
  return { ...kindOf(factors).planJacobian(workspace, block, factors), factors };
}

/** Chooses how a layer's part of the Gram matrix is formed, by the operations and the memory that its rows may take. */
export function chooseGram(space: GramShape, block: ParameterBlock): GramChoice {
  return kindOf(block).chooseGram?.(space, block) ?? chooseRows(space, block);
}

/** As `BlockKind.gramFlops`. */
export function gramFlops(block: BlockShape, examples: number, outputs: number, pass = 3): GramFlops {
  return (
    kindOf(block).gramFlops?.(block, examples, outputs, pass) ?? {
      rows: rowsFlops(block, examples * outputs),
    }
  );
}

/** The operations of the way that a layer's kind allows and that costs least. */
export function leastGramFlops(block: BlockShape, examples: number, outputs: number, pass?: number): number {
  return Math.min(...Object.values(gramFlops(block, examples, outputs, pass)));
}
