import type { ParameterBlock } from "../network/network.ts";
import { type PlanMatrix, rowView } from "../network/plan-matrix.ts";
import type { BlockJacobian } from "./block-jacobian.ts";
import type { GramWorkspace } from "./gram-workspace.ts";

/** The rows s ã_i ⊗ d_ik of a dense layer; its inputs ã may be a copy of a batch that is gone. */
export function denseJacobian(
  { kernels, capacity, outputs, share }: GramWorkspace,
  block: ParameterBlock,
  a: PlanMatrix,
): BlockJacobian {
  const { rows, columns, scale, bias } = block;
  const products = share("products", capacity * columns);
  const ofInputs = share("input square", capacity ** 2);
  const ofDerivatives = share("derivative square", (capacity * outputs) ** 2);
  return {
    block,
    method: "product",
    pullback(count, e, out) {
      kernels.gemm(
        true,
        false,
        rows,
        columns,
        count,
        scale,
        a.data,
        a.stride,
        e.data,
        e.stride,
        0,
        out,
        columns,
      );
    },
    pushforward(count, d, delta, out) {
      const t = products();
      kernels.gemm(false, false, count, columns, rows, 1, a.data, a.stride, delta, columns, 0, t, columns);
      kernels.rowDots(count, outputs, columns, scale, d.data, d.stride, t, columns, out);
    },
    writeRows(d, first, examples, out, ld) {
      const from = rowView(a, first);
      const derivatives = rowView(d, first * outputs);
      kernels.faceSplit(
        examples,
        outputs,
        rows,
        columns,
        scale,
        from,
        a.stride,
        derivatives,
        d.stride,
        out,
        ld,
      );
    },
    prepareGram(count, d) {
      const n = count * outputs;
      kernels.syrk(false, count, rows, 1, a.data, a.stride, 0, ofInputs(), count);
      kernels.syrk(false, n, columns, 1, d.data, d.stride, 0, ofDerivatives(), n);
    },
    addGram(count, _, w, v, out) {
      // Ã Ãᵀ = A Aᵀ + 1 where there is a bias.
      const n = count * outputs;
      const [s, t] = [scale ** 2 * w, bias ? scale ** 2 * (v - w) : 0];
      kernels.accumulateGram(count, outputs, s, t, ofInputs(), count, ofDerivatives(), n, out, n);
    },
  };
}
