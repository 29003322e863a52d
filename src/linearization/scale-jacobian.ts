import type { FloatArray } from "../kernels/kernels.ts";
import type { ScaleFactors } from "../network/layers/scale.ts";
import type { ParameterBlock } from "../network/network.ts";
import { type PlanMatrix, rowView, viewFrom } from "../network/plan-matrix.ts";
import type { BlockJacobian, BlockKind, UnitRowsWriter } from "./block-jacobian.ts";
import type { GramWorkspace } from "./gram-workspace.ts";
import { chooseRows, planRowsGram } from "./rows-gram.ts";

/**
 * The rows (Σ_s x_sc d_sc, Σ_s d_sc) of the factor and the shift of each channel c, over the positions s. They are short:
 * all channels at once, always.
 */
export const scaleBlocks: BlockKind<ScaleFactors> = {
  planJacobian: (workspace, block, { inputs }) => scaleJacobian(workspace, block, inputs),
  chooseGram: (space, block) => chooseRows(space, block, block.columns),
};

function scaleJacobian(workspace: GramWorkspace, block: ParameterBlock, x: PlanMatrix): BlockJacobian {
  const { kernels, outputs, capacity, share } = workspace;
  const { columns, positions, inputs, bias, rows } = block;
  const hasScale = inputs > 0;
  const size = rows * columns;
  const ownRows = share("scale rows", capacity * outputs * size);

  const writeRows = (
    d: PlanMatrix,
    first: number,
    examples: number,
    repeat: number,
    out: FloatArray,
    ld: number,
  ): void => {
    const from = rowView(x, first);
    const ds = rowView(d, first * repeat);
    if (hasScale)
      kernels.channelDots(examples, repeat, positions, columns, from, x.stride, ds, d.stride, out, ld);
    if (bias) {
      const shifts = viewFrom(out, inputs * columns);
      kernels.channelDots(examples, repeat, positions, columns, null, 0, ds, d.stride, shifts, ld);
    }
  };
  const writeUnits: UnitRowsWriter = (d, first, examples, unit, units, out, ld) => {
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
