import type { FloatArray } from "../kernels/kernels.ts";
import type { BlockShape } from "../network/layers/layer-kind.ts";
import type { ParameterBlock } from "../network/network.ts";
import { type PlanMatrix, viewFrom } from "../network/plan-matrix.ts";
import type { GramChoice, UnitRowsWriter } from "./block-jacobian.ts";
import type { GramShape, GramWorkspace } from "./gram-workspace.ts";

/** Lower out <- out + w J_w J_wᵀ + v J_v J_vᵀ by rows of J that are formed, multiplied and dropped. */
export type RowsGram = (examples: number, d: PlanMatrix, w: number, v: number, out: FloatArray) => void;

/** Units whose rows are formed at once: all where these take less than `rowBytes`, else as many as do, at least one. */
export function unitsAtOnce(
  { capacity, outputs, rowBytes, dtype }: GramShape,
  { rows, columns }: ParameterBlock,
): number {
  const bytesPerUnit = capacity * outputs * rows * (dtype === "float32" ? 4 : 8);
  return Math.max(1, Math.min(columns, Math.floor(rowBytes / bytesPerUnit)));
}

/** How `planRowsGram` forms a layer's part: the rows that are formed at once, and their product. */
export function chooseRows(
  space: GramShape,
  block: ParameterBlock,
  atOnce: number = unitsAtOnce(space, block),
): GramChoice {
  const most = space.capacity * space.outputs;
  return { method: "rows", unitsAtOnce: atOnce, numbers: most * block.rows * atOnce + most ** 2 };
}

/** 2 n S rows units + n² rows units: rows of J, formed and multiplied. */
export function rowsFlops({ rows, columns, positions }: BlockShape, n: number): number {
  return 2 * n * positions * rows * columns + n ** 2 * rows * columns;
}

/** Plans the Gram matrix of one layer by its rows of J, those of some units at a time. */
export function planRowsGram(
  workspace: GramWorkspace,
  block: ParameterBlock,
  write: UnitRowsWriter,
  atOnce: number = unitsAtOnce(workspace, block),
): RowsGram {
  const { kernels, capacity, outputs, share } = workspace;
  const { rows, columns, inputs, bias } = block;
  const most = capacity * outputs;
  const chunk = share("rows", most * rows * atOnce);
  const square = share("row square", most ** 2);
  return (examples, d, w, v, out) => {
    const n = examples * outputs;
    const [j, s] = [chunk(), square()];
    for (let unit = 0; unit < columns; unit += atOnce) {
      const units = Math.min(atOnce, columns - unit);
      const size = rows * units;
      write(d, 0, examples, unit, units, j, size);
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
