import { countingKernels } from "../kernels/counting-kernels.ts";
import type { DType } from "../kernels/kernels.ts";
import type { Network } from "../network/network.ts";
import { allocateParameters } from "../network/parameter-vector.ts";
import { type Optimizer, parameterSpace } from "../optimizers/optimizer.ts";
import { batchProblem } from "./batch-problem.ts";
import { plainInputs } from "./dataset.ts";
import { planEvaluator } from "./evaluator.ts";

/** What a training step is made for. */
export interface StepSpace {
  readonly network: Network;
  readonly dtype: DType;
  /** Examples in a batch. */
  readonly examples: number;
  /** Bytes that the rows of J of one layer may take at once. */
  readonly rowBytes: number;
}

/**
 * Bytes that training with an optimizer allocates, the data aside: parameters, the passes of a batch, what the optimizer
 * keeps, and the passes that measure errors. Counted by a step on one example, in buffers for all.
 */
export function stepMemory({ network, dtype, examples, rowBytes }: StepSpace, optimizer: Optimizer): number {
  const kernels = countingKernels();
  const space = parameterSpace(kernels, dtype, network, examples);
  const vector = () => allocateParameters(kernels, dtype, space.blocks);
  // Training keeps a second vector, for the gradient that it reports.
  const [parameters] = [vector(), vector()];
  const dataset = {
    rows: 0,
    outputs: space.outputs,
    inputs: plainInputs([], network.inputs),
    targets: kernels.allocate(dtype, 0),
  };
  const evaluator = planEvaluator(kernels, network, dtype);
  const problem = batchProblem(kernels, network, dtype, dataset, evaluator, examples, rowBytes);
  const state = optimizer.init(space);
  problem.load(Int32Array.of(0), 0, 1);
  problem.linearize(parameters);
  optimizer.step(state, problem, parameters);
  return kernels.bytesAllocated;
}
