import type { FloatArray } from "../kernels/kernels.ts";
import { type EmbeddingFactors, levelOf } from "../network/layers/embedding.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { PlanMatrix } from "../network/plan-matrix.ts";
import type { BlockJacobian, BlockKind } from "./block-jacobian.ts";
import type { GramWorkspace } from "./gram-workspace.ts";

/**
 * The rows e_c ⊗ d_ik of an embedding, e_c the unit vector of the example's category c: two examples share parameters
 * where they share the category,
 *
 *     G_(ik)(jl) = [c_i = c_j] d_ik · d_jl
 *
 * and only these pairs are visited: of L levels of equally many examples n² / L of n² elements.
 */
export const embeddingBlocks: BlockKind<EmbeddingFactors> = {
  planJacobian: embeddingJacobian,
  chooseGram: (_, { columns }) => ({ method: "product", unitsAtOnce: columns, numbers: 0 }),
  /** n² (units + c) / levels where the levels are equally frequent. */
  gramFlops({ rows, columns }, examples, outputs, pass) {
    return { product: ((examples * outputs) ** 2 * (columns + pass)) / rows };
  },
};

function embeddingJacobian(
  { kernels, outputs, capacity }: GramWorkspace,
  block: ParameterBlock,
  { inputs: x, column }: EmbeddingFactors,
): BlockJacobian {
  const { rows: levels, columns } = block;
  const level = (i: number) => levelOf(x, i, column, levels);
  /** The examples of each level as chains: of each example the one before it, and of each level the last one. */
  const before = new Int32Array(capacity);
  const latest = new Int32Array(levels);
  const isKnown = new Uint8Array(capacity);
  let derivatives: PlanMatrix | null = null;

  /** Adds w d_ik · d_jl to the lower triangle of G, whose rows in `out` begin with those of the example `first`. */
  const addPair = (i: number, j: number, first: number, w: number, out: FloatArray, n: number): void => {
    const { data, stride } = derivatives!;
    for (let k = 0; k < outputs; k++) {
      const a = (i * outputs + k) * stride;
      const place = ((i - first) * outputs + k) * n + j * outputs;
      const end = i === j ? k + 1 : outputs;
      for (let l = 0; l < end; l++) {
        const b = (j * outputs + l) * stride;
        let sum = 0;
        for (let u = 0; u < columns; u++) sum += data[a + u]! * data[b + u]!;
        out[place + l]! += w * sum;
      }
    }
  };

  return {
    block,
    method: "product",
    weighInputs(examples, weight, out) {
      out.fill(0);
      for (let i = 0; i < examples; i++) {
        const c = level(i);
        if (c >= 0) out[c]! += weight;
      }
    },
    pullback(examples, e, out) {
      kernels.scale(levels * columns, 0, out);
      for (let i = 0; i < examples; i++) {
        const c = level(i);
        if (c < 0) continue;
        for (let j = 0; j < columns; j++) out[c * columns + j]! += e.data[i * e.stride + j]!;
      }
    },
    pushforward(examples, d, delta, out) {
      for (let row = 0; row < examples * outputs; row++) {
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
        derivatives = d;
        // Panels come in their order: what stands before this one has been linked.
        if (first === 0) latest.fill(-1);
        for (let i = first; i < end; i++) {
          const c = level(i);
          before[i] = c < 0 ? -1 : latest[c]!;
          isKnown[i] = c < 0 ? 0 : 1;
          if (c >= 0) latest[c] = i;
        }
      },
      add(first, end, w, _, out, n) {
        for (let i = first; i < end; i++)
          if (isKnown[i]) for (let j = i; j >= 0; j = before[j]!) addPair(i, j, first, w, out, n);
      },
    },
  };
}
