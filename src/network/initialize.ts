import { MemoryLimitError } from "../errors.ts";
import { gaussianRandom, type Random, seededRandom } from "../random/random.ts";
import { type Network, type ParameterBlock, parameterBlocks, parameterCount } from "./network.ts";

/** What the addresses of a WebAssembly memory reach: 4 GiB. */
const addressableBytes = 2 ** 32;

/**
 * The standard deviation of the initial weights of a layer with i inputs (of one position) and o units, times the
 * layer's `gain`. Biases start at 0, the factors of a `scale` layer at its gain, embeddings at deviation 1 times gain.
 *
 *     lecun   1/√i            LeCun et al. 1998: for tanh, sigmoid, sine, identity
 *     he      √(2/i)          He et al. 2015: for the rectifiers
 *     glorot  √(2/(i + o))    Glorot and Bengio 2010
 *     ntk     1               Jacot et al. 2018: with the layer's `scale` set to 1/√i
 *     auto    he for the rectifiers, else lecun
 */
export type Initialization = "auto" | "lecun" | "he" | "glorot" | "ntk";

const rectifiers: ReadonlySet<string> = new Set(["relu", "leaky-relu", "elu", "gelu", "silu", "softplus"]);

/**
 * Draws the initial parameters of a network.
 *
 * @param seed Same seed, same parameters.
 * @returns A new vector of `parameterCount(network)` numbers, in the layout of `parameterBlocks`.
 * @throws {MemoryLimitError} If no kernels could hold that many.
 */
export function initialize(network: Network, seed: number, scheme: Initialization = "auto"): Float64Array {
  const bytes = parameterCount(network) * Float64Array.BYTES_PER_ELEMENT;
  if (bytes > addressableBytes) throw new MemoryLimitError(bytes, 0, addressableBytes);
  const parameters = new Float64Array(parameterCount(network));
  const gaussian = gaussianRandom(seededRandom(seed));
  for (const block of parameterBlocks(network)) fillBlock(parameters, block, scheme, gaussian);
  return parameters;
}

function fillBlock(
  out: Float64Array,
  { start, offset, inputs, columns, activation, gain }: ParameterBlock,
  scheme: Initialization,
  gaussian: Random,
): void {
  const end = offset + inputs * columns;
  if (start === "gain") {
    out.fill(gain, offset, end);
    return;
  }
  const usual = start === "by scheme" ? weightDeviation(scheme, inputs, columns, activation) : 1;
  const deviation = gain * usual;
  for (let i = offset; i < end; i++) out[i] = deviation * gaussian();
}

function weightDeviation(scheme: Initialization, inputs: number, units: number, activation: string): number {
  switch (scheme) {
    case "lecun":
      return Math.sqrt(1 / inputs);
    case "he":
      return Math.sqrt(2 / inputs);
    case "glorot":
      return Math.sqrt(2 / (inputs + units));
    case "ntk":
      return 1;
    case "auto":
      return Math.sqrt((rectifiers.has(activation) ? 2 : 1) / inputs);
  }
}
