import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import { forEachLayer } from "../linearization/assemble-gram.ts";
import type { LayerJacobian } from "../linearization/block-jacobian.ts";
import { ldOfPositions } from "../linearization/convolution-rows.ts";
import { gramWorkspace } from "../linearization/gram-workspace.ts";
import type { Linearization } from "../linearization/linearization.ts";
import type { SystemSpace } from "../linearization/system-space.ts";
import type { ConvolutionFactors } from "../network/layers/convolution.ts";
import { forEachChunk } from "../network/layers/patches.ts";
import type { ParameterBlock } from "../network/network.ts";
import { type PlanMatrix, rowView, viewFrom } from "../network/plan-matrix.ts";
import type { Random } from "../random/random.ts";

/** A random n × s matrix M with expectation M Mᵀ = J W Jᵀ. */
export interface GramSketch {
  /** M, leading dimension s. */
  readonly matrix: Float64Array;
  /** Draws M of s columns. */
  draw(linearization: Linearization, weights: Float64Array | null, s: number): void;
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
export function gramSketch(space: SystemSpace, widest: number, random: Random): GramSketch {
  const { kernels, outputs, capacity } = space;
  const matrix = kernels.allocate("float64", capacity * outputs * widest);
  const sketchers = {
    dense: denseSketcher(space, widest, random),
    convolution: convolutionSketcher(space, widest, random),
    scale: plainSketcher(space, random),
    embedding: plainSketcher(space, random),
  };
  return {
    matrix,
    draw(linearization, weights, s) {
      kernels.scale(linearization.rows * s, 0, matrix);
      forEachLayer(linearization.layers(), (jacobian, d, l) => {
        const roots = [2 * l, 2 * l + 1].map((group) => Math.sqrt(weights?.[group] ?? 1));
        sketchers[jacobian.block.kind]({ jacobian, d, n: linearization.rows, roots, s, matrix });
      });
    },
  };
}

/** What a layer adds its sketch to. */
interface SketchTask {
  readonly jacobian: LayerJacobian;
  readonly d: PlanMatrix;
  readonly n: number;
  /** √w and √v. */
  readonly roots: readonly number[];
  readonly s: number;
  readonly matrix: Float64Array;
}

type Sketcher = (task: SketchTask) => void;

function denseSketcher(space: SystemSpace, widest: number, random: Random): Sketcher {
  const { kernels, outputs, capacity } = space;
  const { share } = gramWorkspace(space);
  const longest = Math.max(...space.blocks.map((block) => Math.max(block.rows, block.columns)));
  const signs = share("signs", longest * widest);
  const byInputs = share("by inputs", capacity * widest);
  const byDerivatives = share("by derivatives", capacity * outputs * widest);
  return ({ jacobian: { block, factors }, d, n, roots, s, matrix }) => {
    const { rows, columns, scale } = block;
    const { inputs: a } = factors;
    const [x, p, q] = [signs(), byInputs(), byDerivatives()];
    drawSigns(rows * s, random, x);
    weighRows(kernels, block, s, roots, x);
    kernels.gemm(false, false, n / outputs, s, rows, 1, a.data, a.stride, x, s, 0, p, s);
    drawSigns(columns * s, random, x);
    kernels.gemm(false, false, n, s, columns, 1, d.data, d.stride, x, s, 0, q, s);
    kernels.scaleRows(n / outputs, outputs, s, p, s, q, s);
    kernels.axpy(n * s, scale / Math.sqrt(s), q, matrix);
  };
}

/** The same at each position, some images at a time; each group of filters has signs of its own. */
function convolutionSketcher(space: SystemSpace, widest: number, random: Random): Sketcher {
  const { kernels, dtype, outputs, blocks, capacity } = space;
  const convolutions = blocks.filter(({ kind, trainable }) => kind === "convolution" && trainable);
  const { share } = gramWorkspace(space);
  const largest = (numbers: (block: ParameterBlock) => number) => Math.max(0, ...convolutions.map(numbers));
  const signsOfInputs = share("signs of inputs", largest(({ rows }) => rows) * widest);
  const signsOfUnits = share("signs of units", largest(({ columns }) => columns) * widest);
  const sums = share("sums", capacity * outputs * widest);
  const products = new Map<number, readonly [FloatArray, FloatArray]>();
  /** Buffers for so many rows of windows. */
  const productsOf = (rows: number) => {
    const known = products.get(rows) ?? [
      kernels.allocate(dtype, rows * widest),
      kernels.allocate(dtype, rows * outputs * widest),
    ];
    products.set(rows, known);
    return known;
  };

  return ({ jacobian: { block, factors }, d, n, roots, s, matrix }) => {
    const { rows, columns, groups, positions, scale } = block;
    const { inputs, patches } = factors as ConvolutionFactors;
    const { data, stride } = patches.matrix;
    const filters = columns / groups;
    const ldd = ldOfPositions(block, d);
    const [x, y, sum] = [signsOfInputs(), signsOfUnits(), sums()];
    const [p, q] = productsOf(patches.examples * positions);
    for (let g = 0; g < groups; g++) {
      drawSigns(rows * s, random, x);
      weighRows(kernels, block, s, roots, x);
      drawSigns(filters * s, random, y);
      forEachChunk(n / outputs, patches.examples, (first, size) => {
        const m = size * positions;
        patches.unfold(inputs, first, size, g);
        kernels.gemm(false, false, m, s, rows, 1, data, stride, x, s, 0, p, s);
        const own = viewFrom(rowView(d, first * outputs), g * filters);
        kernels.gemm(false, false, m * outputs, s, filters, 1, own, ldd, y, s, 0, q, s);
        const width = positions * s;
        const to = viewFrom(sum, first * outputs * s);
        kernels.channelDots(size, outputs, positions, s, p, width, q, width, to, s);
      });
      kernels.axpy(n * s, scale / Math.sqrt(s), sum, matrix);
    }
  };
}

/** M <- M + 1/√s J_l W^½ Z, Z signs, one column at a time. */
function plainSketcher({ kernels, dtype, blocks, outputs, capacity }: SystemSpace, random: Random): Sketcher {
  const own = blocks.filter(({ kind }) => kind === "scale" || kind === "embedding");
  const signs = kernels.allocate(dtype, Math.max(0, ...own.map(({ rows, columns }) => rows * columns)));
  const pushed = kernels.allocate(dtype, own.length > 0 ? capacity * outputs : 0);
  return ({ jacobian: { block, pushforward }, d, n, roots, s, matrix }) => {
    const { rows, columns } = block;
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
