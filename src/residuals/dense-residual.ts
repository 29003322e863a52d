import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import { denseLinearization } from "../linearization/by-rows.ts";
import type { PlannedResidual, Residual } from "../linearization/residual.ts";
import { type Group, plainSpace } from "../linearization/space.ts";

/** Residuals of few parameters, as a function with its derivatives: of a formula, an equation at some points. */
export interface DenseFunction {
  /** p. */
  readonly parameters: number;
  readonly examples: number;
  /** Residuals of an example, K. Default 1. */
  readonly rowsOfExample?: number;
  /** Ranges of parameters that share a prior: all of them, one after the other. Default: one range. */
  readonly groups?: readonly Group[];
  /**
   * Writes the residuals of an example, and their derivatives.
   *
   * @param theta The parameters, p.
   * @param r K numbers. @param jacobian K × p numbers, row-major; null where they are not needed.
   */
  evaluate(theta: FloatArray, example: number, r: FloatArray, jacobian: FloatArray | null): void;
}

/** The residuals of a function whose Jacobian is small enough to be held. */
export function denseResidual(model: DenseFunction): Residual {
  return {
    examples: model.examples,
    plan: (kernels, dtype, capacity) => planResidual(kernels, dtype, model, capacity),
  };
}

function planResidual(
  kernels: Kernels,
  dtype: DType,
  model: DenseFunction,
  capacity: number,
): PlannedResidual {
  const { parameters: p, rowsOfExample: outputs = 1 } = model;
  const groups = model.groups ?? [{ start: 0, end: p }];
  const space = plainSpace(kernels, dtype, p, groups, capacity * outputs, outputs);
  const example = Int32Array.from({ length: space.rows }, (_, row) => Math.floor(row / outputs));
  const linearization = denseLinearization(space, example);
  const residuals = kernels.allocate("float64", space.rows) as Float64Array;
  const { jacobian } = linearization;
  const rows = new Int32Array(capacity);
  const scratch = new Float64Array(outputs);
  /** Views of each example's part: made once. */
  const parts = Array.from({ length: capacity }, (_, i) => ({
    r: residuals.subarray(i * outputs, (i + 1) * outputs),
    jacobian: jacobian.subarray(i * outputs * p, (i + 1) * outputs * p),
  }));
  let count = 0;
  let loss = 0;

  const squaresOf = (theta: FloatArray, order: Int32Array, examples: number): number => {
    let sum = 0;
    for (let i = 0; i < examples; i++) {
      model.evaluate(theta, order[i]!, scratch, null);
      for (let k = 0; k < outputs; k++) sum += scratch[k]! ** 2;
    }
    return sum;
  };

  return {
    space,
    linearization,
    residuals,
    varies: false,
    random: null,
    get loss() {
      return loss;
    },
    load(order, start, examples) {
      count = examples;
      linearization.rows = count * outputs;
      for (let i = 0; i < count; i++) rows[i] = order[start + i]!;
    },
    prefetch() {},
    linearize({ flat }) {
      for (let i = 0; i < count; i++) model.evaluate(flat, rows[i]!, parts[i]!.r, parts[i]!.jacobian);
      loss = kernels.dot(count * outputs, residuals, residuals) / 2;
    },
    lossAt: ({ flat }) => squaresOf(flat, rows, count) / 2,
    sumOfSquares: ({ flat }, order, examples) => squaresOf(flat, order, examples),
    rowsOf: (_, examples) => examples * outputs,
  };
}
