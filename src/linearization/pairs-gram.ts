import type { BlockShape } from "../network/layers/layer-kind.ts";
import { forEachChunk, type Patches } from "../network/layers/patches.ts";
import type { ParameterBlock } from "../network/network.ts";
import { type PlanMatrix, rowView, viewFrom } from "../network/plan-matrix.ts";
import { ldOfPositions } from "./block-jacobian.ts";
import type { GramShape, GramWorkspace } from "./gram-workspace.ts";
import { type RowsGram, rowsFlops } from "./rows-gram.ts";

/** Whether the pairs of positions cost fewer operations than the rows of J, and fit into the memory of the rows. */
export function pairsAreCheaper(space: GramShape, block: ParameterBlock): boolean {
  const n = space.capacity * space.outputs;
  const bytes = pairsNumbers(space, block) * (space.dtype === "float32" ? 4 : 8);
  return pairsFlops(block, n, 3) < rowsFlops(block, n) && bytes <= space.rowBytes;
}

/** n² S² (rows + units + c): pairs of positions, c what each of them costs besides the products. */
export function pairsFlops({ rows, columns, positions }: BlockShape, n: number, pass: number): number {
  return n ** 2 * positions ** 2 * (rows + columns + pass);
}

/** Numbers in the buffers of `planPairsGram`, its gaps between rows aside. */
export function pairsNumbers({ capacity, outputs }: GramShape, { rows, positions }: ParameterBlock): number {
  return capacity * positions * rows + capacity * positions ** 2 * (1 + outputs ** 2);
}

/**
 * Plans the Gram matrix of a convolution by pairs of positions,
 *
 *     G_(ik)(jl) += s² Σ_st (w a_is · a_jt + v) (d_iks · d_jlt)
 *
 * an example i at a time: its S windows against those of all examples j <= i.
 */
export function planPairsGram(
  { kernels, capacity, outputs, share }: GramWorkspace,
  block: ParameterBlock,
  image: PlanMatrix,
  patches: Patches,
): RowsGram {
  const { rows, columns, positions, scale, bias } = block;
  const { stride } = patches.matrix;
  const windows = share("windows", capacity * positions * stride);
  const ofInputs = share("window products", capacity * positions ** 2);
  const ofDerivatives = share("derivative products", capacity * outputs * positions ** 2 * outputs);

  return (examples, d, w, v, out) => {
    const n = examples * outputs;
    const [a, p, q] = [windows(), ofInputs(), ofDerivatives()];
    forEachChunk(examples, patches.atOnce, (first, size) => {
      patches.unfold(image, first, size, 0);
      kernels.copy(size * positions * stride, patches.matrix.data, viewFrom(a, first * positions * stride));
    });
    const ldd = ldOfPositions(block, d);
    for (let i = 0; i < examples; i++) {
      const ldp = (i + 1) * positions;
      const ldq = ldp * outputs;
      const own = viewFrom(a, i * positions * stride);
      kernels.gemm(false, true, positions, ldp, rows, 1, own, stride, a, stride, 0, p, ldp);
      const ofOwn = rowView(d, i * outputs);
      kernels.gemm(false, true, outputs * positions, ldq, columns, 1, ofOwn, ldd, d.data, ldd, 0, q, ldq);
      for (let k = 0; k < outputs; k++)
        for (let row = 0; row <= i * outputs + k; row++)
          out[(i * outputs + k) * n + row]! +=
            scale ** 2 * contract(p, q, positions, k, row, outputs, ldp, ldq, w, bias ? v - w : 0);
    }
  };
}

/** Σ_st (w P[s, (j, t)] + shift) Q[(k, s), (row, t)], row = j K + l; P of the inputs, Q of the derivatives of example i. */
function contract(
  p: ArrayLike<number>,
  q: ArrayLike<number>,
  positions: number,
  k: number,
  row: number,
  outputs: number,
  ldp: number,
  ldq: number,
  w: number,
  shift: number,
): number {
  const j = Math.floor(row / outputs);
  let sum = 0;
  for (let s = 0; s < positions; s++)
    for (let t = 0; t < positions; t++)
      sum +=
        (w * p[s * ldp + j * positions + t]! + shift) * q[(k * positions + s) * ldq + row * positions + t]!;
  return sum;
}
