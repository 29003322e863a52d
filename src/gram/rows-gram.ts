import type { FloatArray } from "../kernels/kernels.ts";
import type { ParameterBlock } from "../network/network.ts";
import { type PlanMatrix, viewFrom } from "../network/plan-matrix.ts";
import type { GramWorkspace } from "./gram-workspace.ts";

/** Writes the columns of some units of a layer: rows × units for each row of J, ld apart. */
export type UnitRowsWriter = (
  d: PlanMatrix,
  first: number,
  examples: number,
  firstUnit: number,
  units: number,
  out: FloatArray,
  ld: number,
) => void;

/** Lower out <- out + w J_w J_wᵀ + v J_v J_vᵀ by rows of J that are formed, multiplied and dropped. */
export type RowsGram = (count: number, d: PlanMatrix, w: number, v: number, out: FloatArray) => void;

/**
 * Plans the Gram matrix of one layer by its rows of J: all its units at once where these rows take less than
 * `rowBytes`, else as many units at a time as do.
 */
export function planRowsGram(
  { kernels, dtype, capacity, outputs, rowBytes, share }: GramWorkspace,
  { rows, columns, inputs, bias }: ParameterBlock,
  write: UnitRowsWriter,
): RowsGram {
  const most = capacity * outputs;
  const bytesPerUnit = most * rows * (dtype === "float32" ? 4 : 8);
  const unitsAtOnce = Math.max(1, Math.min(columns, Math.floor(rowBytes / bytesPerUnit)));
  const chunk = share("rows", most * rows * unitsAtOnce);
  const square = share("row square", most ** 2);
  return (count, d, w, v, out) => {
    const n = count * outputs;
    const [j, s] = [chunk(), square()];
    for (let unit = 0; unit < columns; unit += unitsAtOnce) {
      const units = Math.min(unitsAtOnce, columns - unit);
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
