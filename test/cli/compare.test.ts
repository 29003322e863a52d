import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { optimizerNames } from "../../src/model/named-optimizers.ts";
import { compareDefaults } from "../../src/model/option-table.ts";
import { finish, jsonLines, makeWorkplace, tableOf } from "./run-cli.ts";

const place = makeWorkplace();
afterAll(place.remove);
beforeAll(() => place.write("sine.csv", tableOf(80, Math.sin)));

/** Small enough to take no time. */
const quick = ["--hidden", "4", "--max-steps", "5"];
const compare = (...args: string[]) => place.run("compare", "sine.csv", "--target", "y", ...args);

describe("gramian compare", () => {
  test("prints a table, and progress elsewhere", async () => {
    const { code, stdout, stderr } = await compare(...quick);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toBe(
      "optimizer            batch  ms/step  steps  seconds  RMSE train  RMSE validation  RMSE test  s to best  stopped",
    );
    expect(lines.slice(1).map((line) => line.split(" ")[0])).toEqual([...compareDefaults.optimizers]);
    for (const line of lines.slice(1))
      expect(line).toMatch(/^[a-z-]+( \*)? +(58|32) +[0-9.e-]+ +5( +[0-9.e-]+){5} {2}max-steps$/);
    expect(lines.filter((line) => line.includes(" *"))).toHaveLength(1);
    expect(new Set(lines.map((line) => line.indexOf("max-steps"))).size).toBe(2);
    expect(stderr).toMatch(/^sine.csv: 80 rows, 2 columns\n/);
    expect(stderr).toContain("\nadam: 32 of 58 rows in a batch (usual for first-order methods)\n  5 steps, ");
    expect(stderr).toMatch(/\n\* best by the error on the validation rows; ridge regression has an RMSE of /);
  });

  test("says nothing but the table with --quiet", async () => {
    const { stdout, stderr } = await compare(...quick, "--quiet", "--optimizers", "sgd");
    expect(stdout.split("\n")).toHaveLength(3);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    const silent = await compare(...quick, "--quiet", "--optimizers", "sgd", "--json");
    expect(silent.stderr).toBe("");
  });

  test("writes a line of JSON for each optimizer, and the result last", async () => {
    const { code, stdout } = await compare(...quick, "--optimizers", optimizerNames.join(","), "--json");
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    const errors = { train: expect.any(Number), validation: expect.any(Number), test: expect.any(Number) };
    const runs = lines.slice(0, -1);
    expect(runs.map(({ optimizer }) => optimizer)).toEqual(optimizerNames);
    for (const run of runs)
      expect(run).toMatchObject({
        event: "optimizer",
        batchSize: expect.any(Number),
        stepMilliseconds: expect.any(Number),
        steps: 5,
        seconds: expect.any(Number),
        secondsToBest: expect.any(Number),
        stop: { reason: "max-steps", message: "5 steps, the limit" },
        rmse: errors,
        r2: errors,
      });
    const best = runs.toSorted((a, b) => validationOf(a) - validationOf(b))[0]!;
    expect(lines.at(-1)).toMatchObject({
      ...{ event: "result", rows: 80, inputs: 1, outputs: 1, parameters: 13, network: "1-4-1 tanh" },
      ...{ dtype: "float64", seed: 0, optimizers: optimizerNames, best: best.optimizer, interrupted: false },
      baseline: { mean: { rmse: errors }, ridge: { rmse: errors } },
      written: { report: null },
    });
  });

  test("takes every option that train shares with it", async () => {
    place.write("rows.json", "[0, 10, 20]");
    place.write("more.csv", `a,${tableOf(80, Math.sin).trimEnd().split("\n").join("\n1,")}\n`);
    const options = {
      ...{ "--optimizers": "adam,gram-gauss-newton", "--learning-rate": "0.5", "--hidden": "4,3" },
      ...{ "--activation": "silu", "--seed": "3", "--batch-size": "16", "--max-steps": "9" },
      ...{
        "--time-limit": "30s",
        "--patience": "50",
        "--validation": "0.2",
        "--test-rows": "rows.json",
        "--dtype": "float32",
      },
      ...{ "--kernels": "reference", "--threads": "1", "--missing": "drop", "--dates": "days" },
      ...{ "--header": "yes", "--ignore": "a", "--report": "more.html" },
    };
    const { code, stdout } = await place.run(
      ...["compare", "more.csv", "--target", "y", "--json"],
      ...Object.entries(options).flat(),
    );
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)).toMatchObject({
      ...{ rowsOf: { test: 3, validation: 15, train: 62 }, kernels: "reference", dtype: "float32", seed: 3 },
      ...{ network: "1-4-3-1 silu", written: { report: "more.html" } },
    });
    for (const run of jsonLines(stdout).slice(0, -1)) expect(run).toMatchObject({ batchSize: 16, steps: 9 });
  });

  test("takes its options from a file too, below those of the command line", async () => {
    place.write(
      "run.json",
      '{"target": ["y"], "optimizers": ["adam", "sgd"], "hidden": [4], "maxSteps": 7, "seed": 1}',
    );
    const { code, stdout } = await place.run(
      ...["compare", "sine.csv", "--config", "run.json", "--seed", "2", "--json"],
    );
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    expect(lines.at(-1)).toMatchObject({ seed: 2, network: "1-4-1 tanh", optimizers: ["adam", "sgd"] });
    for (const run of lines.slice(0, -1)) expect(run).toMatchObject({ steps: 7 });

    place.write("wrong.json", '{"target": ["y"], "optimizer": "adam"}');
    const wrong = await place.run("compare", "sine.csv", "--config", "wrong.json");
    expect([wrong.code, wrong.stderr.trimEnd()]).toEqual([
      2,
      'error: wrong.json: "optimizer": is unknown; did you mean "optimizers"?',
    ]);
  });

  test("ends a run by its patience", async () => {
    const { stdout } = await compare(
      ...["--hidden", "4", "--optimizers", "sgd", "--learning-rate", "0.5", "--patience", "1", "--json"],
    );
    expect(jsonLines(stdout)[0]).toMatchObject({ stop: { reason: "validation" } });
  });

  test("writes the report where it is asked to, and under its usual name", async () => {
    const named = await compare(...quick, "--report", "s.html");
    expect(named.stderr.trimEnd().split("\n").at(-1)).toBe("wrote s.html");
    expect(readFileSync(join(place.folder, "s.html"), "utf8")).toMatch(/^<!doctype html>/);
    await compare(...quick, "--report", "--optimizers", "sgd");
    expect(existsSync(join(place.folder, "compare.html"))).toBe(true);
  });

  test("shows what there is when it is interrupted, and exits 130", async () => {
    const child = place.start(
      ...["compare", "sine.csv", "--target", "y", "--optimizers", "gram-gauss-newton,adam,sgd"],
      // So small a learning rate lowers the error at every step, for hours.
      ...["--hidden", "4", "--learning-rate", "1e-6", "--json", "--time-limit", "1h"],
    );
    createInterface({ input: child.stderr!.pipe(new PassThrough()) }).on("line", (line) => {
      if (line.startsWith("adam: ")) child.kill("SIGINT");
    });
    const { code, stdout, stderr } = await finish(child);
    expect(stderr).toContain("finishing this step, then showing what there is");
    expect(code).toBe(130);
    const lines = jsonLines(stdout);
    expect(lines.slice(0, -1).map(({ optimizer }) => optimizer)).toEqual(["gram-gauss-newton", "adam"]);
    expect(lines.at(-2)).toMatchObject({ stop: { reason: "aborted" } });
    expect(lines.at(-1)).toMatchObject({ event: "result", interrupted: true });
  });

  test.each([
    ["--optimizers adm", 'error: --optimizers: "adm" is unknown; did you mean "adam"?'],
    ["--optimizers sgd,sgd", 'error: --optimizers: names "sgd" twice; name it once'],
    ["--optimizers sgd,", 'error: --optimizers: "sgd," has an empty name; separate names by single commas'],
    [
      "--optimizers levenberg-marquardt --learning-rate 1",
      "error: options.learningRate: levenberg-marquardt does not take it; leave it out, or compare adam or sgd",
    ],
    ["--out m", "error: unknown option '--out'"],
    ["--report sine.csv", 'error: --report: "sine.csv" is the data itself; give another name'],
    ["--time-limit 5", 'error: --time-limit: "5" is not a time above 0; write for example 30s, 5m or 1.5h'],
  ])("refuses %s, with exit code 2", async (options, message) => {
    const { code, stdout, stderr } = await compare(...options.split(" "));
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.trimEnd()).toContain(message);
  });

  test("needs a target", async () => {
    const { code, stderr } = await place.run("compare", "sine.csv");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: --target: is missing; name the column to predict/);
  });
});

function validationOf(line: Record<string, unknown>): number {
  return (line.rmse as { validation: number }).validation;
}
