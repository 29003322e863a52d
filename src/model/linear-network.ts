import type { LinearModel } from "../data/ridge.ts";
import { denseNetwork, type Network } from "../network/network.ts";
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
  if (!levels) return { network: denseNetwork(rows, [], outputs), parameters: concat([weights, bias]) };
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
  return { network, parameters: concat([...embedded, ...identities, ...numbers, bias]) };
}

function identity(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
}

function concat(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}
