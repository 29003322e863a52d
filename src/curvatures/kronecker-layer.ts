import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import type { LayerJacobian } from "../linearization/block-jacobian.ts";
import { ldOfPositions } from "../linearization/convolution-rows.ts";
import type { SystemSpace } from "../linearization/system-space.ts";
import type { ConvolutionFactors } from "../network/layers/convolution.ts";
import { levelOf } from "../network/layers/embedding.ts";
import { forEachChunk } from "../network/layers/patches.ts";
import type { ParameterBlock } from "../network/network.ts";
import { type PlanMatrix, viewFrom } from "../network/plan-matrix.ts";
import type { Factorization } from "../posterior/symmetric-solver.ts";
import { worseOf } from "./gradient-system.ts";
import { type KroneckerProduct, type KroneckerScratch, kroneckerProduct } from "./kronecker-product.ts";
import { runningDiagonal, runningSquare } from "./running-factor.ts";

/** The Kronecker products that stand for one layer's block of Jᵀ J. */
export interface KroneckerLayer {
  /** Takes a batch, in the layer of its linearization, into the running means, of which the share `keep` stays. */
  update(jacobian: LayerJacobian, d: PlanMatrix, examples: number, keep: number): void;
  /** Finds the eigenvalues for the weights w of the layer's weights and v of its biases. */
  diagonalize(w: number, v: number): void;
  trace(): number;
  /** g <- (A ⊗ S + λ W⁻¹)⁻¹ g over the layer's parameters. */
  apply(damping: number, g: FloatArray): Factorization;
}

/** Plans the factors by the kind of a layer; see `kfac`. */
export function kroneckerLayer(
  space: SystemSpace,
  jacobian: LayerJacobian,
  scratch: KroneckerScratch,
): KroneckerLayer {
  const { block, factors } = jacobian;
  switch (factors.kind) {
    case "dense":
      return denseLayer(space, block, scratch);
    case "convolution":
      return convolutionLayer(space, block, factors, scratch);
    case "embedding":
      return embeddingLayer(space, block, factors.column, scratch);
    case "scale":
      return scaleLayer(space, block, scratch);
  }
}

/** A = s²/b Ãᵀ Ã, S = Dᵀ D. */
function denseLayer(space: SystemSpace, block: ParameterBlock, scratch: KroneckerScratch): KroneckerLayer {
  const { rows, columns, scale } = block;
  const a = runningSquare(space, rows);
  const s = runningSquare(space, columns);
  const product = kroneckerProduct(space.kernels, a, s, scratch);
  return {
    update({ factors: { inputs } }, d, examples, keep) {
      a.add(inputs.data, inputs.stride, examples, scale ** 2 / examples, true);
      s.add(d.data, d.stride, examples * space.outputs, 1, true);
      product.take(keep);
    },
    ...overUnits(space.kernels, block, [product]),
  };
}

/** A = s²/(b S) Σ_is ã_is ã_isᵀ, S = Σ_iks d_iks d_iksᵀ, for each group of filters. */
function convolutionLayer(
  space: SystemSpace,
  block: ParameterBlock,
  { patches }: ConvolutionFactors,
  scratch: KroneckerScratch,
): KroneckerLayer {
  const { rows, columns, groups, positions, scale } = block;
  const filters = columns / groups;
  const { data, stride } = patches.matrix;
  const parts = Array.from({ length: groups }, () => {
    const a = runningSquare(space, rows);
    const s = runningSquare(space, filters);
    return { a, s, product: kroneckerProduct(space.kernels, a, s, scratch) };
  });
  return {
    update({ factors }, d, examples, keep) {
      const mean = scale ** 2 / (examples * positions);
      const ldd = ldOfPositions(block, d);
      parts.forEach(({ a, s, product }, g) => {
        forEachChunk(examples, patches.examples, (first, size) => {
          patches.unfold(factors.inputs, first, size, g);
          a.add(data, stride, size * positions, mean, first === 0);
        });
        s.add(viewFrom(d.data, g * filters), ldd, examples * space.outputs * positions, 1, true);
        product.take(keep);
      });
    },
    ...overUnits(
      space.kernels,
      block,
      parts.map(({ product }) => product),
    ),
  };
}

/** The inputs are unit vectors: A = 1/b diag(examples of each category). */
function embeddingLayer(
  space: SystemSpace,
  block: ParameterBlock,
  column: number,
  scratch: KroneckerScratch,
): KroneckerLayer {
  const { rows: levels, columns } = block;
  const a = runningDiagonal(space.kernels, levels);
  const s = runningSquare(space, columns);
  const product = kroneckerProduct(space.kernels, a, s, scratch);
  return {
    update({ factors }, d, examples, keep) {
      a.batch.fill(0);
      for (let i = 0; i < examples; i++) {
        const level = levelOf(factors.inputs, i, column, levels);
        if (level >= 0) a.batch[level]! += 1 / examples;
      }
      s.add(d.data, d.stride, examples * space.outputs, 1, true);
      product.take(keep);
    },
    ...overUnits(space.kernels, block, [product]),
  };
}

/** A = 1 and S = J_lᵀ J_l: a scale has few parameters, so that their block can be exact. */
function scaleLayer(space: SystemSpace, block: ParameterBlock, scratch: KroneckerScratch): KroneckerLayer {
  const { kernels, dtype, outputs, capacity } = space;
  const { rows, columns, inputs } = block;
  const size = rows * columns;
  const one = runningDiagonal(kernels, 1);
  const square = runningSquare(space, size);
  const product = kroneckerProduct(kernels, one, square, scratch);
  const ownRows = kernels.allocate(dtype, capacity * outputs * size);
  const roots = kernels.allocate("float64", size);
  return {
    update({ writeUnits }, d, examples, keep) {
      writeUnits(d, 0, examples, 0, columns, ownRows, size);
      square.add(ownRows, size, examples * outputs, 1, true);
      product.take(keep);
    },
    diagonalize(w, v) {
      roots.fill(Math.sqrt(w), 0, inputs * columns).fill(Math.sqrt(v), inputs * columns);
      product.diagonalize(null, roots);
    },
    trace: () => product.trace(),
    apply: (damping, g) => product.apply(damping, g, 0, size),
  };
}

/** Products of the rows of θ and of equal parts of its columns. */
function overUnits(
  kernels: Kernels,
  { rows, columns, inputs }: ParameterBlock,
  products: readonly KroneckerProduct[],
): Omit<KroneckerLayer, "update"> {
  const roots = kernels.allocate("float64", rows);
  const units = columns / products.length;
  return {
    diagonalize(w, v) {
      roots.fill(Math.sqrt(w), 0, inputs).fill(Math.sqrt(v), inputs);
      for (const product of products) product.diagonalize(roots, null);
    },
    trace: () => products.reduce((sum, product) => sum + product.trace(), 0),
    apply: (damping, g) =>
      products.reduce<Factorization>(
        (worst, product, part) => worseOf(worst, product.apply(damping, g, part * units, columns)),
        "cholesky",
      ),
  };
}
