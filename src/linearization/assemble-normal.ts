import type { FloatArray } from "../kernels/kernels.ts";
import { viewFrom } from "../network/plan-matrix.ts";
import { forEachLayer, type LayerRows } from "./assemble-gram.ts";
import type { GramWorkspace } from "./gram-workspace.ts";

/** Buffers for some rows of J. */
export interface RowChunks {
  /** Examples whose rows are formed at once, at most. */
  readonly atOnce: number;
  readonly rows: FloatArray;
  /** Jᵀ J in the precision of the network. */
  readonly square: FloatArray;
}

/** Rows of J that are formed at once: enough for products at full speed, few enough to stay in cache. */
const chunkRows = 256;

export function planRowChunks({ kernels, dtype, outputs, capacity }: GramWorkspace, p: number): RowChunks {
  const atOnce = Math.min(capacity, Math.max(1, Math.floor(chunkRows / outputs)));
  return {
    atOnce,
    rows: kernels.allocate(dtype, atOnce * outputs * p),
    square: kernels.allocate(dtype, p * p),
  };
}

/** Rows of J of some examples, p numbers each. */
export function writeRows(
  rows: LayerRows,
  p: number,
  first: number,
  examples: number,
  out: FloatArray,
): void {
  forEachLayer(rows, ({ block, writeUnits }, d) =>
    writeUnits(d, first, examples, 0, block.columns, viewFrom(out, block.offset), p),
  );
}

/** Lower out <- Jᵀ J, summed over chunks of J's rows. */
export function assembleNormal(
  rows: LayerRows,
  p: number,
  chunk: RowChunks,
  out: Float64Array,
): Float64Array {
  const { kernels, outputs, examples } = rows;
  for (let first = 0; first < examples; first += chunk.atOnce) {
    const size = Math.min(chunk.atOnce, examples - first);
    writeRows(rows, p, first, size, chunk.rows);
    const beta = first === 0 ? 0 : 1;
    kernels.syrk(true, p, size * outputs, 1, chunk.rows, p, beta, chunk.square, p);
  }
  kernels.copy(p * p, chunk.square, out);
  return out;
}
