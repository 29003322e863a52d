import type { FloatArray } from "../kernels/kernels.ts";
import type { LayerJacobian } from "../linearization/block-jacobian.ts";
import type { LayerSpace } from "../linearization/space.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { PlanMatrix } from "../network/plan-matrix.ts";
import { type Factorization, symmetricSolver } from "../posterior/symmetric-solver.ts";
import { type ApproximateCurvature, requireLayers } from "./curvature.ts";
import { type CurvatureInverse, gradientSystem, worseOf } from "./gradient-system.ts";

/**
 * A block for each unit in place of Jᵀ J: what two units have in common is left out,
 *
 *     C_j = s² Σ_i q_ij ã_i ã_iᵀ,   q_ij = Σ_k (d_ik)_j²         δ_j = -(C_j + λ I)⁻¹ g_j
 *
 * for each unit j of a layer, with its weights and its bias; for each filter of a convolution, channel of a `scale` and
 * number of an embedding by its columns of J. The exact step for a linear network of one layer. For
 * layers of few inputs; each step factorizes a matrix of the size of a layer's inputs for each of its units. Needs
 * damping above 0 where a layer has more inputs than the batch has examples.
 *
 * Source: Tran et al. 2022, arXiv:2210.05268 (CW-NGD).
 */
export function componentWise(): ApproximateCurvature<null> {
  return {
    isExact: false,
    init: () => null,
    plan(space) {
      const system = gradientSystem(space, unitInverses(requireLayers(space, "componentWise")));
      return () => system;
    },
  };
}

function unitInverses(space: LayerSpace): CurvatureInverse<null> {
  const { outputs } = space;
  let layers: readonly { readonly l: number; readonly units: LayerUnits }[] = [];
  let weights: Float64Array | null = null;
  let n = 0;
  return {
    assemble(linearization, groupWeights) {
      n = linearization.rows;
      weights = groupWeights;
      const { jacobians, derivatives } = linearization.layers()!;
      if (layers.length === 0)
        layers = jacobians.flatMap((jacobian, l) =>
          jacobian.block.trainable ? [{ l, units: layerUnits(space, jacobian) }] : [],
        );
      for (const { l, units } of layers) units.assemble(jacobians[l]!, derivatives[l]!, n / outputs);
    },
    meanDiagonal: () => layers.reduce((sum, { units }) => sum + units.trace(), 0) / n,
    apply: (damping, g) =>
      layers.reduce<Factorization>((worst, { l, units }) => {
        const method = units.apply(damping, weights?.[2 * l] ?? 1, weights?.[2 * l + 1] ?? 1, g.blocks[l]!);
        return worseOf(worst, method);
      }, "cholesky"),
  };
}

/** The blocks of one layer's units. */
interface LayerUnits {
  assemble(jacobian: LayerJacobian, d: PlanMatrix, examples: number): void;
  /** Σ_j tr(C_j). */
  trace(): number;
  /** g <- (C + λ W⁻¹)⁻¹ g, unit after unit; g rows × columns. */
  apply(damping: number, w: number, v: number, g: FloatArray): Factorization;
}

function layerUnits(space: LayerSpace, jacobian: LayerJacobian): LayerUnits {
  const { kernels, dtype } = space;
  const { rows, columns, inputs } = jacobian.block;
  const plan = jacobian.inputs?.matrix ? inputUnitRows : writtenUnitRows;
  const unitRows = plan(space, jacobian.block);
  const square = kernels.allocate(dtype, rows ** 2);
  const matrix = kernels.allocate("float64", rows ** 2);
  const diagonal = kernels.allocate("float64", rows);
  const column = kernels.allocate("float64", rows);
  const solver = symmetricSolver(kernels, rows);

  /** Lower `matrix` <- C_j. */
  const formBlock = (j: number): void => {
    kernels.syrk(true, rows, unitRows.write(j), 1, unitRows.matrix, rows, 0, square, rows);
    kernels.copy(rows ** 2, square, matrix);
  };

  return {
    assemble: unitRows.assemble,
    trace: unitRows.trace,
    apply(damping, w, v, g) {
      diagonal.fill(1 / w, 0, inputs).fill(1 / v, inputs);
      let worst: Factorization = "cholesky";
      for (let j = 0; j < columns; j++) {
        formBlock(j);
        solver.load(rows, matrix);
        solver.factorize(diagonal, damping);
        worst = worseOf(worst, solver.method);
        for (let i = 0; i < rows; i++) column[i] = g[i * columns + j]!;
        solver.apply(column);
        for (let i = 0; i < rows; i++) g[i * columns + j] = column[i]!;
      }
      return worst;
    },
  };
}

/** For a unit rows x of which Σ x xᵀ is its block. */
interface UnitRows {
  assemble(jacobian: LayerJacobian, d: PlanMatrix, examples: number): void;
  /** Those of the unit that was written last, without gaps. */
  readonly matrix: FloatArray;
  /** Writes those of unit j; returns how many there are. */
  write(j: number): number;
  /** Σ_j tr(C_j). */
  trace(): number;
}

/** One for each example, s √q_ij ã_i. */
function inputUnitRows(
  { kernels, dtype, outputs, capacity }: LayerSpace,
  { rows, columns, scale }: ParameterBlock,
): UnitRows {
  /** √q, by examples and units. */
  const roots = kernels.allocate(dtype, capacity * columns);
  const matrix = kernels.allocate(dtype, capacity * rows);
  let features: PlanMatrix;
  let examples = 0;
  return {
    matrix,
    assemble({ inputs }, d, count) {
      features = inputs!.matrix!;
      examples = count;
      for (let i = 0; i < count; i++)
        for (let j = 0; j < columns; j++) roots[i * columns + j] = Math.sqrt(squares(d, i, j, outputs));
    },
    write(j) {
      const { data, stride } = features;
      kernels.faceSplit(examples, 1, rows, 1, scale, data, stride, roots.subarray(j), columns, matrix, rows);
      return examples;
    },
    trace() {
      let sum = 0;
      for (let i = 0; i < examples; i++) {
        const x = features.data.subarray(i * features.stride);
        const q = roots.subarray(i * columns);
        sum += kernels.dot(rows, x, x) * kernels.dot(columns, q, q);
      }
      return scale ** 2 * sum;
    },
  };
}

/** One for each row of J, the unit's columns of it. */
function writtenUnitRows(
  { kernels, dtype, outputs, capacity }: LayerSpace,
  { rows, columns }: ParameterBlock,
): UnitRows {
  const matrix = kernels.allocate(dtype, capacity * outputs * rows);
  let jacobian: LayerJacobian;
  let derivatives: PlanMatrix;
  let examples = 0;
  const write = (j: number): number => {
    jacobian.writeUnits(derivatives, 0, examples, j, 1, matrix, rows);
    return examples * outputs;
  };
  return {
    matrix,
    write,
    assemble(next, d, count) {
      jacobian = next;
      derivatives = d;
      examples = count;
    },
    trace() {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += kernels.dot(write(j) * rows, matrix, matrix);
      return sum;
    },
  };
}

/** q_ij = Σ_k (d_ik)_j². */
function squares(d: PlanMatrix, i: number, j: number, outputs: number): number {
  let sum = 0;
  for (let k = 0; k < outputs; k++) sum += d.data[(i * outputs + k) * d.stride + j]! ** 2;
  return sum;
}
