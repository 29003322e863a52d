import type { ParameterBlock } from "../network/network.ts";
import type { GramMethod } from "./block-jacobian.ts";
import { panelExamples } from "./gram-panels.ts";
import type { GramWorkspace } from "./gram-workspace.ts";
import { pairsAreCheaper, pairsNumbers } from "./pairs-gram.ts";
import { rowsNumbers, unitsAtOnce } from "./rows-gram.ts";

/** What the choice depends on, besides the layer. */
export type GramSpace = Pick<GramWorkspace, "capacity" | "outputs" | "rowBytes" | "dtype">;

/** How a layer's part of the Gram matrix is formed, and what that takes. */
export interface GramChoice {
  readonly method: GramMethod;
  /** Units whose rows of J are formed at once; all of them by another method. */
  readonly unitsAtOnce: number;
  /** Numbers in its buffers, which the layers use one after the other. */
  readonly numbers: number;
}

/** Chooses for a layer, by the operations and by the memory that its rows may take. */
export function chooseGram(space: GramSpace, block: ParameterBlock): GramChoice {
  const { capacity, outputs } = space;
  switch (block.kind) {
    case "embedding":
      return { method: "product", unitsAtOnce: block.columns, numbers: 0 };
    case "dense": {
      const numbers = Math.min(capacity, panelExamples(outputs)) * capacity * (1 + outputs ** 2);
      return { method: "product", unitsAtOnce: block.columns, numbers };
    }
    case "convolution":
      return block.groups === 1 && pairsAreCheaper(space, block)
        ? { method: "pairs", unitsAtOnce: block.columns, numbers: pairsNumbers(space, block) }
        : byRows(space, block);
    case "scale":
      return byRows(space, block);
  }
}

function byRows(space: GramSpace, block: ParameterBlock): GramChoice {
  return {
    method: "rows",
    unitsAtOnce: unitsAtOnce(space, block),
    numbers: rowsNumbers(space, block),
  };
}
