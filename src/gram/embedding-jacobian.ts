import type { ParameterBlock } from "../network/network.ts";
import { levelOf } from "../network/nodes/embedding-node.ts";
import type { PlanMatrix } from "../network/plan-matrix.ts";
import type { BlockJacobian } from "./block-jacobian.ts";
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
  const same = share("input square", capacity ** 2);
  const ofDerivatives = share("derivative square", (capacity * outputs) ** 2);
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
    writeRows(d, first, examples, out, ld) {
      for (let row = 0; row < examples * outputs; row++) {
        out.fill(0, row * ld, row * ld + levels * columns);
        const c = level(first + Math.floor(row / outputs));
        if (c < 0) continue;
        for (let j = 0; j < columns; j++)
          out[row * ld + c * columns + j] = d.data[(first * outputs + row) * d.stride + j]!;
      }
    },
    prepareGram(count, d) {
      const n = count * outputs;
      const p = same();
      for (let i = 0; i < count; i++)
        for (let j = 0; j <= i; j++) p[i * count + j] = level(i) >= 0 && level(i) === level(j) ? 1 : 0;
      kernels.syrk(false, n, columns, 1, d.data, d.stride, 0, ofDerivatives(), n);
    },
    addGram(count, _, w, __, out) {
      const n = count * outputs;
      kernels.accumulateGram(count, outputs, w, 0, same(), count, ofDerivatives(), n, out, n);
    },
  };
}
