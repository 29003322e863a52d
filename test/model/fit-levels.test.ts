import { describe, expect, test } from "vitest";
import { parseTable } from "../../src/data/read-table.ts";
import { fitTable, type TableOptions } from "../../src/model/fit.ts";
import { evaluateTable, readModel } from "../../src/model/model.ts";
import { predictTable } from "../../src/model/saved-model.ts";
import type { Layer } from "../../src/network/layers.ts";
import { gaussianRandom, seededRandom } from "../../src/random/random.ts";
import { quick } from "./surfaces.ts";

const rows = 240;
const stations = 24;

/** y = f(x, effect of the station), of stations s0 ... s23 in turn. */
function stationTable(f: (x: number, effect: number) => number, noise = 0.02) {
  const gaussian = gaussianRandom(seededRandom(3));
  const effects = Array.from({ length: stations }, gaussian);
  const lines = Array.from({ length: rows }, (_, i) => {
    const x = gaussian();
    const station = (i * 7) % stations;
    return `${x},s${station},${f(x, effects[station]!) + noise * gaussian()}`;
  });
  return parseTable(`x,station,y\n${lines.join("\n")}\n`, "d.csv");
}

const bent = stationTable((x, effect) => Math.sin(2 * x) + effect);
const straight = stationTable((x, effect) => x + effect, 1);
const fitTo = (table: typeof bent, options: Partial<TableOptions> = {}) =>
  fitTable(table, { ...quick, targets: ["y"], test: 0.2, ...options });
const unseen = parseTable("x,station,y\n0.3,s99,0\n0.3,,0\n0.3,s1,0\n0.3,S1,0\n", "new.csv");

describe("a category of many levels", () => {
  test("is embedded, and said to be", async () => {
    const { model, notes } = await fitTo(bent);
    expect(model.report.network).toMatch(/^embedding 24x2, 3-/);
    expect(model.header.members[0]!.network.layers[0]).toMatchObject({
      kind: "embedding",
      column: 1,
      levels: 24,
    });
    expect(notes.map(({ column, choice }) => [column, choice])).toContainEqual([
      "station",
      "24 levels, embedded",
    ]);
  });

  test("is learned: better than without it, and than ridge regression that has it", async () => {
    const [{ model }, without] = [
      await fitTo(bent, { maxSteps: 60 }),
      await fitTo(bent, { ignore: ["station"] }),
    ];
    const { errors, baseline } = model.report;
    expect(baseline.ridge.rmse.test!).toBeLessThan(without.model.report.errors.rmse.test!);
    expect(errors.rmse.test!).toBeLessThan(baseline.ridge.rmse.test!);
  });

  test("gives new and missing levels one prediction, which is the same after reading the model", async () => {
    const { model } = await fitTo(bent);
    const { values, unseen: counts } = predictTable(model, unseen);
    expect([...counts]).toEqual([["station", 3]]);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values[1]).toBe(values[0]);
    expect(values[3]).toBe(values[0]);
    expect(values[2]).not.toBe(values[0]);
    const read = await readModel(await model.toBytes());
    expect(predictTable(read, unseen).values).toEqual(values);
    expect(evaluateTable(read, bent)).toEqual(evaluateTable(model, bent));
  });

  test("is a part of the linear model that takes the network's place", async () => {
    const { model } = await fitTo(straight, { maxSteps: 1 });
    const { report, header } = model;
    expect(report.decisions.find(({ what }) => what === "model")?.choice).toBe("linear");
    expect(report.network).toBe("embedding 24x1, 2-1 linear");
    expect(header.members[0]!.blend).toBeNull();
    // The network computes the linear model's sums in another order.
    expect(report.errors.rmse.test! / report.baseline.ridge.rmse.test! - 1).toBeCloseTo(0, 10);
    const { values } = predictTable(model, unseen);
    expect(values[0]).toBe(values[1]);
  });

  test("needs an embedding in a network that is given", async () => {
    const end = { kind: "dense", units: 1, activation: "identity" } as const;
    const embedding = { kind: "embedding", column: 1, levels: 24, units: 3 } as const;
    const fitNetwork = (layers: readonly Layer[]) =>
      fitTable(bent, {
        maxSteps: 8,
        kernels: "wasm",
        targets: ["y"],
        test: 0.2,
        network: { inputs: 2, layers },
      });
    await expect(fitNetwork([end])).rejects.toThrow(
      "options.network: input 1 holds positions among 24 levels",
    );
    const { model } = await fitNetwork([embedding, { ...end, units: 5, activation: "tanh" }, end]);
    expect(model.report.network).toBe("embedding 24x3, 4-5-1 tanh");
  });

  test("has a column for each level again where the bound is raised", async () => {
    const { model } = await fitTo(bent, { maxLevels: 24 });
    expect(model.report.network).toMatch(/^25-/);
  });
});
