import type { Activation } from "../../src/kernels/activation.ts";
import { initialize } from "../../src/network/initialize.ts";
import type { Network } from "../../src/network/network.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";

/** A network and the parameters where its training starts. */
export interface Start {
  readonly network: Network;
  readonly initial: Float64Array;
}

/** The two-layer networks of the theory: which σ, and how the signs a_r are chosen. */
export interface TwoLayerFamily {
  readonly activation: Activation;
  /**
   * random  a_r = ±1 with equal chances
   * equal   a_r = 1; the fixed output bias subtracts the mean of f, so that f stays of the size of 1
   */
  readonly signs: "random" | "equal";
}

/** Names a family, for example "tanh, random signs". */
export function describeFamily({ activation, signs }: TwoLayerFamily): string {
  return `${activation}, ${signs} signs`;
}

/**
 * Draws f(x) = m^(-1/2) Σ_r a_r σ(w_r · x) of width m: w_r ~ N(0, I) is trained, a_r = ±1 is not.
 *
 * Source: Cai et al. 2019, arXiv:1905.11675, section 3.
 */
export function twoLayer(family: TwoLayerFamily, inputs: number, width: number, seed: number): Start {
  const { activation, signs } = family;
  const scale = 1 / Math.sqrt(width);
  const network: Network = {
    inputs,
    layers: [
      { kind: "dense", units: width, activation, bias: false },
      { kind: "dense", units: 1, activation: "identity", scale, trainable: false },
    ],
  };
  const uniform = seededRandom(seed);
  const initial = new Float64Array(width * inputs + width + 1);
  const output = initial.subarray(width * inputs);
  initial.set(Float64Array.from({ length: width * inputs }, gaussianRandom(uniform)));
  for (let r = 0; r < width; r++) output[r] = signs === "random" && uniform() < 0.5 ? -1 : 1;
  output[width] = signs === "equal" ? -width * gaussianMean(activation) : 0;
  return { network, initial };
}

/** Draws a network with two hidden layers of width m in the NTK parameterization, all of it trained. */
export function threeLayer(activation: Activation, inputs: number, width: number, seed: number): Start {
  const layer = (units: number, fanIn: number, sigma: Activation) =>
    ({ kind: "dense", units, activation: sigma, scale: 1 / Math.sqrt(fanIn) }) as const;
  const network: Network = {
    inputs,
    layers: [
      // Inputs have norm 1: the factor that makes z of the size of 1 is 1.
      layer(width, 1, activation),
      layer(width, width, activation),
      layer(1, width, "identity"),
    ],
  };
  return { network, initial: initialize(network, seed, "ntk") };
}

/** E σ(z), z ~ N(0, 1), by the midpoint rule: for smooth σ exact to rounding. */
function gaussianMean(activation: Activation): number {
  if (activation === "tanh") return 0;
  if (activation !== "softplus") throw new Error(`gaussianMean: "${activation}" is not provided for`);
  const cells = 4000;
  const reach = 10;
  let sum = 0;
  for (let i = 0; i < cells; i++) {
    const z = reach * ((2 * i + 1) / cells - 1);
    sum += Math.exp((-z * z) / 2) * Math.log1p(Math.exp(z));
  }
  return (sum * 2 * reach) / cells / Math.sqrt(2 * Math.PI);
}
