import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseTable } from "../../src/data/read-table.ts";
import { DataError } from "../../src/errors.ts";
import { encodeModel } from "../../src/formats/model-file.ts";
import { fit, fitTable } from "../../src/model/fit.ts";
import { createModel, evaluateTable, load, type Model, readModel } from "../../src/model/model.ts";
import type { FitOptions } from "../../src/model/options.ts";
import { predictTable } from "../../src/model/saved-model.ts";
import { parameterCount } from "../../src/network/network.ts";
import { quick, surface } from "./surfaces.ts";

const folder = mkdtempSync(join(tmpdir(), "gramian-model-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

/** The model after it was written and read. */
async function reloaded(model: Model): Promise<Model> {
  const path = join(folder, `${files++}.gramian`);
  await model.save(path);
  return load(path);
}

const shaped = (rows: number[][]) => ({
  data: Float64Array.from(rows.flat()),
  shape: [rows.length, rows[0]!.length] as const,
});

describe("a model that was saved and loaded", () => {
  const { inputs, targets } = surface(60);
  const two = surface(60, 2);
  test.each<[string, Parameters<typeof fit>[0], Parameters<typeof fit>[1], FitOptions]>([
    ["numbers", inputs.map(([a]) => a!), targets.map(([y]) => y!), {}],
    ["rows", inputs, targets, {}],
    ["rows of two outputs", two.inputs, two.targets, {}],
    ["shaped numbers", shaped(two.inputs), shaped(two.targets), {}],
    ["float32", inputs, targets, { dtype: "float32" }],
    [
      "shaped float32",
      { ...shaped(two.inputs), data: Float32Array.from(two.inputs.flat()) },
      two.targets,
      { dtype: "float32" },
    ],
    ["an ensemble", two.inputs, two.targets, { ensemble: 3 }],
    ["a float32 ensemble", inputs, targets, { ensemble: 3, dtype: "float32" }],
    ["a linear model", inputs, targets, { hidden: [] }],
    ["no validation", inputs, targets, { validation: 0 }],
  ])("predicts the same, bit for bit: %s", async (_, x, y, options) => {
    const model = await fit(x, y, { ...quick, ...options });
    const same = await reloaded(model);
    const expected = await model.predict(x);
    expect(await same.predict(x)).toEqual(expected);
    expect(same.parameters).toEqual(model.parameters);
    expect(same.header).toEqual(model.header);
    expect(same.report).toEqual(JSON.parse(JSON.stringify(model.report)));
    // Again from the loaded one: nothing is lost on a second journey.
    expect(await (await reloaded(same)).predict(x)).toEqual(expected);
    expect(await same.toBytes()).toEqual(await model.toBytes());
  });

  const csv = `x,c,y\n${inputs.map(([a], i) => `${i % 7 ? a : ""},${"rgb"[i % 3]},${targets[i]![0]}`).join("\n")}\n`;

  test("predicts the same, bit for bit: a table, with the spread of an ensemble", async () => {
    const table = parseTable(csv, "d.csv");
    const { model } = await fitTable(table, { ...quick, targets: ["y"], ensemble: 3 });
    const same = await reloaded(model);
    const expected = predictTable(model, table);
    expect(expected.spread!.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
    expect(predictTable(same, table)).toEqual(expected);
    expect(evaluateTable(same, table)).toEqual(evaluateTable(model, table));
    expect(same.header.dataHash).toBe(table.sha256);
  });

  test("keeps what was fitted, the seed, the metrics and the hash of the data", async () => {
    const model = await reloaded(await fit(inputs, targets, { ...quick, seed: 5 }));
    expect(model.report.seed).toBe(5);
    expect(model.report.errors.rmse.validation).toBeGreaterThan(0);
    expect(model.header.dataHash).toMatch(/^[0-9a-f]{64}$/);
    const other = await fit(
      inputs,
      targets.map(([y], i) => [i === 0 ? y! + 1e-12 : y!]),
      quick,
    );
    expect(other.header.dataHash).not.toBe(model.header.dataHash);
  });
});

describe("predict", () => {
  const { inputs, targets } = surface(40);

  test("lays predictions out like the targets were", async () => {
    const one = await fit(
      inputs,
      targets.map(([y]) => y!),
      quick,
    );
    const rows = await fit(inputs, targets, quick);
    const typed = await fit(inputs, shaped(targets), quick);
    const numbers = (await one.predict(inputs)) as number[];
    expect(numbers.every((value) => typeof value === "number")).toBe(true);
    expect(await rows.predict(inputs)).toEqual(numbers.map((value) => [value]));
    expect(await typed.predict(inputs)).toEqual({ data: Float64Array.from(numbers), shape: [40, 1] });
  });

  test("is the same for one row as for that row among many", async () => {
    const model = await fit(
      inputs,
      targets.map(([y]) => y!),
      quick,
    );
    const all = (await model.predict(inputs)) as number[];
    for (const i of [0, 17, 39]) {
      const [alone] = (await model.predict([inputs[i]!])) as number[];
      // Products of few and of many rows may be summed in another order: 2 layers of at most 5 terms.
      expect(Math.abs(alone! - all[i]!)).toBeLessThan(100 * Number.EPSILON * Math.max(1, Math.abs(all[i]!)));
    }
  });

  test("refuses inputs of another width, and inputs that are no numbers", async () => {
    const model = await fit(inputs, targets, quick);
    await expect(model.predict([[1, 2, 3]])).rejects.toThrow(
      "inputs: has 3 columns; the model was fitted to 2",
    );
    await expect(model.predict([[1, Number.NaN]])).rejects.toThrow(
      "inputs[0][1]: is NaN, not a finite number",
    );
  });

  test("refuses arrays for a model of texts or of missing values, which arrays can't hold", async () => {
    const texts = parseTable(`c,y\n${inputs.map((_, i) => `${"rgb"[i % 3]},${i}`).join("\n")}`, "d.csv");
    const { model } = await fitTable(texts, { ...quick, targets: ["y"] });
    await expect(model.predict([[1, 0, 0]])).rejects.toThrow(DataError);
    await expect(model.predict([[1, 0, 0]])).rejects.toThrow(
      'inputs: can\'t be arrays: the model was fitted to a table whose column "c" is a category; use predictTable',
    );
  });

  test("takes arrays for a model of a table of numbers", async () => {
    const table = parseTable(
      `a,b,y\n${inputs.map(([a, b], i) => `${a},${b},${targets[i]}`).join("\n")}`,
      "d.csv",
    );
    const { model } = await fitTable(table, { ...quick, targets: ["y"] });
    expect((await model.predict(inputs)) as number[][]).toEqual(
      [...predictTable(model, table).values].map((y) => [y]),
    );
  });
});

test("the spread of an ensemble is the deviation of its members' predictions, in the targets' units", async () => {
  const { inputs, targets } = surface(50, 2);
  const lines = inputs.map(([a, b], i) => `${a},${b},${1000 * targets[i]![0]!},${targets[i]![1]}`);
  const table = parseTable(`a,b,y,z\n${lines.join("\n")}`, "d.csv");
  const options = { ...quick, targets: ["y", "z"], ensemble: 3 } as const;
  const { model } = await fitTable(table, options);
  let end = 0;
  const each = model.header.members.map((member) => {
    const start = end;
    end += parameterCount(member.network);
    const header = { ...model.header, members: [member] };
    return predictTable(createModel(header, model.parameters.slice(start, end)), table);
  });
  expect(each.every(({ spread }) => spread === null)).toBe(true);
  const { values, spread } = predictTable(model, table);
  values.forEach((value, i) => {
    const members = each.map((one) => one.values[i]!);
    const mean = members.reduce((a, b) => a + b) / 3;
    const deviation = Math.sqrt(members.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 2);
    // Restoring to units and averaging, in either order: a few roundings of numbers up to the largest.
    const tolerance = 32 * Number.EPSILON * Math.max(...members.map(Math.abs), 1000);
    expect(Math.abs(value - mean)).toBeLessThan(tolerance);
    expect(Math.abs(spread![i]! - deviation)).toBeLessThan(tolerance);
  });
  expect(Math.max(...spread!.filter((_, i) => i % 2 === 0))).toBeGreaterThan(1);
});

describe("evaluateTable", () => {
  const rows = surface(50, 2);
  const csv = (hole: number) =>
    `a,b,y,z\n${rows.inputs.map(([a, b], i) => `${a},${b},${rows.targets[i]![0]},${i === hole ? "" : rows.targets[i]![1]! * 100}`).join("\n")}`;

  test("compares with the targets that are there", async () => {
    const table = parseTable(csv(7), "d.csv");
    const { model } = await fitTable(table, { ...quick, targets: ["z", "y"] });
    const evaluation = evaluateTable(model, table);
    expect(evaluation).toMatchObject({ rows: 49, skipped: 1, targets: [{ name: "z" }, { name: "y" }] });
    const { values, targets } = predictTable(model, table);
    expect(targets).toEqual(["z", "y"]);
    const squares = rows.targets.map(([y, z], i) => [
      (values[2 * i]! - z! * 100) ** 2,
      (values[2 * i + 1]! - y!) ** 2,
    ]);
    const rmse = (k: number) =>
      Math.sqrt(squares.filter((_, i) => i !== 7).reduce((sum, s) => sum + s[k]!, 0) / 49);
    for (const k of [0, 1]) expect(evaluation.targets[k]!.metrics.rmse / rmse(k)).toBeCloseTo(1, 12);
    expect(evaluation.metrics.rmse / Math.sqrt((rmse(0) ** 2 + rmse(1) ** 2) / 2)).toBeCloseTo(1, 12);
  });

  test("refuses a table without targets", async () => {
    const { model } = await fitTable(parseTable(csv(-1), "d.csv"), {
      ...quick,
      targets: ["y"],
      ignore: ["z"],
    });
    expect(() => evaluateTable(model, parseTable("a,b,y\n1,2,\n3,4,NaN\n", "e.csv"))).toThrow(
      'e.csv: has no row with a value of "y"',
    );
    expect(() => evaluateTable(model, parseTable("a,b\n1,2\n", "e.csv"))).toThrow('e.csv: has no column "y"');
    expect(() => evaluateTable(model, parseTable("a,b,y\n1,2,inf\n", "e.csv"))).toThrow(
      'e.csv:2: column "y" is "inf", not a finite number',
    );
  });
});

describe("readModel", () => {
  test("refuses a header that lacks a part, or whose parts do not fit", async () => {
    const { inputs, targets } = surface(20);
    const { header, parameters } = await fit(inputs, targets, quick);
    const bytes = (change: object, theta = parameters) =>
      encodeModel({ header: { ...header, ...change } as never, parameters: theta });
    for (const part of ["members", "encoder", "report", "dtype"])
      await expect(readModel(await bytes({ [part]: undefined }), "m.gramian")).rejects.toThrow(
        "m.gramian: lacks its networks, its encoder or its report; write the model anew",
      );
    await expect(readModel(await bytes({}, parameters.subarray(1)), "m.gramian")).rejects.toThrow(
      `m.gramian: has ${parameters.length - 1} parameters where its networks need ${parameters.length}; write the model anew`,
    );
    await expect(readModel(await bytes({}, new Float64Array(0)), "m.gramian")).rejects.toThrow(
      "has 0 parameters",
    );
  });
});
