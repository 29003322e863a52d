import type { Kernels } from "../kernels/kernels.ts";
import { linearize } from "../linearization/linearize.ts";
import { type Network, outputCount } from "../network/network.ts";
import { type Examples, pickRows } from "./examples.ts";

/** Rows of the largest Gram matrix whose eigenvalues are taken: a fraction of a second. */
export const spectrumRows = 300;

/** Training rows for a spectrum, evenly spread: at most `spectrumRows` residual rows, at least one example. */
export function pickSpectrumRows({ split, outputs }: Examples): Int32Array {
  const { train } = split;
  const count = Math.min(train.length, Math.max(1, Math.floor(spectrumRows / outputs)));
  return Int32Array.from({ length: count }, (_, i) => train[Math.floor((i * train.length) / count)]!);
}

/**
 * The eigenvalues of G = J Jᵀ on some examples, in float64, descending. Those below the rounding error ε n max, which
 * mean nothing, are 0.
 *
 * @param kernels Left with the buffers that it takes. @param rows Positions among the examples.
 * @returns n = rows × outputs numbers; null where G is not finite.
 */
export function gramSpectrum(
  kernels: Kernels,
  network: Network,
  parameters: Float64Array,
  { inputs }: Examples,
  rows: Int32Array,
): Float64Array | null {
  const data = pickRows(inputs.matrix!, rows, network.inputs);
  const n = rows.length * outputCount(network);
  const gram = kernels.allocate("float64", n * n) as Float64Array;
  const values = kernels.allocate("float64", n) as Float64Array;
  gram.set(
    linearize(network, parameters, { data, shape: [rows.length, network.inputs] }, { kernels }).gram(),
  );
  if (!gram.every(Number.isFinite) || !kernels.symmetricEigen(n, gram, n, values)) return null;
  const rounding = Number.EPSILON * n * values[n - 1]!;
  return Float64Array.from(values, (value) => (value > rounding ? value : 0)).reverse();
}
