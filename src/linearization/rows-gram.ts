import type { FloatArray } from "../kernels/kernels.ts";
import type { ParameterBlock } from "../network/network.ts";
import { type PlanMatrix, viewFrom } from "../network/plan-matrix.ts";
import type { UnitRowsWriter } from "./block-jacobian.ts";
import type { GramWorkspace } from "./gram-workspace.ts";

/** Lower out <- out + w J_w J_wᵀ + v J_v J_vᵀ by rows of J that are formed, multiplied and dropped. */
export type RowsGram = (count: number, d: PlanMatrix, w: number, v: number, out: FloatArray) => void;

/**
 * Units whose rows are formed at once: all where these take less than `rowBytes`, else as many as do, at least one. A
 * scale's rows are short: all at once, always.
 */
export function unitsAtOnce(
  { capacity, outputs, rowBytes, dtype }: Pick<GramWorkspace, "capacity" | "outputs" | "rowBytes" | "dtype">,
  { kind, rows, columns }: ParameterBlock,
): number {
  if (kind === "scale") return columns;
  const bytesPerUnit = capacity * outputs * rows * (dtype === "float32" ? 4 : 8);
  return Math.max(1, Math.min(columns, Math.floor(rowBytes / bytesPerUnit)));
}

/** Numbers in the buffers of `planRowsGram`: the rows that are formed at once, and their product. */
export function rowsNumbers(
  space: Pick<GramWorkspace, "capacity" | "outputs" | "rowBytes" | "dtype">,
  block: ParameterBlock,
): number {
  const most = space.capacity * space.outputs;
  return most * block.rows * unitsAtOnce(space, block) + most ** 2;
}

/**
 * Plans the Gram matrix of one layer by its rows of J: all its units at once where these rows take less than
 * `rowBytes`, else as many units at a time as do.
 */
export function planRowsGram(
  workspace: GramWorkspace,
  block: ParameterBlock,
  write: UnitRowsWriter,
): RowsGram {
  const { kernels, capacity, outputs, share } = workspace;
  const { rows, columns, inputs, bias } = block;
  const most = capacity * outputs;
  const atOnce = unitsAtOnce(workspace, block);
  const chunk = share("rows", most * rows * atOnce);
  const square = share("row square", most ** 2);
  return (count, d, w, v, out) => {
    const n = count * outputs;
    const [j, s] = [chunk(), square()];
    for (let unit = 0; unit < columns; unit += atOnce) {
      const units = Math.min(atOnce, columns - unit);
      const size = rows * units;
      write(d, 0, count, unit, units, j, size);
      const beta = unit === 0 ? 0 : 1;
      kernels.syrk(false, n, inputs * units, w, j, size, beta, s, n);
      if (bias) kernels.syrk(false, n, units, v, viewFrom(j, inputs * units), size, 1, s, n);
    }
    addLower(n, s, out);
  };
}

/** Lower out <- out + s. Above its diagonal s holds what a batch of another size left. */
function addLower(n: number, s: FloatArray, out: FloatArray): void {
  for (let i = 0; i < n; i++) for (let e = i * n; e <= i * n + i; e++) out[e]! += s[e]!;
}
