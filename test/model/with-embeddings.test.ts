import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { predictLinear } from "../../src/data/ridge.ts";
import { linearNetwork } from "../../src/model/linear-network.ts";
import { embeddingUnits, requireEmbeddings, withEmbeddings } from "../../src/model/with-embeddings.ts";
import type { EmbeddingLayer } from "../../src/network/layers/embedding.ts";
import { denseNetwork, parameterCount, validateNetwork } from "../../src/network/network.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { naiveOutputs } from "../twins/naive-layers.ts";

const levelCounts = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 5 });

describe("withEmbeddings", () => {
  test("puts an embedding in the place of every column of levels", () => {
    fc.assert(
      fc.property(levelCounts, (levels) => {
        const network = withEmbeddings(
          levels,
          (count) => count + 1,
          (inputs) => denseNetwork(inputs, [3], 1),
        );
        validateNetwork(network);
        expect(network.inputs).toBe(levels.length);
        const embedded = network.layers.flatMap((layer) =>
          layer.kind === "embedding" ? [[layer.levels, layer.units, layer.gain]] : [],
        );
        expect(embedded).toEqual(levels.filter((count) => count > 0).map((count) => [count, count + 1, 0]));
        expect(() => requireEmbeddings(network, levels)).not.toThrow();
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  test("leaves a network of numbers alone", () => {
    const build = (inputs: number) => denseNetwork(inputs, [3], 1);
    expect(withEmbeddings([0, 0], embeddingUnits, build)).toEqual(build(2));
  });
});

test("the width of an embedding grows as the fourth root of its levels, from 2", () => {
  expect([11, 16, 40, 150, 300, 10_000].map(embeddingUnits)).toEqual([2, 2, 3, 3, 4, 10]);
});

describe("requireEmbeddings", () => {
  const dense = denseNetwork(3, [], 1);
  const embedding: EmbeddingLayer = { kind: "embedding", column: 1, levels: 20, units: 2 };
  const refused = (layers: readonly EmbeddingLayer[], levels: readonly number[]) => () =>
    requireEmbeddings({ inputs: 3, layers: [...layers, ...dense.layers] }, levels);

  test("refuses a network that would calculate with positions, and says which layer is missing", () => {
    expect(refused([], [0, 20, 0])).toThrow(
      'options.network: input 1 holds positions among 20 levels, not numbers; give { "kind": "embedding", "column": 1, "levels": 20, "units": 2 } as a first layer',
    );
    expect(refused([embedding], [0, 20, 12])).toThrow("input 2 holds positions among 12 levels");
    expect(refused([embedding], [0, 20, 12])).toThrow('"column": 3, "levels": 12');
  });

  test("refuses an embedding of fewer levels than there are", () => {
    expect(refused([{ ...embedding, levels: 20 }], [0, 21, 0])).toThrow(
      "options.network: the embedding of input 1 has 20 levels, and the data have 21",
    );
  });

  test("takes embeddings in any order", () => {
    const last = { ...embedding, column: 2, levels: 12 };
    expect(refused([last, { ...embedding, column: 3 }], [0, 20, 12])).not.toThrow();
  });
});

test("a linear model of levels and numbers as a network predicts the same", () => {
  fc.assert(
    fc.property(levelCounts, fc.integer({ min: 1, max: 3 }), fc.nat(1000), (levels, outputs, seed) => {
      const gaussian = gaussianRandom(seededRandom(seed));
      const width = levels.reduce((sum, count) => sum + (count || 1), 0);
      const linear = {
        weights: Float64Array.from({ length: width * outputs }, gaussian),
        bias: Float64Array.from({ length: outputs }, gaussian),
        levels,
      };
      const x = levels.map((count) =>
        count === 0 ? gaussian() : (Math.floor(Math.abs(gaussian()) * 2) % (count + 1)) - 1,
      );
      const { network, parameters } = linearNetwork(linear);
      expect(parameters.length).toBe(parameterCount(network));
      const found = naiveOutputs(network, parameters, x);
      // Sums of at most 6 numbers of the order of 1 to 10, in another order.
      for (const [k, expected] of predictLinear(linear, Float64Array.from(x), 1).entries())
        expect(Math.abs(found[k]! - expected)).toBeLessThan(6 * 100 * Number.EPSILON);
    }),
    { seed: 1, numRuns: 200 },
  );
});
