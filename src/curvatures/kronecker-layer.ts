import type { FloatArray, Kernels } from "../kernels/kernels.ts";
import { type LayerJacobian, ldOfPositions } from "../linearization/block-jacobian.ts";
import type { LayerSpace } from "../linearization/space.ts";
import type { ParameterBlock } from "../network/network.ts";
import { type PlanMatrix, viewFrom } from "../network/plan-matrix.ts";
import type { Factorization } from "../posterior/symmetric-solver.ts";
import { worseOf } from "./gradient-system.ts";
import { type KroneckerProduct, type KroneckerScratch, kroneckerProduct } from "./kronecker-product.ts";
import { type RunningFactor, runningDiagonal, runningSquare } from "./running-factor.ts";

/** The Kronecker products that stand for one layer's block of Jᵀ J. */
export interface KroneckerLayer {
  /** All that it keeps from step to step. */
  readonly factors: readonly RunningFactor[];
  /** Takes a batch, in the layer of its linearization, into the running means, of which the share `keep` stays. */
  update(jacobian: LayerJacobian, d: PlanMatrix, examples: number, keep: number): void;
  /** Finds the eigenvalues for the weights w of the layer's weights and v of its biases. */
  diagonalize(w: number, v: number): void;
  trace(): number;
  /** g <- (A ⊗ S + λ W⁻¹)⁻¹ g over the layer's parameters. */
  apply(damping: number, g: FloatArray): Factorization;
}

/** Plans the factors by what the rows of J of a layer are made of; see `kfac`. */
export function kroneckerLayer(
  space: LayerSpace,
  { block, inputs, weighInputs }: LayerJacobian,
  scratch: KroneckerScratch,
): KroneckerLayer {
  if (inputs) return affineLayer(space, block, scratch);
  return weighInputs ? unitVectorLayer(space, block, scratch) : exactLayer(space, block, scratch);
}

/** A = s²/(b P) Σ_is ã_is ã_isᵀ, S = Σ_iks d_iks d_iksᵀ at P positions, for each group of units. */
function affineLayer(space: LayerSpace, block: ParameterBlock, scratch: KroneckerScratch): KroneckerLayer {
  const { rows, columns, groups, positions, scale } = block;
  const units = columns / groups;
  const parts = Array.from({ length: groups }, () => {
    const a = runningSquare(space, rows);
    const s = runningSquare(space, units);
    return { a, s, product: kroneckerProduct(space.kernels, a, s, scratch) };
  });
  return {
    update({ inputs }, d, examples, keep) {
      const mean = scale ** 2 / (examples * positions);
      const ldd = ldOfPositions(block, d);
      parts.forEach(({ a, s, product }, g) => {
        inputs!.visit(examples, g, (data, stride, first, size) =>
          a.add(data, stride, size * positions, mean, first === 0),
        );
        s.add(viewFrom(d.data, g * units), ldd, examples * space.outputs * positions, 1, true);
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

/** The inputs are unit vectors: A = 1/b diag(examples of each). */
function unitVectorLayer(
  space: LayerSpace,
  block: ParameterBlock,
  scratch: KroneckerScratch,
): KroneckerLayer {
  const a = runningDiagonal(space.kernels, block.rows);
  const s = runningSquare(space, block.columns);
  const product = kroneckerProduct(space.kernels, a, s, scratch);
  return {
    update({ weighInputs }, d, examples, keep) {
      weighInputs!(examples, 1 / examples, a.batch);
      s.add(d.data, d.stride, examples * space.outputs, 1, true);
      product.take(keep);
    },
    ...overUnits(space.kernels, block, [product]),
  };
}

/** A = 1 and S = J_lᵀ J_l: for layers of few parameters, as a scale, whose block can be exact. */
function exactLayer(space: LayerSpace, block: ParameterBlock, scratch: KroneckerScratch): KroneckerLayer {
  const { kernels, dtype, outputs, capacity } = space;
  const { rows, columns, inputs } = block;
  const size = rows * columns;
  const one = runningDiagonal(kernels, 1);
  const square = runningSquare(space, size);
  const product = kroneckerProduct(kernels, one, square, scratch);
  const ownRows = kernels.allocate(dtype, capacity * outputs * size);
  const roots = kernels.allocate("float64", size);
  return {
    factors: [one, square],
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
    factors: products.flatMap(({ factors }) => factors),
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
