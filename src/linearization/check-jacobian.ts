import type { Kernels } from "../kernels/kernels.ts";
import { selectKernels } from "../kernels/select-kernels.ts";
import type { Network } from "../network/network.ts";
import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import { seededRandom, shuffle } from "../random/random.ts";
import type { PlannedLinearization } from "./linearization.ts";
import { type BatchInputs, loadBatch } from "./linearize.ts";

/** How far a network's Jacobian is from finite differences. */
export interface JacobianCheck {
  /** The largest |J - difference| / max(1, |J|, |difference|). About 1e-9 in float64 is as good as it gets. */
  readonly largestError: number;
  /** Where it is. */
  readonly row: number;
  readonly parameter: number;
  readonly jacobian: number;
  readonly difference: number;
  /** Columns of J that were checked: all, or a random choice. */
  readonly checked: number;
}

/** Columns that `checkJacobian` compares at most. */
const checkedColumns = 500;

/**
 * Compares columns of the Jacobian with central differences,
 *
 *     J_j ≈ (f(θ + h e_j) - f(θ - h e_j)) / 2h,   h = ε^(1/3) max(1, |θ_j|),
 *
 * whose error is about ε^(2/3) = 4e-11 where the third derivatives are of the order of 1 (Nocedal and Wright 2006,
 * section 8.1). At a kink of relu the two differ for good reason.
 *
 * Arguments as in `linearize`, in float64.
 */
export function checkJacobian(
  network: Network,
  parameters: ArrayLike<number>,
  batch: BatchInputs,
  kernels: Kernels = selectKernels(),
): JacobianCheck {
  const { plan, linearization, theta, examples } = loadBatch(kernels, "float64", network, parameters, batch);
  const n = examples * plan.outputs;
  const direction = allocateParameters(kernels, "float64", plan.blocks);
  const column = kernels.allocate("float64", n);
  const columns = Int32Array.from({ length: linearization.columns }, (_, j) => j);
  shuffle(columns, seededRandom(0));
  const chosen = columns.subarray(0, checkedColumns);
  let worst: JacobianCheck = {
    largestError: 0,
    row: 0,
    parameter: 0,
    jacobian: 0,
    difference: 0,
    checked: chosen.length,
  };
  for (const j of chosen) {
    const difference = centralDifference(linearization, theta, examples, j, n);
    direction.flat.fill(0);
    direction.flat[j] = 1;
    linearization.at(theta, examples).pushforward(direction, column);
    worst = worseOf(worst, j, column, difference);
  }
  return worst;
}

function centralDifference(
  linearization: PlannedLinearization,
  theta: ParameterVector,
  examples: number,
  j: number,
  n: number,
): Float64Array {
  const value = theta.flat[j]!;
  const h = Number.EPSILON ** (1 / 3) * Math.max(1, Math.abs(value));
  theta.flat[j] = value + h;
  const above = Float64Array.from(linearization.at(theta, examples).outputs.subarray(0, n));
  theta.flat[j] = value - h;
  const below = linearization.at(theta, examples).outputs;
  theta.flat[j] = value;
  return above.map((f, i) => (f - below[i]!) / (2 * h));
}

function worseOf(
  worst: JacobianCheck,
  parameter: number,
  column: Float64Array,
  differences: Float64Array,
): JacobianCheck {
  let result = worst;
  differences.forEach((difference, row) => {
    const jacobian = column[row]!;
    const error = Math.abs(jacobian - difference) / Math.max(1, Math.abs(jacobian), Math.abs(difference));
    // NaN counts as the worst.
    if (!(error <= result.largestError))
      result = { ...result, largestError: error, row, parameter, jacobian, difference };
  });
  return result;
}
