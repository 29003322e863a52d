import type { DenseFactors } from "../network/layers/dense.ts";
import type { ParameterBlock } from "../network/network.ts";
import { type PlanMatrix, rowView, viewFrom } from "../network/plan-matrix.ts";
import type { BlockJacobian, BlockKind } from "./block-jacobian.ts";
import { panelExamples, writePanel } from "./gram-panels.ts";
import type { GramWorkspace } from "./gram-workspace.ts";

/** The rows s ã_i ⊗ d_ik of a dense layer. */
export const denseBlocks: BlockKind<DenseFactors> = {
  planJacobian: (workspace, block, { inputs }) => denseJacobian(workspace, block, inputs),
  chooseGram({ capacity, outputs }, { columns }) {
    const numbers = Math.min(capacity, panelExamples(outputs)) * capacity * (1 + outputs ** 2);
    return { method: "product", unitsAtOnce: columns, numbers };
  },
  /** b² rows + n² (units + c). */
  gramFlops({ rows, columns }, examples, outputs, pass) {
    return { product: examples ** 2 * rows + (examples * outputs) ** 2 * (columns + pass) };
  },
};

function denseJacobian(
  { kernels, capacity, outputs, share }: GramWorkspace,
  block: ParameterBlock,
  matrix: PlanMatrix,
): BlockJacobian {
  const { data: a, stride: lda } = matrix;
  const { rows, columns, scale, bias } = block;
  const products = share("products", capacity * columns);
  const atOnce = Math.min(capacity, panelExamples(outputs));
  const ofInputs = share("input panel", atOnce * capacity);
  const ofDerivatives = share("derivative panel", atOnce * capacity * outputs ** 2);
  return {
    block,
    method: "product",
    inputs: {
      matrix,
      atOnce: capacity,
      visit: (examples, _, visitor) => visitor(a, lda, 0, examples),
    },
    pullback(examples, e, out) {
      const { data, stride } = e;
      kernels.gemm(true, false, rows, columns, examples, scale, a, lda, data, stride, 0, out, columns);
    },
    pushforward(examples, d, delta, out) {
      const t = products();
      kernels.gemm(false, false, examples, columns, rows, 1, a, lda, delta, columns, 0, t, columns);
      kernels.rowDots(examples, outputs, columns, scale, d.data, d.stride, t, columns, out);
    },
    writeUnits(d, first, examples, unit, units, out, ld) {
      const from = rowView(matrix, first);
      const derivatives = viewFrom(rowView(d, first * outputs), unit);
      kernels.faceSplit(examples, outputs, rows, units, scale, from, lda, derivatives, d.stride, out, ld);
    },
    gram: {
      by: "panels",
      prepare(first, end, d) {
        writePanel(kernels, first, end, rows, matrix, ofInputs());
        writePanel(kernels, first * outputs, end * outputs, columns, d, ofDerivatives());
      },
      add(first, end, w, v, out, n) {
        // Ã Ãᵀ = A Aᵀ + 1 where there is a bias.
        const [s, t] = [scale ** 2 * w, bias ? scale ** 2 * (v - w) : 0];
        const [p, q] = [ofInputs(), ofDerivatives()];
        kernels.accumulateGram(first, end - first, outputs, s, t, p, end, q, end * outputs, out, n);
      },
    },
  };
}
