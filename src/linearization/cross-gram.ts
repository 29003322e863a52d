import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { ParameterBlock } from "../network/network.ts";
import { type PlanMatrix, rowView, viewFrom } from "../network/plan-matrix.ts";
import type { LayerJacobian } from "./block-jacobian.ts";
import { forEachPanel, panelExamples } from "./gram-panels.ts";
import type { GramWorkspace } from "./gram-workspace.ts";
import { forEachLayer, type LayerRows } from "./layer-rows.ts";
import { unitsAtOnce } from "./rows-gram.ts";

/** out <- J W J'ᵀ, n × n', leading dimension n', of the layers of one network at the same θ on two batches. */
export type CrossGram = (
  own: LayerRows,
  other: LayerRows,
  weights: Float64Array | null,
  out: Float64Array,
) => Float64Array;

/** One layer on one of the batches. */
interface Side {
  readonly jacobian: LayerJacobian;
  readonly d: PlanMatrix;
  readonly examples: number;
}

/** Adds what one layer has in J W J'ᵀ, w and v the weights of its weights and biases. */
type AddCross = (own: Side, other: Side, w: number, v: number, out: Float64Array) => void;

/**
 * Plans the matrix of inner products of the gradients of two batches: the empirical neural tangent kernel between them.
 *
 * A row of J is s ã_i ⊗ d_ik in a dense layer, one of J' is s ã'_j ⊗ d'_jl, so that with w on the weights and v on the
 * biases, whose input is 1,
 *
 *     J W J'ᵀ = Σ_layers  s² (w Ã Ã'ᵀ + v - w) ∘ (D D'ᵀ)
 *
 * by two products of small matrices, a panel of residual rows of each batch at a time. Of any other layer rows of J
 * and of J' are formed, some units at a time, multiplied and dropped,
 *
 *     J W J'ᵀ = Σ_units  w J_w J'_wᵀ + v J_v J'_vᵀ
 *
 * each row once. Of a batch and itself it is the Gram matrix, with both triangles.
 *
 * @param workspace Of the first batch, whose capacity bounds the rows that are formed at once; the other may be larger.
 */
export function planCrossGram(workspace: GramWorkspace, jacobians: readonly LayerJacobian[]): CrossGram {
  const { kernels, outputs } = workspace;
  const adders = jacobians.map((jacobian) => {
    const { block, inputs } = jacobian;
    if (!block.trainable) return null;
    return inputs?.matrix ? crossByInputs(workspace, block) : crossByRows(workspace, jacobian);
  });
  return (own, other, weights, out) => {
    kernels.scale(own.examples * other.examples * outputs ** 2, 0, out);
    forEachLayer(own, (jacobian, d, l) => {
      const first = { jacobian, d, examples: own.examples };
      const second = { jacobian: other.jacobians[l]!, d: other.derivatives[l]!, examples: other.examples };
      adders[l]!(first, second, weights?.[2 * l] ?? 1, weights?.[2 * l + 1] ?? 1, out);
    });
    return out;
  };
}

/** By inputs and derivatives: two products and a Hadamard product for each pair of panels. */
function crossByInputs(
  { kernels, outputs, share }: GramWorkspace,
  { rows, columns, scale, bias }: ParameterBlock,
): AddCross {
  const most = panelExamples(outputs);
  const ofInputs = share("cross inputs", most ** 2);
  const ofDerivatives = share("cross derivatives", (most * outputs) ** 2);
  return (own, other, w, v, out) => {
    const n = other.examples * outputs;
    const [s, t] = [scale ** 2 * w, bias ? scale ** 2 * (v - w) : 0];
    const [p, q] = [ofInputs(), ofDerivatives()];
    const [a, b] = [own.jacobian.inputs!.matrix!, other.jacobian.inputs!.matrix!];
    forEachPanel(own.examples, outputs, (first, end) =>
      forEachPanel(other.examples, outputs, (from, to) => {
        const [m, k] = [(end - first) * outputs, (to - from) * outputs];
        multiply(kernels, end - first, to - from, rows, a, first, b, from, p);
        multiply(kernels, m, k, columns, own.d, first * outputs, other.d, from * outputs, q);
        for (let row = 0; row < m; row++) {
          const ofRow = Math.floor(row / outputs) * (to - from);
          const place = (first * outputs + row) * n + from * outputs;
          for (let column = 0; column < k; column++)
            out[place + column]! += (s * p[ofRow + Math.floor(column / outputs)]! + t) * q[row * k + column]!;
        }
      }),
    );
  };
}

/** out <- m rows of A from row i on, times k rows of B from row j on, transposed; both have `length` columns. */
function multiply(
  kernels: Kernels,
  m: number,
  k: number,
  length: number,
  a: PlanMatrix,
  i: number,
  b: PlanMatrix,
  j: number,
  out: FloatArray,
): void {
  kernels.gemm(false, true, m, k, length, 1, rowView(a, i), a.stride, rowView(b, j), b.stride, 0, out, k);
}

/** By rows of J and of J': those of some units at a time, of the other batch some examples at a time. */
function crossByRows(workspace: GramWorkspace, { block, writesAll }: LayerJacobian): AddCross {
  const { kernels, capacity, outputs, share } = workspace;
  const { rows, columns, inputs, bias } = block;
  const atOnce = writesAll ? columns : unitsAtOnce(workspace, block);
  const panel = panelExamples(outputs) * outputs;
  const ofOwn = share("cross rows", capacity * outputs * rows * atOnce);
  const ofOther = share("cross rows of a panel", panel * rows * atOnce);
  const products = share("cross products", capacity * outputs * panel);
  return (own, other, w, v, out) => {
    const [m, n] = [own.examples * outputs, other.examples * outputs];
    const [x, y, p] = [ofOwn(), ofOther(), products()];
    for (let unit = 0; unit < columns; unit += atOnce) {
      const units = Math.min(atOnce, columns - unit);
      const size = rows * units;
      const start = inputs * units;
      own.jacobian.writeUnits(own.d, 0, own.examples, unit, units, x, size);
      forEachPanel(other.examples, outputs, (from, to) => {
        const k = (to - from) * outputs;
        other.jacobian.writeUnits(other.d, from, to - from, unit, units, y, size);
        kernels.gemm(false, true, m, k, start, w, x, size, y, size, 0, p, k);
        const [ownBias, otherBias] = [viewFrom(x, start), viewFrom(y, start)];
        if (bias) kernels.gemm(false, true, m, k, units, v, ownBias, size, otherBias, size, 1, p, k);
        for (let row = 0; row < m; row++)
          for (let column = 0; column < k; column++)
            out[row * n + from * outputs + column]! += p[row * k + column]!;
      });
    }
  };
}
