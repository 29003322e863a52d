import { describe, expect, test } from "vitest";
import type { Encoder } from "../../src/data/encoder.ts";
import type { ColumnNote } from "../../src/data/plan-columns.ts";
import { parseTable } from "../../src/data/read-table.ts";
import { DataError } from "../../src/errors.ts";
import { fitTable, type TableOptions } from "../../src/model/fit.ts";
import { predictTable } from "../../src/model/saved-model.ts";
import { quick, surface } from "./surfaces.ts";

const { inputs, targets } = surface(60);

/** Columns a, b with some cells missing, a category, and the targets y and z; cells may be replaced. */
function csv(replace: (row: number, name: string) => string | undefined = () => undefined): string {
  const lines = inputs.map(([a, b], i) => {
    const cells = { a, b: i % 9 === 4 ? "" : b, colour: "rgb"[i % 3], y: targets[i]![0], z: 100 * a! };
    return Object.entries(cells)
      .map(([name, value]) => replace(i, name) ?? String(value))
      .join(",");
  });
  return `a,b,colour,y,z\n${lines.join("\n")}\n`;
}

const run = (text: string, options: Partial<TableOptions> = {}) =>
  fitTable(parseTable(text, "d.csv"), { ...quick, targets: ["y"], ...options });

describe("fitTable", () => {
  test("splits the usable rows, and says which are left out", async () => {
    const { split, notes, model } = await run(
      csv((row, name) => (name === "y" && row < 2 ? "" : undefined)),
      { test: 0.2 },
    );
    const all = [...split.train, ...split.validation, ...split.test].sort((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 58 }, (_, i) => i + 2));
    expect(notes).toContainEqual({
      column: "(rows)",
      choice: "2 left out",
      why: 'no value of "y"; the first is line 2',
    });
    expect(model.report.rows).toEqual({ train: 39, validation: 7, test: 12 });
  });

  test("measures each part on its own rows where some are left out", async () => {
    const table = parseTable(
      csv((row, name) => (name === "y" && row % 5 === 0 ? "" : undefined)),
      "d.csv",
    );
    const options = { ...quick, targets: ["y"], test: 0.2, optimizer: "gram-gauss-newton" } as const;
    const { split, model } = await fitTable(table, options);
    const { values } = predictTable(model, table);
    for (const part of ["train", "validation", "test"] as const) {
      const squares = Array.from(split[part], (row) => (values[row]! - targets[row]![0]!) ** 2);
      const rmse = Math.sqrt(squares.reduce((a, b) => a + b) / squares.length);
      expect(model.report.errors.rmse[part]! / rmse).toBeCloseTo(1, 12);
    }
  });

  test("leaves rows out that lack an input where it is asked to", async () => {
    const { split, notes, model } = await run(csv(), { missing: "drop", ignore: ["z"] });
    const used = [...split.train, ...split.validation, ...split.test];
    expect(used.filter((row) => row % 9 === 4)).toEqual([]);
    expect(used).toHaveLength(53);
    expect(notes).toEqual([
      { column: "b", choice: "7 missing", why: "the first in line 6; these rows are left out" },
      {
        column: "(rows)",
        choice: "7 left out",
        why: 'no value of "y" or of an input; the first is line 6',
      },
    ]);
    expect(model.header.encoder.inputs.map(({ column }) => column)).toEqual(["a", "b", "colour"]);
  });

  test("does not let test rows into anything but the test error", async () => {
    const testRows = [0, 5, 33];
    const spoilt = csv((row, name) =>
      testRows.includes(row) ? { a: "1e9", b: "-1e9", colour: "pink", y: "12345", z: "0" }[name] : undefined,
    );
    const [plain, other] = await Promise.all([run(csv(), { testRows }), run(spoilt, { testRows })]);
    expect(other.model.parameters).toEqual(plain.model.parameters);
    expect(other.model.header.encoder).toEqual(plain.model.header.encoder);
    const { train, validation, test: tested } = other.model.report.errors.rmse;
    expect({ train, validation }).toEqual({
      train: plain.model.report.errors.rmse.train,
      validation: plain.model.report.errors.rmse.validation,
    });
    expect(tested).toBeGreaterThan(1000);
  });

  test("says what was decided about columns, with the encoder, before it trains", async () => {
    const seen: [readonly ColumnNote[], Encoder][] = [];
    const { notes, model } = await run(csv(), {
      ignore: ["z"],
      onColumns: (...given) => seen.push(given),
      onEpoch: () => expect(seen).toHaveLength(1),
    });
    expect(seen).toEqual([[notes, model.header.encoder]]);
  });

  test("predicts several targets by their names, in the order that was asked for", async () => {
    const { model } = await run(csv(), { targets: ["z", "y"], maxSteps: 30 });
    const predicted = predictTable(model, parseTable(csv(), "d.csv"));
    expect(predicted.targets).toEqual(["z", "y"]);
    expect(model.report.targets.map(({ name }) => name)).toEqual(["z", "y"]);
    // z is 100 a, of the order of 100; y of the order of 1.
    const [z, y] = [0, 1].map((k) => Math.hypot(...predicted.values.filter((_, i) => i % 2 === k)));
    expect(z! / y!).toBeGreaterThan(20);
  });

  test.each<[string, string, Partial<TableOptions>, string]>([
    ["an unknown target", csv(), { targets: ["Y"] }, 'd.csv: has no column "Y"; did you mean "y"?'],
    ["a target of texts", csv(), { targets: ["colour"] }, 'd.csv: column "colour" holds texts such as "r"'],
    [
      "a cell that is no number",
      csv((row, name) => (row === 3 && name === "a" ? "oops" : undefined)),
      {},
      'd.csv:5: column "a" is "oops", not a number',
    ],
    [
      "a test row that is not there",
      csv(),
      { testRows: [60] },
      "d.csv: has no row 60; test rows are whole numbers from 0 to 59",
    ],
    [
      "too few rows",
      "x,y\n1,2\n3,4\n",
      {},
      "d.csv: has 2 usable rows, of which 2 would train; at least 3 are needed",
    ],
    [
      "a target that training does not see vary",
      csv((row, name) => (name === "y" && row !== 9 ? "7" : undefined)),
      { testRows: [9] },
      /d.csv: column "y" is 7 in all 5[01] training rows; there is nothing to learn/.source,
    ],
    [
      "inputs that training does not see vary",
      `x,y\n${inputs.map((_, i) => `${i === 9 ? 1 : 0},${i}`).join("\n")}\n`,
      { testRows: [9] },
      "d.csv: has no column that varies over the training rows",
    ],
  ])("refuses %s", async (_, text, options, message) => {
    await expect(run(text, options)).rejects.toThrow(DataError);
    await expect(run(text, options)).rejects.toThrow(new RegExp(`^${message.replace(/[?()]/g, "\\$&")}`));
  });
});

test("15 % of a table's rows test where nothing is said about them, as on the command line; 0 is none", async () => {
  const csv = Array.from({ length: 100 }, (_, i) => `${i},${Math.sin(i / 20)}`).join("\n");
  const table = parseTable(`x,y\n${csv}\n`, "d.csv");
  const rowsOf = async (test?: number) =>
    (await fitTable(table, { ...quick, targets: ["y"], ...(test === undefined ? {} : { test }) })).model
      .report.rows;
  expect((await rowsOf()).test).toBe(15);
  expect((await rowsOf(0)).test).toBe(0);
});

test.each([
  [{ missing: "none" }, 'options.missing: "none" will not do; it must be one of auto, mean, drop, refuse'],
  [{ targets: "y" }, 'options.targets: "y" will not do; it must be a list of names'],
  [{ catgories: ["x"] }, 'options.catgories: is unknown; did you mean "categories"?'],
])("refuses the options of columns %j", async (options, message) => {
  const table = parseTable("x,y\n1,2\n2,3\n3,5\n4,6\n", "d.csv");
  await expect(fitTable(table, { targets: ["y"], ...options } as unknown as TableOptions)).rejects.toThrow(
    message,
  );
});
