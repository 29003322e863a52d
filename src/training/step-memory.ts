import { countingKernels } from "../kernels/counting-kernels.ts";
import type { DType } from "../kernels/kernels.ts";
import { type Network, outputCount } from "../network/network.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { plainInputs } from "../residuals/dataset.ts";
import { networkResidual } from "../residuals/network-residual.ts";

/** What a training step is made for. */
export interface StepShape {
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
export function stepMemory({ network, dtype, examples, rowBytes }: StepShape, optimizer: Optimizer): number {
  const kernels = countingKernels();
  const dataset = {
    rows: 0,
    outputs: outputCount(network),
    inputs: plainInputs([], network.inputs),
    targets: kernels.allocate(dtype, 0),
  };
  const residual = networkResidual(network, dataset, rowBytes).plan(kernels, dtype, examples);
  const { space } = residual;
  // Training keeps a second vector, for the gradient that it reports.
  const [parameters] = [space.vector(), space.vector()];
  const state = optimizer.init(space);
  const step = optimizer.plan(space);
  residual.load(Int32Array.of(0), 0, 1);
  residual.linearize(parameters);
  step(state, residual, parameters);
  // Training over all rows measures where a step leads by a second pass.
  residual.lossAt(parameters);
  return kernels.bytesAllocated;
}
