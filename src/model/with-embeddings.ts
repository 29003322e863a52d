import { OptionError } from "../errors.ts";
import type { EmbeddingLayer } from "../network/layers/embedding.ts";
import type { Network } from "../network/network.ts";

/** The least width of an embedding: levels may differ in more than one way. */
const leastUnits = 2;

/**
 * The numbers that stand for one of so many levels: ⁴√levels, at least 2.
 *
 * Source: the rule of thumb of TensorFlow's "Introducing TensorFlow Feature Columns" (2017); measured in
 * docs/how-it-chooses.md.
 */
export function embeddingUnits(levels: number): number {
  return Math.max(leastUnits, Math.round(levels ** 0.25));
}

/** What stands where among the inputs of a layer: an input of the network, or null for a number of an embedding. */
type Places = readonly (number | null)[];

const placesAfter = (places: Places, column: number, units: number): Places => [
  ...Array<null>(units).fill(null),
  ...places.filter((_, at) => at !== column),
];

/**
 * Puts an embedding in the place of each input that holds the position of a level. All levels start at 0, which any
 * other level has too: a level is told from the others by what its rows teach alone.
 *
 * @param levels For each input the number of its levels, or 0.
 * @param unitsOf The width of an embedding of so many levels.
 * @param build Makes the network after them, of so many inputs: the numbers of the last embedding come first, those of
 *   the inputs that hold numbers last.
 */
export function withEmbeddings(
  levels: readonly number[],
  unitsOf: (levels: number) => number,
  build: (inputs: number) => Network,
): Network {
  let places: Places = levels.map((_, j) => j);
  const layers: EmbeddingLayer[] = [];
  for (const [j, count] of levels.entries()) {
    if (count === 0) continue;
    const units = unitsOf(count);
    const column = places.indexOf(j);
    layers.push({ kind: "embedding", column, levels: count, units, gain: 0 });
    places = placesAfter(places, column, units);
  }
  const network = build(places.length);
  return layers.length === 0 ? network : { inputs: levels.length, layers: [...layers, ...network.layers] };
}

/**
 * Refuses a network that would calculate with positions of levels.
 *
 * @throws {OptionError} If an input that holds them has no embedding, or one of fewer levels.
 */
export function requireEmbeddings(network: Network, levels: readonly number[]): void {
  let places: Places = levels.map((_, j) => j);
  for (const layer of network.layers) {
    if (layer.kind !== "embedding") break;
    const input = places[layer.column];
    const count = input == null ? 0 : levels[input]!;
    if (layer.levels < count)
      throw new OptionError(
        `options.network: the embedding of input ${input} has ${layer.levels} levels, and the data have ${count}; change its "levels"`,
      );
    places = placesAfter(places, layer.column, layer.units);
  }
  const bare = places.findIndex((input) => input !== null && levels[input]! > 0);
  if (bare < 0) return;
  const input = places[bare]!;
  const count = levels[input]!;
  throw new OptionError(
    `options.network: input ${input} holds positions among ${count} levels, not numbers; give ` +
      `{ "kind": "embedding", "column": ${bare}, "levels": ${count}, "units": ${embeddingUnits(count)} } ` +
      (bare === input ? "as a first layer" : "after the embeddings"),
  );
}
