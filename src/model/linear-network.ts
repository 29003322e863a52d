import type { LinearModel } from "../data/ridge.ts";
import { denseNetwork, type Network } from "../network/network.ts";
import { joinVectors } from "./examples.ts";
import { withEmbeddings } from "./with-embeddings.ts";

/**
 * A linear model as a network without hidden layers. The weights of levels are embeddings of one number for each
 * output, which the dense layer after them only adds: its matrix is the identity there. The bias is the last row of
 * its parameters.
 */
export function linearNetwork({ weights, bias, levels }: Pick<LinearModel, "weights" | "bias" | "levels">): {
  readonly network: Network;
  readonly parameters: Float64Array;
} {
  const outputs = bias.length;
  const rows = weights.length / outputs;
  if (!levels) return { network: denseNetwork(rows, [], outputs), parameters: joinVectors([weights, bias]) };
  const embedded: Float64Array[] = [];
  const numbers: Float64Array[] = [];
  let place = 0;
  for (const count of levels) {
    const rowsHere = count || 1;
    const part = weights.subarray(place * outputs, (place + rowsHere) * outputs);
    (count > 0 ? embedded : numbers).push(part);
    place += rowsHere;
  }
  const network = withEmbeddings(
    levels,
    () => outputs,
    (inputs) => denseNetwork(inputs, [], outputs),
  );
  const identities = embedded.map(() => identity(outputs));
  return { network, parameters: joinVectors([...embedded, ...identities, ...numbers, bias]) };
}

function identity(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
}
