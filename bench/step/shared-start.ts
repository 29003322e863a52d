import { writeFileSync } from "node:fs";
import { initialize } from "../../src/network/initialize.ts";
import { denseNetwork, type Network } from "../../src/network/network.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import type { StepCase } from "./cases.ts";

/** The weights and the batch from which all systems start. Float64: a system in float32 rounds them, as all do. */
export interface SharedStart {
  readonly case: StepCase;
  readonly network: Network;
  /** For each layer (inputs + 1) × units, row-major, the bias last. */
  readonly parameters: Float64Array;
  /** batch × widths[0]. */
  readonly inputs: Float64Array;
  /** batch × K. */
  readonly targets: Float64Array;
}

/** The same numbers for all: rates at which each method lowers the loss at each of its first steps. */
export const rates = Object.freeze({
  /** Of the mean loss ½ ‖r‖² / n, without momentum. */
  sgd: 0.05,
  adam: 1e-3,
  adamEpsilon: 1e-8,
  /** α of the paper, with λ = 1: near the mean of the diagonal of G, so that float32 can solve the system too. */
  alpha: 100,
});

/** Draws a start: Gaussian inputs, sines of them as targets, biases that are not 0. */
export function drawStart(stepCase: StepCase): SharedStart {
  const { widths, batch } = stepCase;
  const outputs = widths[widths.length - 1]!;
  const network = denseNetwork(widths[0]!, widths.slice(1, -1), outputs, "tanh");
  const gaussian = gaussianRandom(seededRandom(1));
  const parameters = initialize(network, 1);
  // Biases start at 0: moved, so that a system that leaves them out does not agree.
  for (let i = 0; i < parameters.length; i++) if (parameters[i] === 0) parameters[i] = 0.1 * gaussian();
  const inputs = Float64Array.from({ length: batch * widths[0]! }, gaussian);
  const targets = Float64Array.from({ length: batch * outputs }, (_, row) => {
    const first = inputs[Math.floor(row / outputs) * widths[0]!]!;
    return 1 + Math.sin(2 * first + (row % outputs));
  });
  return { case: stepCase, network, parameters, inputs, targets };
}

/** Writes the parameters, the inputs and the targets as one file of float64. */
export function writeStart(start: SharedStart, path: string): void {
  const parts = [start.parameters, start.inputs, start.targets];
  writeFileSync(path, Buffer.concat(parts.map((part) => Buffer.from(part.buffer))));
}
