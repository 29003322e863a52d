import { writeFileSync } from "node:fs";
import { initialize } from "../../src/network/initialize.ts";
import { isDense, type Network, outputCount } from "../../src/network/network.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import type { StepCase } from "./cases.ts";

/** The weights and the batch from which all systems start. Float64: a system in float32 rounds them, as all do. */
export interface SharedStart {
  readonly case: StepCase;
  readonly network: Network;
  /** In the layout of `parameterBlocks`: of a dense layer (inputs + 1) × units, row-major, the bias last. */
  readonly parameters: Float64Array;
  /** batch × inputs. */
  readonly inputs: Float64Array;
  /** batch × K. */
  readonly targets: Float64Array;
}

/** The same numbers for all: rates at which each method lowers the loss at each of its first steps. */
const rates = {
  /** Of the mean loss ½ ‖r‖² / n, without momentum. */
  sgd: 0.05,
  adam: 1e-3,
  adamEpsilon: 1e-8,
  /** α of the paper, with λ = 1: near the mean of the diagonal of G, so that float32 can solve the system too. */
  alpha: 100,
};

export type Rates = typeof rates;

/** The derivatives of deep networks are larger. */
export function ratesFor(network: Network): Rates {
  return isDense(network) ? rates : { ...rates, sgd: 1e-3 };
}

/** Draws a start: Gaussian inputs, sines of them as targets, biases that are not 0. */
export function drawStart(stepCase: StepCase): SharedStart {
  const { network, batch } = stepCase;
  const outputs = outputCount(network);
  const gaussian = gaussianRandom(seededRandom(1));
  const parameters = initialize(network, 1);
  // Biases start at 0, and the last weights of residual blocks: moved, so that a system that leaves them out does not
  // agree.
  const size = isDense(network) ? 0.1 : 0.01;
  for (let i = 0; i < parameters.length; i++) if (parameters[i] === 0) parameters[i] = size * gaussian();
  const inputs = Float64Array.from({ length: batch * network.inputs }, gaussian);
  const targets = Float64Array.from({ length: batch * outputs }, (_, row) => {
    const first = inputs[Math.floor(row / outputs) * network.inputs]!;
    return 1 + Math.sin(2 * first + (row % outputs));
  });
  return { case: stepCase, network, parameters, inputs, targets };
}

/** Writes the parameters, the inputs and the targets as one file of float64. */
export function writeStart(start: SharedStart, path: string): void {
  const parts = [start.parameters, start.inputs, start.targets];
  writeFileSync(path, Buffer.concat(parts.map((part) => Buffer.from(part.buffer))));
}
