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
  const n = rows.examples * rows.outputs;
  rows.kernels.scale(n * n, 0, out);
  forEachPart(rows, (l, first, _, add) =>
    add(weights?.[2 * l] ?? 1, weights?.[2 * l + 1] ?? 1, viewFrom(out, first * n)),
  );
  return out;
}

/** out[2 l], out[2 l + 1] <- tr(Z J_w J_wᵀ), tr(Z J_v J_vᵀ): what `assembleGram` weighs by w and v. */
export function traceGramParts(
  rows: LayerRows,
  z: Float64Array,
  scratch: Float64Array,
  out: Float64Array,
): Float64Array {
  const n = rows.examples * rows.outputs;
  out.fill(0);
  forEachPart(rows, (l, first, m, add) => {
    const { inputs, bias } = rows.jacobians[l]!.block;
    const own = viewFrom(z, first * n);
    for (const [group, exists, w] of [
      [2 * l, inputs > 0, 1],
      [2 * l + 1, bias, 0],
    ] as const) {
      if (!exists) continue;
      scratch.fill(0, 0, m * n);
      add(w, 1 - w, scratch);
      out[group]! += traceOfProduct(rows.kernels, n, first, m, own, scratch);
    }
  });
  return out;
}

/** Adds w J_w J_wᵀ + v J_v J_vᵀ of a layer to some rows of G, which begin at `to`. */
type AddPart = (w: number, v: number, to: FloatArray) => void;

/** Visits what each layer adds to the m rows of G from the first on: a panel of them, or all at once. */
function forEachPart(
  rows: LayerRows,
  visit: (l: number, first: number, m: number, add: AddPart) => void,
): void {
  const { outputs, examples } = rows;
  const n = examples * outputs;
  forEachPanel(examples, outputs, (first, end) =>
    forEachLayer(rows, ({ gram }, d, l) => {
      if (gram.by !== "panels") return;
      gram.prepare(first, end, d);
      visit(l, first * outputs, (end - first) * outputs, (w, v, to) => gram.add(first, end, w, v, to, n));
    }),
  );
  forEachLayer(rows, ({ gram }, d, l) => {
    if (gram.by === "whole") visit(l, 0, n, (w, v, to) => gram.add(examples, d, w, v, to));
  });
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
