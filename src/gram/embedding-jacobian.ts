import type { ParameterBlock } from "../network/network.ts";
import { levelOf } from "../network/nodes/embedding-node.ts";
import type { PlanMatrix } from "../network/plan-matrix.ts";
import type { BlockJacobian } from "./block-jacobian.ts";
import { panelExamples, writePanel } from "./gram-panels.ts";
import type { GramWorkspace } from "./gram-workspace.ts";

/**
 * The rows e_c ⊗ d_ik of an embedding, e_c the unit vector of the example's category c: two examples share parameters
 * where they share the category,
 *
 *     G_(ik)(jl) = [c_i = c_j] d_ik · d_jl
 */
export function embeddingJacobian(
  { kernels, outputs, capacity, share }: GramWorkspace,
  block: ParameterBlock,
  x: PlanMatrix,
  column: number,
): BlockJacobian {
  const { rows: levels, columns } = block;
  const examples = Math.min(capacity, panelExamples(outputs));
  const same = share("input panel", examples * capacity);
  const ofDerivatives = share("derivative panel", examples * capacity * outputs ** 2);
  const level = (i: number) => levelOf(x, i, column, levels);

  return {
    block,
    method: "product",
    pullback(count, e, out) {
      kernels.scale(levels * columns, 0, out);
      for (let i = 0; i < count; i++) {
        const c = level(i);
        if (c < 0) continue;
        for (let j = 0; j < columns; j++) out[c * columns + j]! += e.data[i * e.stride + j]!;
      }
    },
    pushforward(count, d, delta, out) {
      for (let row = 0; row < count * outputs; row++) {
        const c = level(Math.floor(row / outputs));
        if (c < 0) continue;
        for (let j = 0; j < columns; j++) out[row]! += d.data[row * d.stride + j]! * delta[c * columns + j]!;
      }
    },
    writeUnits(d, first, examples, unit, units, out, ld) {
      for (let row = 0; row < examples * outputs; row++) {
        out.fill(0, row * ld, row * ld + levels * units);
        const c = level(first + Math.floor(row / outputs));
        if (c < 0) continue;
        for (let j = 0; j < units; j++)
          out[row * ld + c * units + j] = d.data[(first * outputs + row) * d.stride + unit + j]!;
      }
    },
    gram: {
      by: "panels",
      prepare(first, end, d) {
        const p = same();
        for (let i = first; i < end; i++)
          for (let j = 0; j <= i; j++)
            p[(i - first) * end + j] = level(i) >= 0 && level(i) === level(j) ? 1 : 0;
        writePanel(kernels, first * outputs, end * outputs, columns, d, ofDerivatives());
      },
      add(first, end, w, _, out, n) {
        const q = ofDerivatives();
        kernels.accumulateGram(first, end - first, outputs, w, 0, same(), end, q, end * outputs, out, n);
      },
    },
  };
}
