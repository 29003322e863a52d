import type { FloatArray } from "../kernels/kernels.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { PlanMatrix } from "../network/plan-matrix.ts";
import type { BlockJacobian } from "./block-jacobian.ts";
import type { GramWorkspace } from "./gram-workspace.ts";
import { planRowsGram } from "./rows-gram.ts";

/**
 * Writes a layer's rows of J, rows × columns numbers each, ld apart, of some examples: `repeat` for each, one for each of
 * its derivatives d.
 */
export type RowsWriter = (
  d: PlanMatrix,
  first: number,
  examples: number,
  repeat: number,
  out: FloatArray,
  ld: number,
) => void;

/** All products with a layer's part of J by its rows, all units at once: for a layer of few parameters. */
export function rowsJacobian(
  workspace: GramWorkspace,
  block: ParameterBlock,
  writeRows: RowsWriter,
): BlockJacobian {
  const { kernels, outputs, capacity, share } = workspace;
  const { rows, columns } = block;
  const size = rows * columns;
  const ownRows = share("own rows", capacity * outputs * size);

  const writeUnits: BlockJacobian["writeUnits"] = (d, first, examples, unit, units, out, ld) => {
    if (units === columns) {
      writeRows(d, first, examples, outputs, out, ld);
      return;
    }
    const own = ownRows();
    writeRows(d, first, examples, outputs, own, size);
    for (let row = 0; row < examples * outputs; row++)
      for (let e = 0; e < rows; e++)
        for (let j = 0; j < units; j++)
          out[row * ld + e * units + j] = own[row * size + e * columns + unit + j]!;
  };

  return {
    block,
    method: "rows",
    pullback(examples, e, out) {
      const own = ownRows();
      writeRows(e, 0, examples, 1, own, size);
      // The sum of the rows: they are the positions of one example.
      kernels.channelDots(1, 1, examples, size, null, 0, own, examples * size, out, size);
    },
    pushforward(examples, d, delta, out) {
      const own = ownRows();
      const n = examples * outputs;
      writeRows(d, 0, examples, outputs, own, size);
      kernels.gemm(false, false, n, 1, size, 1, own, size, delta, 1, 1, out, 1);
    },
    writeUnits,
    writesAll: true,
    gram: { by: "whole", add: planRowsGram(workspace, block, writeUnits, columns) },
  };
}
