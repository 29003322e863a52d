import type { ScaleFactors } from "../network/layers/scale.ts";
import { rowView, viewFrom } from "../network/plan-matrix.ts";
import type { BlockKind } from "./block-jacobian.ts";
import { chooseRows } from "./rows-gram.ts";
import { rowsJacobian } from "./rows-jacobian.ts";

/** The rows (Σ_s x_sc d_sc, Σ_s d_sc) of the factor and the shift of each channel c, over the positions s. */
export const scaleBlocks: BlockKind<ScaleFactors> = {
  planJacobian(workspace, block, { inputs: x }) {
    const { kernels } = workspace;
    const { columns, positions, inputs, bias } = block;
    return rowsJacobian(workspace, block, (d, first, examples, repeat, out, ld) => {
      const from = rowView(x, first);
      const ds = rowView(d, first * repeat);
      if (inputs > 0)
        kernels.channelDots(examples, repeat, positions, columns, from, x.stride, ds, d.stride, out, ld);
      if (bias) {
        const shifts = viewFrom(out, inputs * columns);
        kernels.channelDots(examples, repeat, positions, columns, null, 0, ds, d.stride, shifts, ld);
      }
    });
  },
  chooseGram: (space, block) => chooseRows(space, block, block.columns),
};
