import type { FloatArray } from "../kernels/kernels.ts";
import type { Plan, PlanMatrix } from "../network/plan.ts";
import { writeJacobianRows } from "./jacobian-rows.ts";

/** Buffers for some rows of J, and the views from which each chunk of examples starts. */
export interface RowChunks {
  /** Examples in a chunk. */
  readonly examples: number;
  readonly rows: FloatArray;
  /** Jᵀ J in the precision of the network. */
  readonly square: FloatArray;
  /** For each layer, where its columns of `rows` begin. */
  readonly columns: readonly FloatArray[];
}

/** Rows of J that are formed at once: enough for products at full speed, few enough to stay in cache. */
const chunkRows = 256;

export function planRowChunks({ kernels, dtype, outputs, capacity, blocks }: Plan, p: number): RowChunks {
  const examples = Math.min(capacity, Math.max(1, Math.floor(chunkRows / outputs)));
  const rows = kernels.allocate(dtype, examples * outputs * p);
  return {
    examples,
    rows,
    square: kernels.allocate(dtype, p * p),
    columns: blocks.map((block) => rows.subarray(block.trainable ? block.offset : 0)),
  };
}

/** Lower out <- Jᵀ J, summed over chunks of J's rows. */
export function assembleNormal(
  plan: Plan,
  count: number,
  derivatives: readonly (PlanMatrix | null)[],
  p: number,
  chunk: RowChunks,
  out: Float64Array,
): Float64Array {
  const { kernels, outputs } = plan;
  for (let start = 0; start < count; start += chunk.examples) {
    const examples = Math.min(chunk.examples, count - start);
    for (let l = 0; l < plan.blocks.length; l++)
      writeJacobianRows(
        kernels,
        plan.blocks[l]!,
        outputs,
        plan.inputs[l]!,
        derivatives[l]!,
        start,
        examples,
        chunk.columns[l]!,
        p,
      );
    const beta = start === 0 ? 0 : 1;
    kernels.syrk(true, p, examples * outputs, 1, chunk.rows, p, beta, chunk.square, p);
  }
  kernels.copy(p * p, chunk.square, out);
  return out;
}
