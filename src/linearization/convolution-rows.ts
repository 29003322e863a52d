import type { FloatArray } from "../kernels/kernels.ts";
import type { ConvolutionFactors } from "../network/layers/convolution.ts";
import { forEachChunk } from "../network/layers/patches.ts";
import type { ParameterBlock } from "../network/network.ts";
import { type PlanMatrix, rowView, viewFrom } from "../network/plan-matrix.ts";
import type { UnitRowsWriter } from "./block-jacobian.ts";
import type { GramWorkspace } from "./gram-workspace.ts";

/** The leading dimension of d as a matrix with a row for each position: only a single one may have a gap after it. */
export function ldOfPositions({ positions, columns }: ParameterBlock, { stride }: PlanMatrix): number {
  return positions === 1 ? stride : columns;
}

/** Writes rows of J, s Σ_s ã_is ⊗ d_iks: for each example and output the product of its windows and derivatives. */
export function convolutionRows(
  { kernels, outputs }: GramWorkspace,
  block: ParameterBlock,
  { inputs: image, patches }: ConvolutionFactors,
): UnitRowsWriter {
  const { rows, columns, groups, positions, scale } = block;
  const { data, stride } = patches.matrix;
  const filters = columns / groups;

  /** One (example, output): `windows` is where its windows begin. */
  const writeRow = (
    windows: FloatArray,
    derivatives: FloatArray,
    ldd: number,
    units: number,
    out: FloatArray,
    ld: number,
  ): void =>
    kernels.gemm(true, false, rows, units, positions, scale, windows, stride, derivatives, ldd, 0, out, ld);

  return (d, first, count, unit, units, out, ld) => {
    const ldd = ldOfPositions(block, d);
    // A range of units may reach over several groups.
    for (let at = unit; at < unit + units; ) {
      const group = Math.floor(at / filters);
      const end = Math.min(unit + units, (group + 1) * filters);
      forEachChunk(count, patches.examples, (start, size) => {
        patches.unfold(image, first + start, size, group);
        for (let ik = 0; ik < size * outputs; ik++) {
          const windows = viewFrom(data, Math.floor(ik / outputs) * positions * stride);
          const derivatives = viewFrom(rowView(d, (first + start) * outputs + ik), at);
          const row = viewFrom(viewFrom(out, (start * outputs + ik) * ld), at - unit);
          writeRow(windows, derivatives, ldd, end - at, row, units);
        }
      });
      at = end;
    }
  };
}
