import type { Activation } from "../../src/kernels/activation.ts";
import { type Network, outputCount, parameterBlocks } from "../../src/network/network.ts";

/*
 * The slow, obvious twin of the linearization: one example, one output, one number at a time, on nested arrays.
 */

const logistic = (z: number) => 1 / (1 + Math.exp(-z));

/** σ and σ', written as in a textbook; gelu is left to the contract of the kernels, which has an erf. */
export const naiveActivations: Record<
  Exclude<Activation, "gelu">,
  [(z: number) => number, (z: number) => number]
> = {
  identity: [(z) => z, () => 1],
  tanh: [Math.tanh, (z) => 1 - Math.tanh(z) ** 2],
  relu: [(z) => Math.max(z, 0), (z) => (z > 0 ? 1 : 0)],
  "leaky-relu": [(z) => (z > 0 ? z : 0.01 * z), (z) => (z > 0 ? 1 : 0.01)],
  elu: [(z) => (z > 0 ? z : Math.expm1(z)), (z) => (z > 0 ? 1 : Math.exp(z))],
  silu: [(z) => z * logistic(z), (z) => logistic(z) * (1 + z * (1 - logistic(z)))],
  sigmoid: [logistic, (z) => logistic(z) * (1 - logistic(z))],
  softplus: [(z) => Math.log1p(Math.exp(z)), logistic],
  sine: [Math.sin, Math.cos],
};

interface Pass {
  readonly inputs: number[][];
  readonly z: number[][];
  readonly f: number[];
}

function naivePass(network: Network, theta: ArrayLike<number>, x: readonly number[]): Pass {
  const inputs: number[][] = [];
  const zs: number[][] = [];
  let a = [...x];
  for (const block of parameterBlocks(network)) {
    const extended = block.bias ? [...a, 1] : a;
    const z = Array.from({ length: block.columns }, (_, j) =>
      extended.reduce(
        (sum, value, i) => sum + block.scale * value * theta[block.offset + i * block.columns + j]!,
        0,
      ),
    );
    inputs.push(extended);
    zs.push(z);
    a = z.map(naiveActivations[block.activation as "tanh"][0]);
  }
  return { inputs, z: zs, f: a };
}

/** f of one example. */
export function naiveForward(network: Network, theta: ArrayLike<number>, x: readonly number[]): number[] {
  return naivePass(network, theta, x).f;
}

/** The Jacobian as nested arrays: a row for each (example, output), a column for each trainable parameter. */
export function naiveJacobian(
  network: Network,
  theta: ArrayLike<number>,
  xs: readonly (readonly number[])[],
): number[][] {
  const blocks = parameterBlocks(network);
  const p = blocks.reduce((sum, block) => sum + (block.trainable ? block.rows * block.columns : 0), 0);
  const outputs = outputCount(network);
  return xs.flatMap((x) => {
    const { inputs, z } = naivePass(network, theta, x);
    return Array.from({ length: outputs }, (_, k) => {
      const row = new Array<number>(p).fill(0);
      let upstream: number[] = Array.from({ length: outputs }, (_, j) => (j === k ? 1 : 0));
      for (let l = blocks.length - 1; l >= 0; l--) {
        const block = blocks[l]!;
        const slope = naiveActivations[block.activation as "tanh"][1];
        const d = upstream.map((value, j) => value * slope(z[l]![j]!));
        if (block.trainable)
          inputs[l]!.forEach((value, i) => {
            d.forEach((derivative, j) => {
              row[block.offset + i * block.columns + j] = block.scale * value * derivative;
            });
          });
        upstream = Array.from({ length: block.inputs }, (_, i) =>
          d.reduce(
            (sum, derivative, j) =>
              sum + block.scale * theta[block.offset + i * block.columns + j]! * derivative,
            0,
          ),
        );
      }
      return row;
    });
  });
}
