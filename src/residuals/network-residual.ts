import type { DType, FloatArray, Kernels } from "../kernels/kernels.ts";
import { linearizationBuffers, planLinearization } from "../linearization/linearization.ts";
import type { PlannedResidual, Residual } from "../linearization/residual.ts";
import { networkSpace } from "../linearization/space.ts";
import { type Network, outputCount } from "../network/network.ts";
import { allocateParameters, type ParameterVector } from "../network/parameter-vector.ts";
import { type Plan, planNetwork, valueNumbers } from "../network/plan.ts";
import { type Dataset, keptInputs } from "./dataset.ts";
import { type Evaluator, planEvaluator, squaredError } from "./evaluator.ts";

/**
 * The residuals r = f(θ) - y of a network on a data set: a row for each example and output, row i K + k that of output k of
 * example i.
 *
 * @param rowBytes As in `planLinearization`.
 */
export function networkResidual(network: Network, dataset: Dataset, rowBytes?: number): Residual {
  return {
    examples: dataset.rows,
    plan: (kernels, dtype, capacity) => planResidual(kernels, dtype, network, dataset, capacity, rowBytes),
  };
}

/** Numbers between the layers of a batch up to which a second pass is kept beside the first: 128 MiB of float64. */
const mostKeptNumbers = 2 ** 24;

function planResidual(
  kernels: Kernels,
  dtype: DType,
  network: Network,
  dataset: Dataset,
  capacity: number,
  rowBytes?: number,
): PlannedResidual {
  const outputs = outputCount(network);
  const evaluator = planEvaluator(kernels, network, dtype);
  const passes = planPasses(kernels, dtype, network, capacity, evaluator, rowBytes);
  const residuals = kernels.allocate("float64", capacity * outputs) as Float64Array;
  const targets = kernels.allocate(dtype, capacity * outputs);
  const rows = kernels.allocateIndices(capacity);
  const { inputs } = dataset;
  const space = networkSpace(kernels, dtype, network, capacity);
  let examples = 0;
  let loss = 0;
  /** Whether the batch holds examples as they are. */
  let isPlain = false;

  /** Whether these examples are the batch. */
  const isBatch = (order: Int32Array, count: number): boolean => {
    if (!isPlain || count !== examples) return false;
    for (let i = 0; i < count; i++) if (rows[i] !== order[i]) return false;
    return true;
  };

  /** ‖f - y‖² of the batch. */
  const squaresAt = (parameters: ParameterVector): number => passes.squaresAt(parameters, examples, targets);

  return {
    space,
    residuals,
    varies: inputs.vary !== undefined,
    random: inputs.random ?? null,
    get linearization() {
      return passes.current.linearization;
    },
    get loss() {
      return loss;
    },
    load(order, start, count) {
      examples = count;
      for (let i = 0; i < count; i++) rows[i] = order[start + i]!;
      kernels.gatherRows(count, outputs, dataset.targets, outputs, rows, targets, outputs);
      const { input } = passes.begin();
      if (inputs.vary) inputs.vary(order, start, count, input, targets);
      else inputs.gather(order, start, count, input);
      isPlain = !inputs.vary;
    },
    prefetch: (order, start, count) => inputs.prefetch?.(order, start, count),
    linearize(parameters) {
      const { outputs: f } = passes.linearizationAt(parameters, examples);
      const n = examples * outputs;
      writeResiduals(n, f, targets, residuals);
      loss = kernels.dot(n, residuals, residuals) / 2;
    },
    lossAt: (parameters) => squaresAt(parameters) / 2,
    sumOfSquares(parameters, order, count) {
      return isBatch(order, count)
        ? squaresAt(parameters)
        : evaluator.sumOfSquares(parameters, dataset, order, count);
    },
    rowsOf: (_, count) => count * outputs,
  };
}

/** A pass of the batch through the network, and the parameters at which it was made. */
interface Pass {
  readonly plan: Plan;
  readonly linearization: ReturnType<typeof planLinearization>;
  readonly theta: FloatArray;
  /** Whether `theta` is where the pass of this batch was made. */
  isMade: boolean;
  /** ‖f - y‖² there, example after example; NaN until it is asked for. */
  squares: number;
}

/**
 * Passes of one batch at two places: where the step begins, and where it would lead. If it is taken, the second is where
 * the next one begins, and no pass is made twice.
 */
interface Passes {
  readonly current: Pass;
  /** Forgets all passes; gives the place of the next batch's inputs. */
  begin(): Plan;
  linearizationAt(parameters: ParameterVector, examples: number): Pass["linearization"];
  squaresAt(parameters: ParameterVector, examples: number, targets: FloatArray): number;
}

function planPasses(
  kernels: Kernels,
  dtype: DType,
  network: Network,
  capacity: number,
  evaluator: Evaluator,
  rowBytes?: number,
): Passes {
  const first = planNetwork(kernels, network, dtype, capacity);
  const buffers = linearizationBuffers(first, rowBytes);
  const planPass = (plan: Plan): Pass => ({
    plan,
    linearization: planLinearization(plan, buffers),
    theta: allocateParameters(kernels, dtype, plan.blocks).flat,
    isMade: false,
    squares: Number.NaN,
  });
  const keepsSecond = capacity * valueNumbers(network) <= mostKeptNumbers;
  const places = Int32Array.from({ length: capacity }, (_, i) => i);
  const inputs = keptInputs(kernels, first.input.data, network.inputs, capacity, first.input.stride);
  let current = planPass(first);
  let other: Pass | null = null;
  let hasInputs = false;

  // Where arrays are empty, because their bytes are only counted, no two parameters are known to be the same.
  const isAt = (pass: Pass | null, { flat }: ParameterVector): pass is Pass =>
    pass?.isMade === true && flat.length > 0 && equal(pass.theta, flat);

  const make = (pass: Pass, parameters: ParameterVector, examples: number): void => {
    pass.linearization.at(parameters, examples);
    pass.theta.set(parameters.flat);
    pass.isMade = true;
    pass.squares = Number.NaN;
  };

  /** The second pass with the inputs of the batch; planned at its first use. */
  const secondPass = (examples: number): Pass => {
    other ??= planPass(planNetwork(kernels, network, dtype, capacity));
    const { data, stride } = current.plan.input;
    if (!hasInputs) kernels.copy(examples * stride, data, other.plan.input.data);
    hasInputs = true;
    return other;
  };

  return {
    get current() {
      return current;
    },
    begin() {
      current.isMade = false;
      if (other) other.isMade = false;
      hasInputs = false;
      return current.plan;
    },
    linearizationAt(parameters, examples) {
      if (isAt(other, parameters)) [current, other] = [other, current];
      else if (!isAt(current, parameters)) make(current, parameters, examples);
      current.linearization.resume(parameters);
      return current.linearization;
    },
    squaresAt(parameters, examples, targets) {
      let pass = isAt(current, parameters) ? current : other;
      if (!isAt(pass, parameters)) {
        // The inputs of a batch are with its first pass, which stays the current one.
        if (!keepsSecond) return evaluator.sumOfSquares(parameters, { inputs, targets }, places, examples);
        pass = secondPass(examples);
        make(pass, parameters, examples);
      }
      const { result, outputs } = pass.plan;
      if (Number.isNaN(pass.squares))
        pass.squares = squaredError(examples, outputs, result.data, targets, places, 0);
      return pass.squares;
    },
  };
}

function equal(a: FloatArray, b: FloatArray): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function writeResiduals(n: number, f: FloatArray, targets: FloatArray, residuals: Float64Array): void {
  for (let i = 0; i < n; i++) residuals[i] = f[i]! - targets[i]!;
}
