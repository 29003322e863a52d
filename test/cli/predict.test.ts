import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readTable } from "../../src/data/read-table.ts";
import { evaluateTable, load } from "../../src/model/model.ts";
import { predictTable } from "../../src/model/saved-model.ts";
import { jsonLines, makeWorkplace, tableOf } from "./run-cli.ts";

const place = makeWorkplace();
afterAll(place.remove);

beforeAll(async () => {
  place.write("sine.csv", tableOf(80, Math.sin));
  const options = ["--hidden", "4", "--max-steps", "20", "--quiet"];
  expect((await place.run("train", "sine.csv", "--target", "y", ...options)).code).toBe(0);
  const two = tableOf(60, (x) => x * x).replace(/^(.*)$/gm, (line) => (line ? `${line},${line.length}` : ""));
  place.write("two.csv", two.replace(/^x,y,3/, 'x,y,"a, b"'));
  const both = JSON.stringify({ target: ["y", "a, b"] });
  place.write("two.json", both);
  const trained = await place.run(
    "train",
    "two.csv",
    "--config",
    "two.json",
    ...options,
    "--out",
    "two.gramian",
  );
  expect(trained.code).toBe(0);
});

const path = (name: string) => join(place.folder, name);

describe("gramian predict", () => {
  test("writes every digit, in the order of the rows", async () => {
    const { code, stdout, stderr } = await place.run("predict", "model.gramian", "sine.csv");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { values } = predictTable(await load(path("model.gramian")), await readTable(path("sine.csv")));
    expect(stdout).toBe(`y\n${[...values].join("\n")}\n`);
  });

  test("needs no target in the data", async () => {
    place.write("new.csv", "x\n0.5\n1.5\n");
    const { code, stdout } = await place.run("predict", "model.gramian", "new.csv");
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n")).toHaveLength(3);
  });

  test("names the columns after the targets, quoted where they need it", async () => {
    const { stdout } = await place.run("predict", "two.gramian", "two.csv");
    const [head, first] = stdout.split("\n");
    expect(head).toBe('y,"a, b"');
    expect(first!.split(",").map(Number).every(Number.isFinite)).toBe(true);
  });

  test("writes to a file", async () => {
    const { stdout, stderr } = await place.run("predict", "model.gramian", "sine.csv", "--out", "p.csv");
    expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "wrote 80 rows to p.csv\n" });
    expect(readFileSync(path("p.csv"), "utf8").trimEnd().split("\n")).toHaveLength(81);
  });

  test("refuses to write over what it reads", async () => {
    expect(await place.run("predict", "model.gramian", "sine.csv", "--out", "./sine.csv")).toMatchObject({
      code: 2,
      stderr: 'error: --out: "./sine.csv" is read by this command; give another name\n',
    });
  });

  test("leaves rows empty that it can't predict, and names their lines", async () => {
    place.write("bad.csv", "x\n0.5\noops\n1.5\n1e999\n");
    const { code, stdout, stderr } = await place.run("predict", "model.gramian", "bad.csv");
    expect(code).toBe(3);
    expect(stdout).toMatch(/^y\n[-0-9.e]+\n\n[-0-9.e]+\n\n$/);
    expect(stderr).toBe(
      "error: 2 rows could not be predicted\n" +
        '  bad.csv:3: column "x" is "oops", not a number\n' +
        '  bad.csv:5: column "x" is "1e999", not a finite number\n',
    );
  });

  test("says where it extrapolates, and where a value is missing", async () => {
    place.write("far.csv", "x,z\n0.5,1\n1000,2\n,3\n");
    const { code, stderr } = await place.run("predict", "model.gramian", "far.csv");
    expect(code).toBe(0);
    expect(stderr).toBe(
      'note: "x" is outside its range in training in 1 row: predictions extrapolate\n' +
        'note: "x" has no value in 1 row: its mean is taken\n',
    );
  });

  test("names a column that is missing", async () => {
    place.write("other.csv", "xx,z\n1,2\n3,4\n");
    expect(await place.run("predict", "model.gramian", "other.csv")).toMatchObject({
      code: 3,
      stderr: 'error: other.csv: has no column "x"; did you mean "xx"?\n',
    });
  });

  test("ends quietly where the reader of a pipe has seen enough", async () => {
    place.write("long.csv", tableOf(100_000, Math.sin, 1e-5));
    const child = place.start("predict", "model.gramian", "long.csv");
    let stderr = "";
    child.stderr!.on("data", (chunk) => {
      stderr += String(chunk);
    });
    await once(child.stdout!, "data");
    child.stdout!.destroy();
    const [code] = await once(child, "close");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});

describe("gramian evaluate", () => {
  test("prints the errors", async () => {
    const { code, stdout, stderr } = await place.run("evaluate", "model.gramian", "sine.csv");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^target {2}rows +RMSE +MAE +R²\ny +80( +[-0-9.e]+){3}\n$/);
  });

  test("prints JSON that agrees with the library", async () => {
    const { stdout } = await place.run("evaluate", "two.gramian", "two.csv", "--json");
    const { rows, metrics, targets } = evaluateTable(
      await load(path("two.gramian")),
      await readTable(path("two.csv")),
    );
    expect(jsonLines(stdout)).toEqual([
      {
        event: "evaluation",
        rows,
        skipped: 0,
        ...metrics,
        targets: targets.map(({ name, metrics: ofTarget }) => ({ name, ...ofTarget })),
      },
    ]);
  });

  test("says how many rows have no target", async () => {
    place.write("holes.csv", "x,y\n0,0\n1,\n2,0.9\n");
    const { stderr } = await place.run("evaluate", "model.gramian", "holes.csv");
    expect(stderr).toBe("note: 1 row without a target left out\n");
  });
});
