import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import { type InputRows, type LayerJacobian, ldOfPositions } from "../linearization/block-jacobian.ts";
import { type GramWorkspace, gramWorkspace } from "../linearization/gram-workspace.ts";
import { forEachLayer } from "../linearization/layer-rows.ts";
import type { Linearization } from "../linearization/linearization.ts";
import type { LayerSpace } from "../linearization/space.ts";
import type { ParameterBlock } from "../network/network.ts";
import { type PlanMatrix, rowView, viewFrom } from "../network/plan-matrix.ts";
import type { Random } from "../random/random.ts";

/** A random n × s matrix M with expectation M Mᵀ = J W Jᵀ. */
export interface GramSketch {
  /** M, leading dimension s. */
  readonly matrix: Float64Array;
  /** Draws M of s columns. */
  draw(linearization: Linearization, weights: Float64Array | null, s: number, random: Random): void;
}

/**
 * Sketches the rows of J, each a sum over layers and positions of s ã ⊗ d, by random signs x and y of the size of ã
 * and of d:
 *
 *     M = 1/√s Σ_layers scale Σ_positions (Ã W^½ X) ∘ (D Y),      X inputs × s, Y units × s, of independent signs
 *
 * two products for each layer, where a sketch of J itself would need J. Each column is a projection on a random
 * vector of independent components of mean 0 and variance 1, x ⊗ y, so E[M Mᵀ] = J W Jᵀ. The few columns of J of
 * scales and embeddings are multiplied by signs of their own.
 *
 * Source: Sun et al. 2018 and Rakhshan and Rabusseau 2020, arXiv:2003.05101, for projections on tensor products.
 *
 * @param widest The largest s.
 */
export function gramSketch(space: LayerSpace, widest: number): GramSketch {
  const { kernels, outputs, capacity } = space;
  const matrix = kernels.allocate("float64", capacity * outputs * widest);
  let sketchers: readonly (Sketcher | null)[] | null = null;
  return {
    matrix,
    draw(linearization, weights, s, random) {
      const layers = linearization.layers()!;
      sketchers ??= planSketchers(space, layers.jacobians, widest);
      kernels.scale(linearization.rows * s, 0, matrix);
      forEachLayer(layers, (jacobian, d, l) => {
        const roots = [2 * l, 2 * l + 1].map((group) => Math.sqrt(weights?.[group] ?? 1));
        sketchers![l]!({ jacobian, d, n: linearization.rows, roots, s, random, matrix });
      });
    },
  };
}

/** For each trainable layer by what its rows of J are made of, in buffers that they share. */
function planSketchers(
  space: LayerSpace,
  jacobians: readonly LayerJacobian[],
  widest: number,
): readonly (Sketcher | null)[] {
  const workspace = gramWorkspace(space);
  return jacobians.map(({ block, inputs }) => {
    if (!block.trainable) return null;
    return inputs ? factorSketcher(workspace, block, inputs, widest) : columnSketcher(workspace, block);
  });
}

/** What a layer adds its sketch to. */
interface SketchTask {
  readonly jacobian: LayerJacobian;
  readonly d: PlanMatrix;
  readonly n: number;
  /** √w and √v. */
  readonly roots: readonly number[];
  readonly s: number;
  readonly random: Random;
  readonly matrix: Float64Array;
}

type Sketcher = (task: SketchTask) => void;

/** By inputs and derivatives, some examples at a time; each group of units has signs of its own. */
function factorSketcher(
  { kernels, outputs, share }: GramWorkspace,
  { rows, columns, groups, positions, scale }: ParameterBlock,
  { atOnce }: InputRows,
  widest: number,
): Sketcher {
  const units = columns / groups;
  const signsOfInputs = share("signs of inputs", rows * widest);
  const signsOfUnits = share("signs of units", units * widest);
  const byInputs = share("by inputs", atOnce * positions * widest);
  const byDerivatives = share("by derivatives", atOnce * positions * outputs * widest);
  const ofPositions = share("sums", positions > 1 ? atOnce * outputs * widest : 0);

  /** Σ_positions P ∘ Q of some examples. */
  const multiply = (size: number, s: number, p: FloatArray, q: FloatArray): FloatArray => {
    if (positions === 1) {
      kernels.scaleRows(size, outputs, s, p, s, q, s);
      return q;
    }
    const width = positions * s;
    const sums = ofPositions();
    kernels.channelDots(size, outputs, positions, s, p, width, q, width, sums, s);
    return sums;
  };

  return ({ jacobian: { block, inputs }, d, n, roots, s, random, matrix }) => {
    const ldd = ldOfPositions(block, d);
    const [x, y, p, q] = [signsOfInputs(), signsOfUnits(), byInputs(), byDerivatives()];
    for (let g = 0; g < groups; g++) {
      drawSigns(rows * s, random, x);
      weighRows(kernels, block, s, roots, x);
      drawSigns(units * s, random, y);
      inputs!.visit(n / outputs, g, (data, stride, first, size) => {
        const m = size * positions;
        kernels.gemm(false, false, m, s, rows, 1, data, stride, x, s, 0, p, s);
        const own = viewFrom(rowView(d, first * outputs), g * units);
        kernels.gemm(false, false, m * outputs, s, units, 1, own, ldd, y, s, 0, q, s);
        const to = viewFrom(matrix, first * outputs * s);
        kernels.axpy(size * outputs * s, scale / Math.sqrt(s), multiply(size, s, p, q), to);
      });
    }
  };
}

/** M <- M + 1/√s J_l W^½ Z, Z signs, one column at a time. */
function columnSketcher(
  { kernels, outputs, capacity, share }: GramWorkspace,
  { rows, columns }: ParameterBlock,
): Sketcher {
  const ofColumns = share("signs of columns", rows * columns);
  const products = share("products", capacity * outputs);
  return ({ jacobian: { block, pushforward }, d, n, roots, s, random, matrix }) => {
    const [signs, pushed] = [ofColumns(), products()];
    for (let t = 0; t < s; t++) {
      drawSigns(rows * columns, random, signs);
      weighRows(kernels, block, columns, roots, signs);
      kernels.scale(n, 0, pushed);
      pushforward(n / outputs, d, signs, pushed);
      for (let i = 0; i < n; i++) matrix[i * s + t]! += pushed[i]! / Math.sqrt(s);
    }
  };
}

/** out <- 1 or -1, each with probability ½. */
function drawSigns(count: number, random: Random, out: FloatArray): void {
  for (let i = 0; i < count; i++) out[i] = random() < 0.5 ? 1 : -1;
}

/** Scales the rows of the weights by √w, the row of the bias by √v; each has s numbers. */
function weighRows(
  kernels: Kernels,
  { inputs, rows }: ParameterBlock,
  s: number,
  [w, v]: readonly number[],
  x: FloatArray,
): void {
  kernels.scale(inputs * s, w!, x);
  if (rows > inputs) kernels.scale(s, v!, x.subarray(inputs * s));
}
