import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import { alignedStride, type PlanMatrix, viewFrom } from "../network/plan-matrix.ts";
import type { LayerJacobian } from "./block-jacobian.ts";
import { forEachPanel } from "./gram-panels.ts";
import type { GramWorkspace } from "./gram-workspace.ts";

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

/** The seed u in the precision of the network, and for each layer a row e for each example, in one buffer. */
export interface Weighted {
  readonly seed: FloatArray;
  readonly e: readonly PlanMatrix[];
}

export function planWeighted(
  { kernels, dtype, capacity, outputs }: GramWorkspace,
  blocks: readonly ParameterBlock[],
): Weighted {
  const strides = blocks.map(({ positions, columns }) =>
    positions === 1 ? alignedStride(dtype, columns) : positions * columns,
  );
  const data = kernels.allocate(dtype, capacity * Math.max(...strides));
  return {
    seed: kernels.allocate(dtype, capacity * outputs),
    e: strides.map((stride) => ({ data, stride })),
  };
}

/** Jᵀu from the derivatives at hand: e_i = Σ_k u_ik d_ik, then one product for each layer, no second way back. */
export function pullbackFactors(
  rows: LayerRows,
  u: FloatArray,
  { seed, e }: Weighted,
  out: ParameterVector,
): ParameterVector {
  const { kernels, examples, outputs } = rows;
  kernels.copy(examples * outputs, u, seed);
  forEachLayer(rows, ({ block, pullback }, d, l) => {
    const el = e[l]!;
    const width = block.positions * block.columns;
    kernels.contractRows(examples, outputs, width, seed, d.data, d.stride, el.data, el.stride);
    pullback(examples, el, out.blocks[l]!);
  });
  return out;
}

/** out <- J d, layer by layer. */
export function pushforwardFactors(rows: LayerRows, direction: ParameterVector, out: FloatArray): FloatArray {
  const { kernels, examples, outputs } = rows;
  kernels.scale(examples * outputs, 0, out);
  forEachLayer(rows, ({ pushforward }, d, l) => pushforward(examples, d, direction.blocks[l]!, out));
  return out;
}

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
