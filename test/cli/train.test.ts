import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load } from "../../src/model/model.ts";
import { finish, jsonLines, makeWorkplace, tableOf } from "./run-cli.ts";

const place = makeWorkplace();
afterAll(place.remove);
beforeAll(() => place.write("sine.csv", tableOf(80, Math.sin)));

/** Small enough to take no time. */
const quick = ["--hidden", "4", "--max-steps", "5"];

describe("gramian train", () => {
  test("says what it decided, trains, and compares with the baselines", async () => {
    const { code, stdout, stderr } = await place.run("train", "sine.csv", "--target", "y", ...quick);
    expect(code).toBe(0);
    expect(stdout).toBe("");
    const lines = stderr.split("\n");
    expect(lines[0]).toBe("sine.csv: 80 rows, 2 columns");
    for (const start of ["  network ", "  batch ", "  optimizer ", "  system ", "  kernels "])
      expect(lines.filter((line) => line.startsWith(start))).toHaveLength(1);
    expect(lines.findIndex((line) => line.startsWith("  network "))).toBeLessThan(
      lines.findIndex((line) => line.startsWith("Trained ")),
    );
    for (const method of ["this model", "ridge regression", "mean"])
      expect(lines.some((line) => new RegExp(`^  ${method}( +-?[0-9.e-]+){5}$`).test(line))).toBe(true);
    expect(lines.at(-2)).toBe("wrote model.gramian");
    expect((await load(join(place.folder, "model.gramian"))).report.network).toMatch(/^1-4-1|^1-1/);
  });

  test("says plainly when ridge is as good, and takes its place", async () => {
    place.write(
      "line.csv",
      tableOf(60, (x) => 3 * x - 1),
    );
    const { stderr } = await place.run("train", "line.csv", "--target", "y", ...quick);
    expect(stderr).toContain("This model is ridge regression, a linear model: no network was better");
  });

  test("writes the report where it is asked to, and under its usual name", async () => {
    const named = await place.run("train", "sine.csv", "--target", "y", ...quick, "--report", "s.html");
    expect(named.stderr.trimEnd().split("\n").at(-1)).toBe("wrote model.gramian and s.html");
    expect(readFileSync(join(place.folder, "s.html"), "utf8")).toMatch(/^<!doctype html>/);
    await place.run("train", "sine.csv", "--report", "--target", "y", ...quick);
    expect(existsSync(join(place.folder, "report.html"))).toBe(true);
  });

  test("writes lines of JSON, the result last, and nothing else", async () => {
    const { code, stdout } = await place.run("train", "sine.csv", "--target", "y", ...quick, "--json");
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    expect(new Set(lines.slice(0, -1).map(({ event }) => event))).toEqual(new Set(["step"]));
    expect(lines.at(-1)).toMatchObject({
      event: "result",
      rows: 80,
      inputs: 1,
      outputs: 1,
      kernels: expect.any(String),
      dtype: "float64",
      steps: expect.any(Number),
      seconds: expect.any(Number),
      stop: { reason: expect.any(String), message: expect.any(String) },
      rmse: { train: expect.any(Number), validation: expect.any(Number), test: expect.any(Number) },
      r2: { train: expect.any(Number), validation: expect.any(Number), test: expect.any(Number) },
      baseline: {
        mean: { rmse: { test: expect.any(Number) } },
        ridge: { rmse: { test: expect.any(Number) } },
      },
    });
  });

  test("counts each row once, also where an ensemble's networks hold out different ones", async () => {
    const { stdout } = await place.run(
      "train",
      "sine.csv",
      "--target",
      "y",
      ...quick,
      "--ensemble",
      "2",
      "--json",
    );
    expect(jsonLines(stdout).at(-1)).toMatchObject({ members: 2, rows: 80 });
  });

  test("has null where there is no such part", async () => {
    const parts = ["--validation", "0", "--test", "0"];
    const { stdout } = await place.run("train", "sine.csv", "--target", "y", ...quick, ...parts, "--json");
    expect(jsonLines(stdout).at(-1)!.rmse).toMatchObject({ validation: null, test: null });
  });

  test("says nothing but the result with --quiet", async () => {
    const { stderr } = await place.run("train", "sine.csv", "--target", "y", ...quick, "--quiet");
    expect(stderr.split("\n")[0]).toBe("Result");
    const { stderr: silence } = await place.run(
      ...["train", "sine.csv", "--target", "y", ...quick, "--quiet", "--json"],
    );
    expect(silence).toBe("");
  });

  test("takes every option", async () => {
    place.write("rows.json", "[0, 10, 20]");
    place.write("more.csv", `a,${tableOf(80, Math.sin).trimEnd().split("\n").join("\n1,")}\n`);
    const options = {
      "--optimizer": "gram-gauss-newton",
      "--learning-rate": "0.5",
      "--damping": "0.1",
      "--hidden": "4,3",
      "--activation": "silu",
      "--seed": "3",
      "--batch-size": "16",
      "--max-steps": "9",
      "--time-limit": "30s",
      "--validation": "0.2",
      "--test-rows": "rows.json",
      "--dtype": "float32",
      "--kernels": "reference",
      "--threads": "1",
      "--missing": "drop",
      "--dates": "days",
      "--header": "yes",
      "--ignore": "a",
      "--out": "all.gramian",
    };
    const { code, stdout } = await place.run(
      ...["train", "more.csv", "--target", "y", "--json"],
      ...Object.entries(options).flat(),
    );
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)).toMatchObject({
      optimizer: "gram-gauss-newton",
      network: "1-4-3-1 silu",
      seed: 3,
      steps: 9,
      dtype: "float32",
      kernels: "reference",
      rowsOf: { test: 3, validation: 15 },
      stop: { reason: "max-steps" },
      written: { model: "all.gramian", report: null },
    });
  });

  test.each(["levenberg-marquardt", "adam", "sgd"])("trains with %s", async (optimizer) => {
    const { code, stdout } = await place.run(
      ...["train", "sine.csv", "--target", "y", ...quick, "--optimizer", optimizer, "--json"],
    );
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ optimizer });
  });

  test("takes λ and α of the paper", async () => {
    const paper = ["--optimizer", "gram-gauss-newton", "--lambda", "1", "--alpha", "0.5"];
    const { code } = await place.run("train", "sine.csv", "--target", "y", ...quick, ...paper);
    expect(code).toBe(0);
  });

  test("reads the same options from a file; the command line wins", async () => {
    place.write("run.json", JSON.stringify({ target: ["y"], hidden: [5], maxSteps: 4, seed: 9 }));
    const { stdout } = await place.run(
      ...["train", "sine.csv", "--config", "run.json", "--seed", "2", "--optimizer", "adam", "--json"],
    );
    expect(jsonLines(stdout).at(-1)).toMatchObject({ network: "1-5-1 tanh", steps: 4, seed: 2 });
  });

  test("gives the same model for the same seed", async () => {
    const run = async (seed: string) => {
      await place.run("train", "sine.csv", "--target", "y", ...quick, "--seed", seed);
      return (await load(join(place.folder, "model.gramian"))).parameters;
    };
    expect(await run("1")).toEqual(await run("1"));
  });
});

