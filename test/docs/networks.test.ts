import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { initialize } from "../../src/network/initialize.ts";
import type { Layer } from "../../src/network/layers.ts";
import { type Network, resolveNetwork, validateNetwork } from "../../src/network/network.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { naiveOutputs } from "../twins/naive-layers.ts";

const text = readFileSync(new URL("../../docs/networks.md", import.meta.url), "utf8");
const examples = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(
  (match) => JSON.parse(match[1]!) as Network | Layer,
);
const layers = examples.filter((example): example is Layer => "kind" in example);
const networks = examples.filter((example): example is Network => "layers" in example);

/** What the table says must be given. */
function requiredOf(kind: string): readonly string[] {
  const row = text.split("\n").find((line) => line.split("|")[1]?.includes(`\`${kind}\``))!;
  return ["kind", ...[...row.split("|")[3]!.matchAll(/`(\w+)`/g)].map((match) => match[1]!)];
}

/** A layer on 4 × 4 positions with 16 channels, or on a vector of 16 numbers. */
function around(layer: Layer): Network {
  const end: Layer = { kind: "dense", units: 1, activation: "identity" };
  if (layer.kind === "dense" || layer.kind === "embedding") return { inputs: 16, layers: [layer, end] };
  return { inputs: 256, shape: [4, 4, 16], layers: [layer, { kind: "flatten" }, end] };
}

test("docs/networks.md has a network, and a layer of every kind, that can be built", () => {
  expect(networks.length).toBe(1);
  for (const network of networks) expect(() => validateNetwork(network)).not.toThrow();
  for (const layer of layers) expect(() => validateNetwork(around(layer))).not.toThrow();
  const kinds = layers.map(({ kind }) => kind);
  expect(new Set(kinds).size).toBe(14);
});

test.each(layers.map((layer) => [layer.kind, layer] as const))(
  "what it shows of %s are the defaults",
  (kind, layer) => {
    const required = requiredOf(kind);
    for (const name of required) expect(layer).toHaveProperty(name);
    const optional = Object.keys(layer).filter((name) => !required.includes(name) && name !== "shortcut");
    const gaussian = gaussianRandom(seededRandom(1));
    const x = Array.from({ length: 256 }, gaussian);
    const full = around(layer);
    const resolve = (network: Network) => {
      const theta = initialize(network, 1);
      const { blocks, output } = resolveNetwork(network);
      return { theta, blocks, output, f: naiveOutputs(network, theta, x.slice(0, network.inputs)) };
    };
    for (const name of optional) {
      const { [name as "kind"]: _, ...rest } = layer;
      expect(resolve(around(rest as Layer))).toEqual(resolve(full));
    }
    for (const name of required.slice(1)) {
      const { [name as "kind"]: _, ...rest } = layer;
      if (name !== "rate") expect(() => validateNetwork(around(rest as Layer))).toThrow();
    }
  },
);
