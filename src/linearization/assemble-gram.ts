import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import { type PlanMatrix, viewFrom } from "../network/plan-matrix.ts";
import type { LayerJacobian } from "./block-jacobian.ts";
import { forEachPanel } from "./gram-panels.ts";

/** Layers and their derivatives, on the first `examples` of a batch. */
export interface LayerRows {
  readonly kernels: Kernels;
  readonly outputs: number;
  /** Bytes that a layer's rows of J may take at once. */
  readonly rowBytes: number;
  readonly examples: number;
  readonly jacobians: readonly LayerJacobian[];
  /** null for a layer that has none. */
  readonly derivatives: readonly (PlanMatrix | null)[];
}

/** Lower out <- Σ_layers w J_w J_wᵀ + v J_v J_vᵀ, n × n: the parts of each layer's weights and biases. */
export function assembleGram(rows: LayerRows, weights: Float64Array | null, out: Float64Array): Float64Array {
  const { kernels, outputs, examples } = rows;
  const n = examples * outputs;
  kernels.scale(n * n, 0, out);
  forEachPanel(examples, outputs, (first, end) => {
    const panel = viewFrom(out, first * outputs * n) as Float64Array;
    forEachLayer(rows, ({ gram }, d, l) => {
      if (gram.by !== "panels") return;
      gram.prepare(first, end, d);
      gram.add(first, end, weights?.[2 * l] ?? 1, weights?.[2 * l + 1] ?? 1, panel, n);
    });
  });
  forEachLayer(rows, ({ gram }, d, l) => {
    if (gram.by === "whole") gram.add(examples, d, weights?.[2 * l] ?? 1, weights?.[2 * l + 1] ?? 1, out);
  });
  return out;
}

/** out[2 l], out[2 l + 1] <- tr(Z J_w J_wᵀ), tr(Z J_v J_vᵀ): what `assembleGram` weighs by w and v. */
export function traceGramParts(
  rows: LayerRows,
  z: Float64Array,
  scratch: Float64Array,
  out: Float64Array,
): Float64Array {
  const { kernels, outputs, examples } = rows;
  const n = examples * outputs;
  out.fill(0);
  /** Adds what `add` writes into some rows for the weights alone, and for the biases alone. */
  const addTraces = (l: number, firstRow: number, m: number, add: (w: number, v: number) => void): void => {
    const { inputs, bias } = rows.jacobians[l]!.block;
    const own = viewFrom(z, firstRow * n);
    for (const [group, exists, w] of [
      [2 * l, inputs > 0, 1],
      [2 * l + 1, bias, 0],
    ] as const) {
      if (!exists) continue;
      scratch.fill(0, 0, m * n);
      add(w, 1 - w);
      out[group]! += traceOfProduct(kernels, n, firstRow, m, own, scratch);
    }
  };
  forEachPanel(examples, outputs, (first, end) =>
    forEachLayer(rows, ({ gram }, d, l) => {
      if (gram.by !== "panels") return;
      gram.prepare(first, end, d);
      addTraces(l, first * outputs, (end - first) * outputs, (w, v) =>
        gram.add(first, end, w, v, scratch, n),
      );
    }),
  );
  forEachLayer(rows, ({ gram }, d, l) => {
    if (gram.by === "whole") addTraces(l, 0, n, (w, v) => gram.add(examples, d, w, v, scratch));
  });
  return out;
}

/** Visits the trainable layers that have derivatives. */
export function forEachLayer(
  { jacobians, derivatives }: Pick<LayerRows, "jacobians" | "derivatives">,
  visit: (jacobian: LayerJacobian, d: PlanMatrix, l: number) => void,
): void {
  for (let l = 0; l < jacobians.length; l++) {
    const d = derivatives[l];
    if (jacobians[l]!.block.trainable && d) visit(jacobians[l]!, d, l);
  }
}

/** What m rows from row `first` add to tr(Z T) of two symmetric matrices; T is 0 above its diagonal. */
function traceOfProduct(
  kernels: Kernels,
  n: number,
  first: number,
  m: number,
  z: FloatArray,
  t: FloatArray,
): number {
  let diagonal = 0;
  for (let i = 0; i < m; i++) diagonal += z[i * n + first + i]! * t[i * n + first + i]!;
  return 2 * kernels.dot(m * n, z, t) - diagonal;
}