test("training that diverges keeps the best model and exits with 4", async () => {
  const steep = [
    "--optimizer",
    "sgd",
    "--learning-rate",
    "1e6",
    "--validation",
    "0",
    "--out",
    "steep.gramian",
  ];
  const { code, stderr } = await place.run("train", "sine.csv", "--target", "y", "--hidden", "4", ...steep);
  expect(code).toBe(4);
  expect(stderr).toContain(": diverged\n");
  expect((await load(join(place.folder, "steep.gramian"))).parameters.every(Number.isFinite)).toBe(true);
});

describe("Ctrl-C", () => {
  /** Falls too slowly to converge: it goes on until it is stopped. */
  const endless = ["--hidden", "4", "--optimizer", "adam", "--learning-rate", "1e-7", "--validation", "0"];

  test.each(["SIGINT", "SIGTERM"] as const)("%s writes the model and exits with 130", async (signal) => {
    const out = `${signal}.gramian`;
    const args = ["train", "sine.csv", "--target", "y", ...endless, "--json", "--out", out];
    const child = place.start(...args, "--report", `${signal}.html`);
    let last = "";
    let sent = false;
    const stderr = finishText(child.stderr!);
    for await (const line of createInterface({ input: child.stdout! })) {
      last = line;
      if (!sent) child.kill(signal);
      sent = true;
    }
    if (child.exitCode === null) await once(child, "exit");
    expect(child.exitCode).toBe(130);
    expect(await stderr).toContain("finishing this step, then writing the model");
    expect(JSON.parse(last)).toMatchObject({ event: "result", stop: { reason: "aborted" } });
    const { report } = await load(join(place.folder, out));
    expect(report.stop.reason).toBe("aborted");
    expect(existsSync(join(place.folder, `${signal}.html`))).toBe(true);
    const { code } = await finish(place.start("predict", out, "sine.csv"));
    expect(code).toBe(0);
  });
});

async function finishText(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}
