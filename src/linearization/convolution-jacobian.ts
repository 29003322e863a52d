import type { FloatArray } from "../kernels/kernels.ts";
import type { ConvolutionFactors } from "../network/layers/convolution.ts";
import { forEachChunk } from "../network/layers/patches.ts";
import type { ParameterBlock } from "../network/network.ts";
import { rowView, viewFrom } from "../network/plan-matrix.ts";
import {
  type BlockJacobian,
  type BlockKind,
  type GramChoice,
  type InputRows,
  ldOfPositions,
  type UnitRowsWriter,
} from "./block-jacobian.ts";
import type { GramShape, GramWorkspace } from "./gram-workspace.ts";
import { pairsAreCheaper, pairsFlops, pairsNumbers, planPairsGram } from "./pairs-gram.ts";
import { chooseRows, planRowsGram, rowsFlops } from "./rows-gram.ts";

/**
 * The rows Σ_s s ã_is ⊗ d_iks of a convolution. The windows are written anew wherever they are needed: they are larger
 * than the image.
 */
export const convolutionBlocks: BlockKind<ConvolutionFactors> = {
  planJacobian: convolutionJacobian,
  chooseGram,
  gramFlops(block, examples, outputs, pass) {
    const n = examples * outputs;
    return { pairs: pairsFlops(block, n, pass), rows: rowsFlops(block, n) };
  },
};

function chooseGram(space: GramShape, block: ParameterBlock): GramChoice {
  return block.groups === 1 && pairsAreCheaper(space, block)
    ? { method: "pairs", unitsAtOnce: block.columns, numbers: pairsNumbers(space, block) }
    : chooseRows(space, block);
}

function convolutionJacobian(
  workspace: GramWorkspace,
  block: ParameterBlock,
  factors: ConvolutionFactors,
): BlockJacobian {
  const { inputs: image, patches } = factors;
  const inputs = windowRows(factors);
  const { method } = chooseGram(workspace, block);
  const writeUnits = convolutionRows(workspace, block, factors);
  return {
    block,
    method,
    inputs,
    pullback: planPullback(workspace, block, inputs),
    pushforward: planPushforward(workspace, block, factors),
    writeUnits,
    gram: {
      by: "whole",
      add:
        method === "pairs"
          ? planPairsGram(workspace, block, image, patches)
          : planRowsGram(workspace, block, writeUnits),
    },
  };
}

/** The windows, written anew wherever they are needed. */
function windowRows({ inputs: image, patches }: ConvolutionFactors): InputRows {
  const { atOnce } = patches;
  const { data, stride } = patches.matrix;
  return {
    matrix: null,
    atOnce,
    visit: (examples, group, visitor) =>
      forEachChunk(examples, atOnce, (first, size) => {
        patches.unfold(image, first, size, group);
        visitor(data, stride, first, size);
      }),
  };
}

/** s Σ_i Ã_iᵀ E_i, some examples at a time. */
function planPullback(
  { kernels }: GramWorkspace,
  block: ParameterBlock,
  inputs: InputRows,
): BlockJacobian["pullback"] {
  const { rows, columns, groups, positions, scale } = block;
  const filters = columns / groups;
  return (examples, e, out) => {
    const lde = ldOfPositions(block, e);
    for (let g = 0; g < groups; g++) {
      const own = viewFrom(out, g * filters);
      inputs.visit(examples, g, (data, stride, first, size) => {
        const [m, beta] = [size * positions, first === 0 ? 0 : 1];
        const d = viewFrom(rowView(e, first), g * filters);
        kernels.gemm(true, false, rows, filters, m, scale, data, stride, d, lde, beta, own, columns);
      });
    }
  };
}

/** T_i = Ã_i Δ, then s D_ik · T_i, some examples at a time. */
function planPushforward(
  { kernels, outputs, share }: GramWorkspace,
  block: ParameterBlock,
  { inputs: image, patches }: ConvolutionFactors,
): BlockJacobian["pushforward"] {
  const { rows, columns, groups, positions, scale } = block;
  const { data, stride } = patches.matrix;
  const filters = columns / groups;
  const width = positions * columns;
  const products = share("products", patches.atOnce * width);
  const multiply = (m: number, delta: FloatArray, t: FloatArray): void =>
    kernels.gemm(false, false, m, filters, rows, 1, data, stride, delta, columns, 0, t, columns);
  return (examples, d, delta, out) => {
    const t = products();
    forEachChunk(examples, patches.atOnce, (first, size) => {
      for (let g = 0; g < groups; g++) {
        patches.unfold(image, first, size, g);
        multiply(size * positions, viewFrom(delta, g * filters), viewFrom(t, g * filters));
      }
      const derivatives = rowView(d, first * outputs);
      const sums = viewFrom(out, first * outputs);
      kernels.rowDots(size, outputs, width, scale, derivatives, d.stride, t, width, sums);
    });
  };
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

  return (d, first, examples, unit, units, out, ld) => {
    const ldd = ldOfPositions(block, d);
    // A range of units may reach over several groups.
    for (let at = unit; at < unit + units; ) {
      const group = Math.floor(at / filters);
      const end = Math.min(unit + units, (group + 1) * filters);
      forEachChunk(examples, patches.atOnce, (start, size) => {
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
