import { requireLayers } from "../curvatures/curvature.ts";
import { OptimizerError, requireOption } from "../errors.ts";
import type { Problem } from "../linearization/residual.ts";
import type { Space } from "../linearization/space.ts";
import type { ParameterBlock } from "../network/network.ts";
import type { ParameterVector } from "../network/parameter-vector.ts";
import { symmetricSolver } from "../posterior/symmetric-solver.ts";
import type { Optimizer } from "./optimizer.ts";

/** Options of `exactLastLayer`, and their defaults. */
export interface ExactLastLayerOptions {
  /** Damping of the last layer, in units of the mean of the diagonal of its Φᵀ Φ. */
  readonly damping: number;
}

export const exactLastLayerDefaults: Readonly<ExactLastLayerOptions> = Object.freeze({ damping: 0 });

/**
 * After each step of another optimizer, solves the linear last layer exactly: with Φ its inputs (b × rows, with the
 * one of the bias), Θ its parameters and R the residuals, b × K,
 *
 *     Δ  minimizes  ½ ‖R + Φ Δ‖² + ½ λ ‖Δ‖²          (Φᵀ Φ + λ I) Δ = -Φᵀ R,     Θ <- Θ + Δ
 *
 * so that without damping the gradient of the last layer is 0 wherever a step begins. There an undamped step of
 * Gauss-Newton moves the hidden layers as variable projection does: like the Gauss-Newton step of the residuals
 * (I - Φ Φ⁺) y as a function of the hidden layers alone. For full batches; on a small one give damping, else
 * the last layer fits this batch alone: a damped Newton step of the last layer. Undamped, inputs that are nearly alike
 * get large parameters of opposite signs; a damping of 1e-8 holds them back. A prior of the optimizer has no part.
 *
 * Source: Golub and Pereyra 1973; Kaufman 1975; Ruhe and Wedin 1980 for the step in all parameters at once.
 *
 * @throws {OptimizerError} If the damping is below 0; in `plan`, if the last layer is frozen or not linear.
 */
export function exactLastLayer<State>(
  optimizer: Optimizer<State>,
  options: Partial<ExactLastLayerOptions> = {},
): Optimizer {
  const { damping } = { ...exactLastLayerDefaults, ...options };
  requireOption(
    "damping",
    damping,
    damping >= 0 && Number.isFinite(damping),
    "a finite number of at least 0",
  );
  const outer: Optimizer<State> = {
    ...optimizer,
    plan(space) {
      const step = optimizer.plan(space);
      const solveLastLayer = planLastLayer(space, damping);
      return (state, problem, parameters) => {
        const report = step(state, problem, parameters);
        if (report.failure === "not finite") return report;
        problem.linearize(parameters);
        solveLastLayer(problem, parameters);
        return report;
      };
    },
  };
  return outer;
}

/** What keeps a layer from being solved exactly as the last one; null where nothing does. */
function obstacleOf({ isLast, kind, trainable, activation }: ParameterBlock): string | null {
  if (!isLast) return "has no parameters of its own";
  if (!trainable) return "is frozen";
  if (kind !== "dense") return `is of kind "${kind}"`;
  return activation === "identity" ? null : `is ${activation}`;
}

/** Θ <- Θ + Δ of the batch at hand, where that lowers its loss. */
type LastLayerSolver = (problem: Problem, parameters: ParameterVector) => void;

function planLastLayer(space: Space, damping: number): LastLayerSolver {
  const { kernels, dtype, blocks, outputs } = requireLayers(space, "exactLastLayer");
  const last = blocks.length - 1;
  const { rows, scale } = blocks[last]!;
  const obstacle = obstacleOf(blocks[last]!);
  if (obstacle)
    throw new OptimizerError(
      `exactLastLayer: the last layer ${obstacle}; it must be dense, linear and trainable`,
    );
  const narrow = kernels.allocate(dtype, rows ** 2);
  const matrix = kernels.allocate("float64", rows ** 2);
  const column = kernels.allocate("float64", rows);
  const solver = symmetricSolver(kernels, rows);
  const gradient = space.vector();
  const candidate = space.vector();

  /** s² Φᵀ Φ, and its factor. */
  const factorize = ({ linearization }: Problem): void => {
    const { inputs } = linearization.layers()!.jacobians[last]!.factors;
    const examples = linearization.rows / outputs;
    kernels.syrk(true, rows, examples, scale ** 2, inputs.data, inputs.stride, 0, narrow, rows);
    kernels.copy(rows ** 2, narrow, matrix);
    solver.load(rows, matrix);
    solver.factorize(null, (damping * solver.trace) / rows);
  };

  return (problem, parameters) => {
    factorize(problem);
    problem.linearization.pullback(problem.residuals, gradient);
    candidate.flat.set(parameters.flat);
    const from = gradient.blocks[last]!;
    const to = candidate.blocks[last]!;
    for (let k = 0; k < outputs; k++) {
      for (let i = 0; i < rows; i++) column[i] = -from[i * outputs + k]!;
      solver.apply(column);
      for (let i = 0; i < rows; i++) to[i * outputs + k]! += column[i]!;
    }
    // At the optimum already, rounding errors decide: then the layer may stay.
    if (problem.lossAt(candidate) <= problem.loss) parameters.blocks[last]!.set(to);
  };
}
